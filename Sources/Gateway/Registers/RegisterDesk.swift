// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import LinuxIO
import LocalAPI
import Logging
import SiteRegisters
import Synchronization

/// Carries out what is written to registers, one request after the other, on a task of its own. A write is answered when
/// what it ordered is recorded and taken.
final class RegisterDesk: Sendable {
    private struct Write: Sendable {
        let order: RegisterOrder
        let peer: String
        let answer: PendingAnswer
    }
    private enum Job: Sendable { case write(Write), timePasses }

    private let operatorDesk: OperatorDesk
    private let desk: CommandDesk
    private let held: HeldLimits
    private let registers: SiteRegisters
    private let may: Set<RegisterPermission>
    private let state: Mutex<DERControls>
    private let jobs: AsyncStream<Job>.Continuation
    private let ticker: Task<Void, Never>
    private let done = Atomic<UInt64>(0)

    /// How late a reversion may be.
    private static let patience = Duration.milliseconds(250)

    var controls: DERControls { state.withLock { $0 } }
    /// How many writes have been carried out.
    var carriedOut: UInt64 { done.load(ordering: .acquiring) }

    init(
        _ operatorDesk: OperatorDesk, _ desk: CommandDesk, _ held: HeldLimits, _ registers: SiteRegisters,
        may: Set<RegisterPermission>, controls: DERControls.Settings, ratings: [PowerLimits], logger: Logger
    ) {
        self.operatorDesk = operatorDesk
        self.desk = desk
        self.held = held
        self.registers = registers
        self.may = may
        let restored = StoredControls.read(operatorDesk.evidence, logger)
        let now = MonotonicClock.now()
        state = Mutex(restored?.controls(controls, at: now) ?? DERControls(controls))
        // At most one write for each connection; ticks beyond the newest are of no use but cost nothing.
        let (stream, jobs) = AsyncStream.makeStream(of: Job.self)
        self.jobs = jobs
        ticker = Task.detached {
            while !Task.isCancelled {
                do { try await Task.sleep(for: Self.patience) } catch { return }
                jobs.yield(.timePasses)
            }
        }
        var first = ControlOutlet(operatorDesk.evidence, desk, ratings: ratings, restored: restored)
        // What fails here is tried again with the first tick.
        try? first.apply(state.withLock { $0 }, by: nil, at: now)
        let outlet = first
        Task.detached { [self] in await work(through: stream, outlet) }
    }

    func stop() {
        ticker.cancel()
        jobs.finish()
    }

    /// On the server's thread.
    func take(_ write: ServedWrite) {
        do throws(RegisterRefusal) {
            let order = try registers.order(Int(write.address), write.values)
            guard may.contains(order.permission) else { throw .notThere }
            jobs.yield(.write(Write(order: order, peer: write.peer, answer: write.pending)))
        } catch {
            write.pending.finish(ModbusException(error))
        }
    }

    private func work(through stream: AsyncStream<Job>, _ outlet: ControlOutlet) async {
        var outlet = outlet
        for await job in stream {
            switch job {
            case .timePasses: letTimePass(&outlet)
            case .write(let write):
                let refusal = await refusal(of: write, &outlet)
                done.add(1, ordering: .releasing)
                write.answer.finish(refusal)
            }
        }
    }

    private func letTimePass(_ outlet: inout ControlOutlet) {
        let now = MonotonicClock.now()
        var controls = self.controls
        controls.advance(to: now)
        // What the loop does not take now is tried again with the next tick.
        guard (try? outlet.apply(controls, by: nil, at: now)) != nil else { return }
        state.withLock { $0 = controls }
    }

    /// nil: done.
    private func refusal(of write: Write, _ outlet: inout ControlOutlet) async -> ModbusException? {
        let now = MonotonicClock.now()
        var controls = self.controls
        controls.hear(at: now)
        do {
            if let instruction = OperatorInstruction(write.order) {
                let channel = OperatorDesk.Channel(name: "Modbus server", who: "Modbus \(write.peer)")
                let reply = try await operatorDesk.put(instruction, over: channel).reply
                if let refusal = ModbusException.answer(to: reply) { return refusal }
            } else {
                try carryOut(write, &controls, now)
            }
            try outlet.apply(controls, by: "Modbus \(write.peer)", at: now)
            state.withLock { $0 = controls }
            return nil
        } catch let refusal as RegisterRefusal {
            return ModbusException(refusal)
        } catch {
            return .deviceFailure
        }
    }

    private func carryOut(_ write: Write, _ controls: inout DERControls, _ now: Instant) throws {
        switch write.order {
        case .controllerLimit(let direction, let size?, let duration):
            let kind = HeldLimits.Kind(LimitDirection(direction), byController: true)
            _ = try held.impose(
                kind, size, for: duration, who: "Modbus \(write.peer)", on: "Modbus server")
        case .controllerLimit(let direction, nil, _):
            try held.release(HeldLimits.Kind(LimitDirection(direction), byController: true))
        case .setpoint(nil, let power, let duration): controls.take(power, for: duration, at: now)
        case .setpoint(let evse?, let power?, let duration):
            try desk.setSetpoint(power, evse: evse, until: duration.map { now + $0 }, by: .controller)
        case .setpoint(let evse?, nil, _): try desk.releaseSetpoint(evse: evse, by: .controller)
        case .controls(let writes): try controls.write(writes, at: now)
        // Instructions of the operator, which go another way.
        case .heartbeat, .limit, .failsafe, .failsafeDuration, .reduction, .contact: break
        }
    }
}
