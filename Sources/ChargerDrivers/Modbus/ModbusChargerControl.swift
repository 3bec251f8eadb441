// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What the charger's turns are spent on, and in which order.
extension ModbusCharger {
    /// Values that were written and are to be seen again, one per turn.
    struct Proof {
        var checks: ArraySlice<CommandRun.Check>
        var dueAt: Instant
        /// The setpoint it proves; nil for fallback and time-out.
        var target: Power?
        var phaseCount: Int
    }

    enum Work {
        case begin(CommandRun)
        case proceed
        case prove
        /// The next exchange for the grid code's settings.
        case settings
        /// The next exchange for what a backend wants the device to do by itself.
        case der
        case poll

        /// Writes, or belongs to a write: never without the loop.
        var commands: Bool {
            switch self {
            case .begin, .proceed, .prove, .settings, .der: true
            case .poll: false
            }
        }
    }
    /// Lower goes first.
    enum Rank: Int { case protection, feed, overduePoll, proof, command, settings, poll }
    struct Candidate {
        var work: Work
        var rank: Rank
        var at: Instant
    }

    func candidates(order: Order?) -> [Candidate] {
        switch phase {
        case .identifying, .released: []
        case .takingControl: [takeOver]
        case .provingFallback: [proving].compactMap(\.self)
        case .running: running(order)
        }
    }

    private var takeOver: Candidate {
        guard let run else {
            return Candidate(work: .begin(armRun), rank: .command, at: session.writeAllowedAt)
        }
        return Candidate(work: .proceed, rank: .command, at: allowedAt(run))
    }

    private var proving: Candidate? {
        proof.map { Candidate(work: .prove, rank: .proof, at: max($0.dueAt, session.readAllowedAt)) }
    }

    private func allowedAt(_ run: CommandRun) -> Instant {
        max(run.notBefore, run.startsWithWrite ? session.writeAllowedAt : session.readAllowedAt)
    }

    private func running(_ order: Order?) -> [Candidate] {
        var found = [
            Candidate(
                work: .poll, rank: lastWasWrite ? .overduePoll : .poll, at: max(round.nextAt, session.readAllowedAt))
        ]
        if let proving { found.append(proving) }
        if let due = settings?.nextAt {
            found.append(Candidate(work: .settings, rank: .settings, at: max(due, session.writeAllowedAt)))
        }
        if settings?.isAtWork != true, let due = der?.nextAt {
            found.append(Candidate(work: .der, rank: .settings, at: max(due, session.writeAllowedAt)))
        }
        if let run {
            let rank: Rank = run.isProtective ? .protection : run.purpose == .feed ? .feed : .command
            found.append(Candidate(work: .proceed, rank: rank, at: allowedAt(run)))
        }
        guard let order else { return found }
        if let run = commandRun(for: order) {
            let mayStart = run.isProtective || (self.run == nil && !isProofProtected)
            let patience = refusedTarget.flatMap { $0.power == run.target ? $0.until : nil } ?? .distantPast
            let rank: Rank = run.isProtective ? .protection : .command
            if mayStart {
                found.append(Candidate(work: .begin(run), rank: rank, at: max(session.writeAllowedAt, patience)))
            }
        } else if run == nil, held != nil, let feed = feedRun {
            found.append(Candidate(work: .begin(feed), rank: .feed, at: max(session.writeAllowedAt, feedDueAt)))
        }
        if isUnplugPending, run == nil {
            let unplug = CommandRun(.unplug, charger.commands.onUnplug, target: .zero, phaseCount: phaseCount)
            found.append(Candidate(work: .begin(unplug), rank: .command, at: session.writeAllowedAt))
        }
        return found
    }

    /// An order that changes all the time would never be read back: every fourth read-back is waited for.
    private var isProofProtected: Bool { proof != nil && supersededProofs >= 3 }

    // MARK: What is wanted

    /// What of the order may be written now.
    func permitted(_ order: Order) -> PermittedOrder {
        var permitted = PermittedOrder(order.power, within: ratings)
        guard permitted.power < .zero else { return permitted }
        if charger.watchdog.kind == .none, !options.allowsUnattendedDischarge {
            permitted.hold(
                because: "Discharge is held at zero: the charger has no watchdog, so a lost link would leave it "
                    + "discharging. Allow unattended discharge in the configuration if that is acceptable.")
        } else if let missing = charger.dischargeWhen.first(where: { !$0.holds(for: session.value($0.point)) }) {
            let value = session.value(missing.point)?.description ?? "nothing yet"
            permitted.hold(because: "Discharge is held at zero: “\(missing.point)” holds \(value).")
        } else if let complaint = settings?.complaint {
            permitted.hold(because: complaint)
        }
        return permitted
    }

