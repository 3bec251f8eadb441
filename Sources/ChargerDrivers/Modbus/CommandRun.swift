// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// The steps of one command on their way to the device, one exchange per turn.
struct CommandRun {
    enum Purpose: Equatable {
        case arm, takeControl
        case setpoint
        case feed, unplug
        case phases(Int)
    }
    /// A written value that has to be seen again.
    struct Check: Equatable {
        var point: String
        /// In the point's unit.
        var number: Double
        /// nil allows only what rounding to the register explains.
        var tolerance: Power?
    }

    let purpose: Purpose
    let target: Power
    let phaseCount: Int
    /// Lowers the magnitude, turns the direction or may do so: nothing waits in front of it.
    let isProtective: Bool
    private(set) var steps: ArraySlice<Commands.Step>
    var notBefore = Instant.distantPast
    var deadline: Instant?
    var checks: [Check] = []

    init(_ purpose: Purpose, _ steps: [Commands.Step], target: Power, phaseCount: Int, isProtective: Bool = false) {
        self.purpose = purpose
        self.steps = steps[...]
        self.target = target
        self.phaseCount = phaseCount
        self.isProtective = isProtective
    }

    var step: Commands.Step? { steps.first }
    var isFinished: Bool { steps.isEmpty }
    var startsWithWrite: Bool {
        guard case .write = steps.first?.action else { return false }
        return true
    }

    mutating func advance() {
        steps = steps.dropFirst()
        deadline = nil
    }
}

/// Carries runs out on a session.
struct CommandRunner {
    let session: ModbusSession
    let watchdog: Watchdog
    let timeout: Interval
    let readBackTolerance: Power?
    var persistent: PersistentWrites

    /// At most one exchange.
    mutating func advance(
        _ run: inout CommandRun, _ conversion: PowerConversion, at now: Instant
    ) throws(DeviceFault) {
        while let step = run.step {
            for condition in step.when where try isOutdated(condition.point, at: now) { return }
            guard step.when.allSatisfy({ $0.holds(for: session.value($0.point)) }) else {
                run.advance()
                continue
            }
            switch step.action {
            case .write(let point, let value):
                if try write(value, to: point, &run, conversion, at: now) { return }
            case .await(let condition, let patience):
                return try wait(for: condition, patience, &run, at: now)
            case .pause(let length):
                run.advance()
                run.notBefore = now + length
                return
            }
        }
    }

    /// - Returns: Whether the turn is used up.
    private mutating func write(
        _ value: Commands.Value, to name: String, _ run: inout CommandRun, _ conversion: PowerConversion,
        at now: Instant
    ) throws(DeviceFault) -> Bool {
        guard let placed = session.placed[name] else {
            throw .wrongDevice(found: "no “\(name)” in its registers", expected: session.profile.title)
        }
        if let factor = placed.point.scaleFactor, try isUnread(factor, at: now) { return true }
        if placed.point.isPersistent, !persistent.knows(name) { return try learn(placed, at: now) }
        guard let number = number(of: value, in: placed.point, run, conversion) else {
            throw .refused(command: name, why: "the profile's unit cannot hold what shall be written")
        }
        let registers: [UInt16]
        do {
            registers = try placed.point.encode(
                number, scaleFactor: session.scaleFactor(of: placed.point), towardZero: value.isPower)
        } catch { throw .refused(command: "\(number) for “\(name)”", why: "it does not fit the register (\(error))") }
        if value.isPower, let tolerance = readBackTolerance {
            run.checks.append(CommandRun.Check(point: name, number: number, tolerance: tolerance))
        }
        guard placed.point.isPersistent else {
            try put(registers, placed, at: now)
            run.advance()
            return true
        }
        switch persistent.verdict(registers, to: name, at: now, isProtective: run.isProtective) {
        case .isThere:
            run.advance()
            return false
        case .later(let instant):
            run.notBefore = instant
            return true
        case .spent:
            throw .refused(command: "“\(name)”", why: "its \(persistent.dailyBudget) writes of the day are used up")
        case .write:
            try put(registers, placed, at: now)
            persistent.wrote(registers, to: name, at: now)
            run.advance()
            return true
        }
    }

    private func put(_ registers: [UInt16], _ placed: PlacedPoint, at now: Instant) throws(DeviceFault) {
        do { try session.write(registers, to: placed, at: now) } catch {
            if case .exception = error { throw .refused(command: "“\(placed.point.name)”", why: "\(error)") }
            throw .link(error)
        }
    }

    private mutating func learn(_ placed: PlacedPoint, at now: Instant) throws(DeviceFault) -> Bool {
        do {
            let registers = try session.read(
                placed.point.table, at: UInt16(clamping: placed.address), count: placed.point.encoding.registers,
                now: now)
            persistent.found(registers, in: placed.point.name)
        } catch {
            guard case .exception = error else { throw .link(error) }
            persistent.found([], in: placed.point.name)
        }
        return true
    }

    private func wait(
        for condition: Condition, _ patience: Interval, _ run: inout CommandRun, at now: Instant
    ) throws(DeviceFault) {
        let deadline = run.deadline ?? now + patience
        run.deadline = deadline
        try read(condition.point, at: now)
        if condition.holds(for: session.value(condition.point)) { return run.advance() }
        guard now < deadline else {
            let value = session.value(condition.point)?.description ?? "nothing"
            throw .refused(command: "what changes “\(condition.point)”", why: "after \(patience) it holds \(value)")
        }
        run.notBefore = now + .milliseconds(100)
    }

    /// Reads a point again whose value is older than our last write, for the write may have changed it.
    /// - Returns: Whether that used the turn up.
    private func isOutdated(_ name: String, at now: Instant) throws(DeviceFault) -> Bool {
        if let entry = session.image[name], entry.at >= session.lastWrite { return false }
        guard session.placed[name] != nil else { return false }
        try read(name, at: now)
        return true
    }

    /// Reads a point that was never read.
    /// - Returns: Whether that used the turn up.
    private func isUnread(_ name: String, at now: Instant) throws(DeviceFault) -> Bool {
        guard session.placed[name] != nil, session.value(name) == nil else { return false }
        try read(name, at: now)
        return true
    }

    /// Reads one point now; a refusal is remembered as absence.
    func read(_ name: String, at now: Instant) throws(DeviceFault) {
        for block in session.plan(reading: [name]) {
            do { try session.read(block, at: now) } catch {
                guard case .exception(let code) = error else { throw .link(error) }
                session.note(refused: block, code: code, at: now)
            }
        }
    }

    func number(
        of value: Commands.Value, in point: Point, _ run: CommandRun, _ conversion: PowerConversion
    ) -> Double? {
        var (charging, discharging) = (point, point)
        charging.sign = .chargePositive
        discharging.sign = .dischargePositive
        return switch value {
        case .number(let number): number
        case .setpoint: conversion.number(run.target, in: point)
        case .chargeMagnitude: conversion.number(max(run.target, .zero), in: charging)
        case .dischargeMagnitude: conversion.number(min(run.target, .zero), in: discharging)
        case .timeout: timeout.number(in: point.unit)
        case .fallbackPower: conversion.number(watchdog.fallbackPower, in: point)
        case .phaseCount: Double(run.phaseCount)
        }
    }
}

extension Commands.Value {
    /// Moves power, so it is rounded toward zero and read back.
    fileprivate var isPower: Bool {
        switch self {
        case .setpoint, .chargeMagnitude, .dischargeMagnitude: true
        case .number, .timeout, .fallbackPower, .phaseCount: false
        }
    }
}
