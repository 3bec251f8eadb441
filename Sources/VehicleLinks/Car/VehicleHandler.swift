// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import NIOCore
import TLS

/// A car's session in its channel.
final class VehicleHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = VehicleInput
    typealias OutboundOut = ByteBuffer

    private let steps: AsyncStream<VehicleStep>.Continuation
    private let ended: EventLoopPromise<VehicleEnd>
    private let tls: TLSSession?
    private let bounds: VehicleBounds
    private var session: VehicleSession
    private var hasStarted = false
    private var standard: Standard?
    private var turns = 0
    private var schedules: [ScheduleTuple] = []
    private var askedAt = Instant.now
    private var timer: Scheduled<Void>?
    private var closing: Scheduled<Void>?

    init(
        _ plan: VehiclePlan, contracts: VehicleContracts?, tls: TLSSession?, bounds: VehicleBounds,
        steps: AsyncStream<VehicleStep>.Continuation,
        ended: EventLoopPromise<VehicleEnd>
    ) {
        session = VehicleSession(plan, contracts: contracts, at: .now, wallTime: .now)
        (self.tls, self.bounds, self.steps, self.ended) = (tls, bounds, steps, ended)
    }

    func channelActive(context: ChannelHandlerContext) {
        guard !hasStarted else { return }
        hasStarted = true
        steps.yield(.connected(tls.map { Self.agreement($0) }))
        step(context) { $0.start(at: .now) }
    }

    private static func agreement(_ session: TLSSession) -> VehicleStep.TLSAgreement {
        VehicleStep.TLSAgreement(
            words: session.agreed, station: session.peerName, isStapled: session.staple != nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(unwrapInboundIn(data).readableBytesView)
        step(context) { $0.receive(bytes, at: .now) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        session.handle(unwrapOutboundIn(data))
        promise?.succeed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        step(context) { $0.disconnected() }
        timer?.cancel()
        closing?.cancel()
        ended.succeed(.disconnected)
        steps.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Before the session, this is why there is none.
        ended.fail(error)
        context.close(promise: nil)
    }

    private func step(_ context: ChannelHandlerContext, _ decide: (inout VehicleSession) -> [VehicleOutput]) {
        guard session.phase != .ended else { return }
        let outputs = decide(&session)
        look()
        for output in outputs {
            switch output {
            case .send(let bytes):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
                askedAt = .now
                if case .awaiting(let kind) = session.phase { steps.yield(.asks(kind)) }
            case .contactors(let state): steps.yield(.contactors(state))
            case .take(let power): steps.yield(.takes(power))
            case .installed(let contract): steps.yield(.installed(contract))
            case .end(let end): finish(context, end)
            }
        }
        arm(context)
    }

    /// What the last answer brought.
    private func look() {
        if standard != session.standard, let agreed = session.standard {
            standard = agreed
            steps.yield(.agreed(agreed))
        }
        if schedules != session.schedules {
            schedules = session.schedules
            steps.yield(.offered(schedules))
        }
        guard turns != session.turns else { return }
        turns = session.turns
        steps.yield(
            .turned(
                VehicleStep.Turn(
                    number: turns, answerTime: Instant.now - askedAt, target: session.target, granted: session.granted))
        )
    }

    private func finish(_ context: ChannelHandlerContext, _ end: VehicleEnd) {
        steps.yield(.ended(end))
        ended.succeed(end)
        guard context.channel.isActive else { return }
        closing = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(bounds.closing)) {
            context.close(promise: nil)
        }
        context.close(mode: .output, promise: nil)
    }

    private func arm(_ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = session.deadline.map { deadline in
            context.eventLoop.assumeIsolated().scheduleTask(deadline: .at(deadline)) { [self] in
                step(context) { $0.advance(to: .now) }
            }
        }
    }
}