    /// The run that brings the device to the order; nil when it is there or on the way.
    private func commandRun(for order: Order) -> CommandRun? {
        var target = permitted(order).power
        let wantsPhases =
            switchesPhases && order.phaseCount != commandedPhases && (1...3).contains(order.phaseCount)
            && order.phaseCount <= ratings.phaseCount
        if wantsPhases {
            if held == .zero, run == nil, proof == nil, hasNoFlow {
                return CommandRun(
                    .phases(order.phaseCount), charger.commands.setPhases, target: .zero, phaseCount: order.phaseCount)
            }
            target = .zero
        }
        let current = run.flatMap { $0.purpose == .setpoint || $0.purpose == .feed ? $0.target : nil } ?? held
        guard target != current else { return nil }
        return setpointRun(target, isProtective: Self.lowers(current, to: target))
    }

    /// Whether `target` is a smaller magnitude or another direction; of the unknown, only zero is sure to be.
    private static func lowers(_ current: Power?, to target: Power) -> Bool {
        guard let current else { return target.isZero }
        return target.magnitude < current.magnitude || (target < .zero) != (current < .zero)
    }

    private var hasNoFlow: Bool {
        (session.power(.power, conversion) ?? .zero).magnitude < .watts(100)
    }

    private func setpointRun(_ target: Power, isProtective: Bool) -> CommandRun {
        let commands = charger.commands
        let steps = target.isZero && !commands.setZero.isEmpty ? commands.setZero : commands.setPower
        return CommandRun(.setpoint, steps, target: target, phaseCount: phaseCount, isProtective: isProtective)
    }

    private var feedRun: CommandRun? {
        guard let held else { return nil }
        let watchdog = charger.watchdog
        var steps = watchdog.feed
        switch watchdog.kind {
        case .any, .read, .none: return nil
        case .token: guard !steps.isEmpty else { return nil }
        case .rewrite, .revert:
            if steps.isEmpty {
                if watchdog.kind == .revert, let point = watchdog.timeoutPoint {
                    steps = [Commands.Step(.write(point: point, value: .timeout))]
                }
                steps += setpointRun(held, isProtective: false).steps
            }
        }
        return CommandRun(.feed, steps, target: held, phaseCount: phaseCount)
    }

    /// A third of the time-out, so that two lost feeds do not let the hardware fall back.
    var feedInterval: Interval { runner.timeout / 3 }

    /// Where requests feed the watchdog, the poll does it.
    private var pollInterval: Interval {
        let poll = session.profile.timing.poll
        switch charger.watchdog.kind {
        case .any, .read: return min(poll, feedInterval)
        case .rewrite, .token, .revert, .none: return poll
        }
    }

    /// Fallback, then its time-out, where the steps that take control do not write them themselves (Quasar accepts
    /// them only under control).
    private var armRun: CommandRun {
        let watchdog = charger.watchdog
        var steps: [Commands.Step] = []
        let points: [(String?, Commands.Value)] = [
            (watchdog.fallbackPoint, .fallbackPower), (watchdog.timeoutPoint, .timeout),
        ]
        for case (let point?, let value) in points where watchdog.kind != .none {
            let action = Commands.Action.write(point: point, value: value)
            if !charger.commands.takeControl.contains(where: { $0.action == action }) {
                steps.append(Commands.Step(action))
            }
        }
        steps += charger.commands.takeControl
        return CommandRun(.takeControl, steps, target: .zero, phaseCount: phaseCount)
    }

    // MARK: Doing it

    func perform(_ work: Work, _ order: Order?, at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        switch work {
        case .begin(let begun):
            if proof != nil, begun.purpose == .setpoint { supersededProofs += 1 }
            if begun.purpose == .setpoint {
                proof = nil
                held = nil
            }
            if begun.purpose == .unplug { isUnplugPending = false }
            run = begun
            return try proceed(order, at: now)
        case .proceed: return try proceed(order, at: now)
        case .prove: return try prove(order, at: now)
        case .settings:
            lastWasWrite = true
            return try settings?.advance(session, leaving: der?.occupied ?? [], at: now) ?? []
        case .der:
            lastWasWrite = true
            return try der?.advance(session, at: now) ?? []
        case .poll:
            lastWasWrite = false
            guard try round.step(session, every: pollInterval, at: now) else { return [] }
            return readingEvents(at: now)
        }
    }

    private func proceed(_ order: Order?, at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        guard var current = run else { return [] }
        do {
            try runner.advance(&current, conversion, at: now)
            lastWasWrite = !current.isProtective
        } catch {
            try fail(current, error, at: now)
        }
        run = current.isFinished ? nil : current
        return current.isFinished ? finish(current, order, at: now) : []
    }

    private func fail(_ run: CommandRun, _ fault: DeviceFault, at now: Instant) throws(DeviceFault) {
        // A lost answer leaves the step open: the same run goes on. A refusal ends it.
        if case .link = fault { throw fault }
        self.run = nil
        if phase == .running {
            if run.purpose == .feed { feedDueAt = now + .seconds(1) }
            refusedTarget = (run.target, now + (run.target.isZero ? .seconds(1) : .seconds(10)))
        } else {
            notBefore = now + .seconds(5)
        }
        throw fault
    }

