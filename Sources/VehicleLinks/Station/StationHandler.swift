// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import NIOCore
import TLS

/// One car's session in its channel: bytes to the machine, its answers back, its deadlines on the loop's clock. What it
/// wants done goes into the queue.
final class StationHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    /// What the charging point tells.
    typealias OutboundIn = StationInput
    typealias OutboundOut = ByteBuffer

    private let commands: CommandQueue
    private let bounds: VehicleBounds
    private let begin: (any Channel) -> StationSession?
    private let refuse: (VehicleRefused.Reason) -> Void
    private let watch: ((SessionProgress) -> Void)?
    private var watched: SessionProgress?
    private var session: StationSession?
    private var unsent = 0
    private var timer: (deadline: Instant, task: Scheduled<Void>)?
    private var closing: Scheduled<Void>?

    /// - Parameters:
    ///   - begin: the session, once the channel is as secure as it will be; nil where the point is busy.
    ///   - refuse: told why there is no session.
    ///   - watch: told how far the session is.
    init(
        commands: CommandQueue, bounds: VehicleBounds, begin: @escaping (any Channel) -> StationSession?,
        refuse: @escaping (VehicleRefused.Reason) -> Void, watch: ((SessionProgress) -> Void)? = nil
    ) {
        (self.commands, self.bounds, self.begin, self.refuse, self.watch) = (commands, bounds, begin, refuse, watch)
    }

    func channelActive(context: ChannelHandlerContext) {
        guard session == nil else { return }
        session = begin(context.channel)
        guard session != nil else {
            refuse(.busy)
            return context.close(promise: nil)
        }
        arm(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(unwrapInboundIn(data).readableBytesView)
        step(context) { $0.receive(bytes, at: .now) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let input = unwrapOutboundIn(data)
        step(context) { $0.handle(input, at: .now) }
        promise?.succeed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        step(context) { $0.disconnected(at: .now) }
        timer?.task.cancel()
        closing?.cancel()
        context.fireChannelInactive()
    }

    /// A TLS session that breaks closes its channel by itself.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let fault = error as? TLSFault else { return context.close(promise: nil) }
        if session == nil { refuse(.tls(fault)) }
    }

    // MARK: The machine

    private func step(_ context: ChannelHandlerContext, _ decide: (inout StationSession) -> [StationOutput]) {
        guard var session, !session.isEnded else { return }
        // Taken out, so that its storage is not copied.
        self.session = nil
        let outputs = decide(&session)
        self.session = session
        if let watch { show(session, watch) }
        obey(context, outputs)
        arm(context)
    }

    private func show(_ session: StationSession, _ watch: (SessionProgress) -> Void) {
        guard let progress = session.machine.map(SessionProgress.init), progress != watched else { return }
        watched = progress
        watch(progress)
    }

    private func obey(_ context: ChannelHandlerContext, _ outputs: [StationOutput]) {
        var isKeptUp = true
        var hasSent = false
        var isOver = false
        for output in outputs {
            switch output {
            case .send(let frame):
                send(context, frame.bytes)
                hasSent = true
            case .authorise, .authoriseContract, .certificate, .select, .receipt, .schedules, .profile, .checkCable,
                .contactors, .operate, .need:
                isKeptUp = commands.add(output) && isKeptUp
            case .end:
                _ = commands.add(output)
                isOver = true
            }
        }
        if hasSent { context.flush() }
        if isOver { return hangUp(context) }
        if !isKeptUp || unsent > bounds.unsentBytes { step(context) { $0.handle(.stop, at: .now) } }
    }

    private func send(_ context: ChannelHandlerContext, _ bytes: [UInt8]) {
        unsent += bytes.count
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { [self] _ in unsent -= bytes.count }
        context.write(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: sent)
    }

    /// One timer, set anew only when it would be late: the deadline moves with every message.
    private func arm(_ context: ChannelHandlerContext) {
        guard let deadline = session?.deadline else {
            timer?.task.cancel()
            timer = nil
            return
        }
        if let timer, timer.deadline <= deadline { return }
        timer?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: .at(deadline)) { [self] in
            timer = nil
            step(context) { $0.advance(to: .now) }
        }
        timer = (deadline, task)
    }

    /// The last answer goes out before the connection ends, and the car has a while to read it: bytes of its own that lie
    /// unread would otherwise make the kernel throw the answer away.
    private func hangUp(_ context: ChannelHandlerContext) {
        guard closing == nil, context.channel.isActive else { return }
        closing = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(bounds.closing)) {
            context.close(promise: nil)
        }
        context.close(mode: .output, promise: nil)
    }
}

extension Instant {
    /// Of the clock that the event loops have, which is the system's monotonic one.
    static var now: Instant { Instant(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds)) }
}

extension NIODeadline {
    static func at(_ instant: Instant) -> NIODeadline { .uptimeNanoseconds(UInt64(clamping: instant.nanoseconds)) }
}
