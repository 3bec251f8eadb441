// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

extension ModbusCharger {
    package func handBack(at now: Instant, pause: (Interval) -> Instant) throws(DeviceFault) {
        let wasTold = phase != .identifying && phase != .released
        release()
        // Where nothing was found or written there is nothing to hand back.
        guard wasTold else { return }
        let commands = charger.commands
        let zero = commands.setZero.isEmpty ? commands.setPower : commands.setZero
        var first: DeviceFault?
        var clock = now
        for steps in [zero, commands.release] {
            for step in steps {
                // A step that fails must not keep the ones behind it, which may be the ones that stop the flow.
                let failed = carryOut(step, &clock, pause)
                first = first ?? failed
                if case .link(.connectionLost)? = failed { throw first ?? .link(.connectionLost("while handing back")) }
            }
        }
        let failed = putBack(&clock, pause)
        if let first = first ?? failed { throw first }
    }

    /// Longer a device may not hold up the end of the gateway.
    private static let patience = Interval.seconds(5)

    /// What stood in the device before a backend's DER controls.
    private func putBack(_ clock: inout Instant, _ pause: (Interval) -> Instant) -> DeviceFault? {
        der?.give(DERSettings())
        let end = clock + Self.patience
        while let settings = der, !settings.formerSettings.isEmpty, clock < end {
            guard let due = settings.nextAt, due < end, settings.report.notRestored == nil else { break }
            let allowed = max(due, session.writeAllowedAt)
            if allowed > clock { clock = pause(allowed - clock) }
            do { _ = try der?.advance(session, at: clock) } catch { return error }
        }
        guard let der, !der.formerSettings.isEmpty else { return nil }
        let why = der.report.notRestored ?? "there was no time for it"
        return .refused(command: "the settings it had before the backend's DER controls", why: why)
    }

    private func carryOut(
        _ step: Commands.Step, _ clock: inout Instant, _ pause: (Interval) -> Instant
    ) -> DeviceFault? {
        var run = CommandRun(.setpoint, [step], target: .zero, phaseCount: phaseCount, isProtective: true)
        // One write, and the reads its conditions and scale factors need.
        for _ in 0..<20 where !run.isFinished {
            let allowed = max(run.notBefore, run.startsWithWrite ? session.writeAllowedAt : session.readAllowedAt)
            if allowed > clock { clock = pause(allowed - clock) }
            do { try runner.advance(&run, conversion, at: clock) } catch { return error }
        }
        return run.isFinished ? nil : .refused(command: "the release", why: "a step of it does not end")
    }
}

extension ModbusCharger: DERSetting {
    package func give(_ settings: DERSettings) { der?.give(settings) }
    package var formerSettings: FormerSettings { der?.formerSettings ?? [:] }
}