    private func finish(_ run: CommandRun, _ order: Order?, at now: Instant) -> [DeviceEvent] {
        switch run.purpose {
        case .arm, .takeControl: return beginProofOfFallback(at: now)
        case .unplug: return []
        case .phases(let count):
            phaseCount = count
            commandedPhases = count
            return []
        case .feed:
            feedDueAt = now + feedInterval
            return []
        case .setpoint:
            held = run.target
            refusedTarget = nil
            switch charger.watchdog.kind {
            case .rewrite, .revert: feedDueAt = now + feedInterval
            case .any, .read, .token, .none: break
            }
            guard run.checks.isEmpty else {
                proof = Proof(
                    checks: run.checks[...], dueAt: now + charger.settle, target: run.target, phaseCount: run.phaseCount
                )
                return []
            }
            return carriedOut(run.target, order)
        }
    }

    private func carriedOut(_ target: Power, _ order: Order?) -> [DeviceEvent] {
        guard let order else { return [] }
        return [.carriedOut(Order(power: target, phaseCount: phaseCount, confirmedAt: order.confirmedAt))]
    }

    private func beginProofOfFallback(at now: Instant) -> [DeviceEvent] {
        let watchdog = charger.watchdog
        let points: [(String?, Commands.Value)] = [
            (watchdog.fallbackPoint, .fallbackPower), (watchdog.timeoutPoint, .timeout),
        ]
        let probe = CommandRun(.arm, [], target: .zero, phaseCount: phaseCount)
        var checks: [CommandRun.Check] = []
        for case (let name?, let value) in points where watchdog.kind != .none {
            guard let point = session.profile.point(named: name),
                let number = runner.number(of: value, in: point, probe, conversion)
            else { continue }
            checks.append(CommandRun.Check(point: name, number: number, tolerance: nil))
        }
        guard !checks.isEmpty else { return isUnderControl(at: now) }
        phase = .provingFallback
        proof = Proof(checks: checks[...], dueAt: now + charger.settle, target: nil, phaseCount: phaseCount)
        return []
    }

    private func prove(_ order: Order?, at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        guard var open = proof, let check = open.checks.first else { return [] }
        try runner.read(check.point, at: now)
        guard agrees(check) else { return try mismatch(check, open, at: now) }
        open.checks = open.checks.dropFirst()
        guard open.checks.isEmpty else {
            proof = open
            return []
        }
        proof = nil
        mismatches = 0
        supersededProofs = 0
        guard let target = open.target else { return isUnderControl(at: now) }
        return carriedOut(target, order)
    }

    private func agrees(_ check: CommandRun.Check) -> Bool {
        guard let point = session.profile.point(named: check.point), let found = session.value(check.point)?.number
        else { return false }
        if let tolerance = check.tolerance, let written = conversion.power(check.number, from: point),
            let read = conversion.power(found, from: point)
        {
            // What rounding to the register's resolution takes off is no disagreement.
            let resolution = conversion.power(abs(point.scale), from: point)?.magnitude ?? .zero
            return (written - read).magnitude <= max(tolerance, resolution)
        }
        // Half a count of the register, for what was rounded on the way.
        let factor = session.scaleFactor(of: point).map { Double(1).scaled(byPowerOfTen: $0) } ?? 1
        return abs(found - check.number) <= abs(point.scale * factor) * 0.501
    }

    private func mismatch(
        _ check: CommandRun.Check, _ open: Proof, at now: Instant
    ) throws(DeviceFault) -> [DeviceEvent] {
        proof = nil
        mismatches += 1
        let fault = DeviceFault.notAccepted(
            point: check.point, wrote: PointValue.number(check.number, raw: 0).description,
            reads: session.value(check.point)?.description ?? "nothing")
        guard let target = open.target else {
            phase = .takingControl
            run = nil
            mismatches = 0
            runner.persistent.forgetContents()
            notBefore = now + .seconds(5)
            throw fault
        }
        held = nil
        // Written once and twice again; then people have to know.
        guard mismatches > 2 else { return [] }
        mismatches = 0
        refusedTarget = (target, now + .seconds(10))
        throw fault
    }

    /// The polled setpoint is not what was proven: someone else writes. Ours is written again.
    func checkOverride(_ acknowledged: Power?, at now: Instant) {
        guard let tolerance = charger.readBackTolerance, let held, let acknowledged, run == nil, proof == nil,
            session.readAllowedAt >= session.lastWrite + charger.settle,
            round.startedAt >= session.lastWrite + charger.settle
        else { return }
        guard (acknowledged - held).magnitude > max(tolerance, ratings.step) else { return }
        self.held = nil
        deferredFaults.append(
            .notAccepted(
                point: session.profile.point(for: .setpoint)?.name ?? "setpoint", wrote: "\(held)",
                reads: "\(acknowledged)"))
    }
}

extension Double {
    fileprivate func scaled(byPowerOfTen exponent: Int64) -> Double {
        guard (-10...10).contains(exponent) else { return self }
        return (0..<abs(Int(exponent))).reduce(self) { value, _ in exponent < 0 ? value / 10 : value * 10 }
    }
}
