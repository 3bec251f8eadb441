// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import NIOWebSocket

/// What the face of a link asks its channel for.
enum LinkCommand: Sendable {
    case text(String)
    case close(code: UInt16)
    /// Pings from now on at this interval; zero sends none.
    case ping(every: Duration)
}

/// An open WebSocket in its channel: messages, pings, the closing handshake. It tells its end once.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = LinkCommand
    typealias OutboundOut = WebSocketFrame

    private enum Phase {
        case open
        /// Our close frame is out; the backend's answer is awaited.
        case closing(LinkEnd)
        case ended
    }

    private let bounds: LinkBounds
    private let messages: AsyncStream<String>.Continuation
    private let ended: EventLoopPromise<LinkEnd>
    private var assembly: MessageAssembly
    private var deflater: Deflater?
    private var watch: PingWatch?
    private var phase = Phase.open
    private var unsent = 0
    private var timer: Scheduled<Void>?

    init(
        bounds: LinkBounds, deflate: DeflateAgreement?, messages: AsyncStream<String>.Continuation,
        ended: EventLoopPromise<LinkEnd>
    ) {
        (self.bounds, self.messages, self.ended) = (bounds, messages, ended)
        let inflater = deflate.flatMap { Inflater(window: $0.theirWindow, resets: $0.resetsTheirs) }
        assembly = MessageAssembly(limit: bounds.message, inflater: inflater)
        deflater = deflate.flatMap { agreed in
            agreed.ourWindow.flatMap { Deflater(window: $0, resets: agreed.resetsOurs) }
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        watchPings(context, every: bounds.pingInterval)
    }

    func handlerRemoved(context: ChannelHandlerContext) { finish(.lost(words: "the channel was taken down")) }

    // MARK: From the backend

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ended = phase { return }
        watch?.heard()
        do throws(Misbehaviour) {
            let received = try assembly.receive(unwrapInboundIn(data))
            switch phase {
            case .open: take(context, received)
            case .closing(let end): if case .close = received { hangUp(context, end) }
            case .ended: break
            }
        } catch { misbehaved(context, error) }
    }

    private func take(_ context: ChannelHandlerContext, _ received: MessageAssembly.Received) {
        switch received {
        case .part: break
        case .text(let text): pass(context, text)
        case .ping(let data): send(context, .pong, data)
        case .close(let code, let reason):
            // The same code goes back (RFC 6455, 5.5.1); the server is then the one to hang up.
            send(context, .connectionClose, code == 1005 ? ByteBuffer() : ByteBuffer(integer: code))
            close(context, .closedByBackend(code: code, reason: reason))
        }
    }

    private func pass(_ context: ChannelHandlerContext, _ text: String) {
        switch messages.yield(text) {
        case .enqueued, .terminated: break
        case .dropped: begin(context, code: 1008, .overrun(unread: bounds.unreadMessages))
        @unknown default: break
        }
    }

    private func misbehaved(_ context: ChannelHandlerContext, _ misbehaviour: Misbehaviour) {
        switch phase {
        case .open: begin(context, code: misbehaviour.code, .misbehaved(misbehaviour))
        // Its answer to our close frame is as broken as what came before.
        case .closing(let end): hangUp(context, end)
        case .ended: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? NIOWebSocketError {
        case .invalidFrameLength: misbehaved(context, .tooBig(bounds.message))
        case .fragmentedControlFrame: misbehaved(context, .broke("a control frame in fragments"))
        case .multiByteControlFrameLength: misbehaved(context, .broke("a control frame of more than 125 bytes"))
        case nil: hangUp(context, .lost(words: words(of: error)))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch phase {
        case .closing(let end): finish(end)
        case .open: finish(.lost(words: "the backend hung up without a close frame"))
        case .ended: break
        }
        context.fireChannelInactive()
    }

    // MARK: To the backend

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .open = phase else {
            promise?.fail(LinkFault.notConnected)
            return
        }
        switch unwrapOutboundIn(data) {
        case .text(let text): write(context, text, promise)
        case .close(let code):
            begin(context, code: code, .closedByUs(code: code))
            promise?.succeed()
        case .ping(let interval):
            watchPings(context, every: interval)
            promise?.succeed()
        }
    }

    private func write(_ context: ChannelHandlerContext, _ text: String, _ promise: EventLoopPromise<Void>?) {
        let size = text.utf8.count
        guard unsent + size <= bounds.unsentBytes else {
            promise?.fail(LinkFault.queueFull(waiting: unsent))
            return
        }
        unsent += size
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { [self] result in
            unsent -= size
            promise?.completeWith(result)
        }
        var frame = WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(string: text))
        // An empty message has nothing to flush.
        if let deflater, size > 0 {
            if let compressed = deflater.compress(frame.data) {
                frame = WebSocketFrame(fin: true, rsv1: true, opcode: .text, maskKey: .random(), data: compressed)
            } else {
                self.deflater = nil
            }
        }
        context.write(wrapOutboundOut(frame), promise: sent)
    }

    private func send(_ context: ChannelHandlerContext, _ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    // MARK: Ping and end

    private func watchPings(_ context: ChannelHandlerContext, every interval: Duration) {
        timer?.cancel()
        let now = context.eventLoop.now.sinceStart
        watch = interval > .zero ? PingWatch(interval: interval, patience: bounds.pongPatience, at: now) : nil
        look(context)
    }

    private func look(_ context: ChannelHandlerContext) {
        guard case .open = phase, let step = watch?.step(at: context.eventLoop.now.sinceStart) else { return }
        let next: Duration
        switch step {
        case .dead(let silence): return hangUp(context, .silent(after: silence))
        case .wait(let until): next = until
        case .ping(let again):
            send(context, .ping, ByteBuffer())
            next = again
        }
        let wait = max(next - context.eventLoop.now.sinceStart, .zero)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(wait)) { [self] in look(context) }
    }

    /// Sends our close frame and waits for the backend's.
    private func begin(_ context: ChannelHandlerContext, code: UInt16, _ end: LinkEnd) {
        send(context, .connectionClose, ByteBuffer(integer: code))
        close(context, end)
    }

    private func close(_ context: ChannelHandlerContext, _ end: LinkEnd) {
        phase = .closing(end)
        messages.finish()
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(bounds.closing)) { [self] in
            hangUp(context, end)
        }
    }

    private func hangUp(_ context: ChannelHandlerContext, _ end: LinkEnd) {
        if case .closing(let reason) = phase { finish(reason) } else { finish(end) }
        context.close(promise: nil)
    }

    private func finish(_ end: LinkEnd) {
        if case .ended = phase { return }
        phase = .ended
        timer?.cancel()
        messages.finish()
        ended.succeed(end)
    }
}

extension NIODeadline {
    var sinceStart: Duration { .nanoseconds(Int64(clamping: uptimeNanoseconds)) }
}
