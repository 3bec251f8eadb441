// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore

/// A TLS session as a channel handler. The handlers behind it see an active channel only once the session is secure,
/// so nobody can send before it is. A fault is fired as an error of type `TLSFault`; then the channel closes.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum Phase { case waiting, handshaking, secure, ended }

    private let session: TLSSession
    private let patience: Duration
    private var phase = Phase.waiting
    private var deadline: Scheduled<Void>?

    /// - Parameter patience: how long the peer may take for the handshake.
    package init(_ session: TLSSession, handshakeWithin patience: Duration = .seconds(10)) {
        self.session = session
        self.patience = patience
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        phase = .ended
    }

    package func channelActive(context: ChannelHandlerContext) { begin(context) }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase != .ended else { return }
        do throws(TLSFault) {
            try session.receive(unwrapInboundIn(data))
            if phase == .handshaking { try shakeHands(context) }
            if phase == .secure { try read(context) }
        } catch { fail(context, error) }
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard phase == .secure else {
            promise?.fail(TLSFault.notSecure(peer: session.peer))
            return
        }
        do throws(TLSFault) {
            try session.write(unwrapOutboundIn(data))
            context.write(wrapOutboundOut(session.output() ?? ByteBuffer()), promise: promise)
        } catch {
            promise?.fail(error)
            fail(context, error)
        }
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input, phase == .secure {
            if mode == .all { phase = .ended }
            session.end()
            send(context)
        }
        context.close(mode: mode, promise: promise)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        switch phase {
        case .waiting, .ended: break
        case .handshaking:
            context.fireErrorCaught(
                TLSFault.handshakeFailed(peer: session.peer, words: "the other side hung up during it"))
        case .secure: context.fireErrorCaught(TLSFault.cutOff(peer: session.peer))
        }
        phase = .ended
        context.fireChannelInactive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard phase == .waiting else { return }
        phase = .handshaking
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) { [self] in
            guard phase == .handshaking else { return }
            fail(context, .handshakeTimedOut(peer: session.peer, after: patience))
        }
        do throws(TLSFault) { try shakeHands(context) } catch { fail(context, error) }
    }

    private func shakeHands(_ context: ChannelHandlerContext) throws(TLSFault) {
        let isDone = try session.handshake()
        send(context)
        guard isDone else { return }
        deadline?.cancel()
        phase = .secure
        context.fireChannelActive()
    }

    /// Passes on record by record, so that no more than one lies here.
    private func read(_ context: ChannelHandlerContext) throws(TLSFault) {
        while phase == .secure {
            var plain = ByteBuffer()
            let reading = try session.read(into: &plain)
            // Answers that TLS itself wants, such as new keys.
            send(context)
            switch reading {
            case nil: context.fireChannelRead(wrapInboundOut(plain))
            case .waiting: return context.fireChannelReadComplete()
            case .ended:
                session.end()
                send(context)
                phase = .ended
                context.close(promise: nil)
            }
        }
    }

    private func send(_ context: ChannelHandlerContext) {
        if let bytes = session.output() { context.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }
    }

    /// What TLS has to say about it (an alert) still goes out.
    private func fail(_ context: ChannelHandlerContext, _ fault: TLSFault) {
        guard phase != .ended else { return }
        phase = .ended
        deadline?.cancel()
        send(context)
        context.fireErrorCaught(fault)
        context.close(promise: nil)
    }

    /// A read that ends a batch is announced by `read`; during the handshake there is nothing to announce.
    package func channelReadComplete(context: ChannelHandlerContext) {}
}
