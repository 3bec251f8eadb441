// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

@testable import GridConnection

/// An operating envelope beside a model that keeps the whole history of each control.
struct HostileEnvelope: Boundary, ~Copyable {
    private struct Known {
        var control: EnvelopeControl
        var time: ModelOrder
        var cancelAt: Instant?
        var isGone = false
        var start: WallTime
        var end: WallTime
    }
    let settings: OperatingEnvelope.Settings
    /// What it was sent last, so that a composition can be sent the same.
    private(set) var lastInput = OperatingEnvelope.Input.heard
    private var machine: OperatingEnvelope
    /// Those not over yet, and the last of each id that ever was accepted.
    private var known: [Known] = []
    private var accepted: [InstructionID: EnvelopeControl] = [:]
    private var defaults = EnvelopeLimits()
    private var isRestarted = false
    private var time: HostileTime
    private let ids: Int

    init(_ random: inout Seeded, at time: HostileTime) {
        settings = OperatingEnvelope.Settings(
            site: watts(-random.int(0...9_000), random.int(0...9_000)),
            devices: random.chance(50) ? .unbounded : watts(-random.int(0...9_000), random.int(0...9_000)),
            silentAfter: .minutes(random.int(1...60)))
        machine = OperatingEnvelope(settings, restored: nil, at: time.now)
        self.time = time
        ids = random.pick([5, 20, 200])
    }

    mutating func disturb(_ random: inout Seeded, at time: HostileTime) -> String? {
        let id = InstructionID(UInt64(random.int(0...ids)))
        switch random.int(1...20) {
        case 1: return send(.heard, at: time) == .accepted ? nil : "not heard"
        case 2...3:
            let limits = Self.limits(&random)
            let reply = send(.defaults(limits), at: time)
            if reply == .accepted { defaults = limits }
            return (reply == .accepted) == !Self.isNegative(limits) ? nil : "\(limits): \(reply)"
        case 4...6:
            let delay = Interval.seconds(random.chance(50) ? 0 : random.int(-5...5_000))
            _ = send(.cancel(id, after: delay), at: time)
            cancel(id, delay, at: time)
            return nil
        case 7:
            _ = send(.supersede(id), at: time)
            if let index = live(id) { known[index].isGone = true }
            return nil
        default:
            let again = random.chance(30) ? accepted[id] : nil
            return take(again ?? Self.control(id, &random, at: time), at: time)
        }
    }

    private mutating func send(_ input: OperatingEnvelope.Input, at time: HostileTime) -> OperatingEnvelope.Reply {
        lastInput = input
        var events = ConnectionEvents()
        return machine.handle(input, at: time.now, wall: time.wall, &events)
    }

    private func live(_ id: InstructionID) -> Int? { known.firstIndex { $0.control.id == id && !$0.isGone } }

    private mutating func cancel(_ id: InstructionID, _ delay: Interval, at time: HostileTime) {
        guard let index = live(id) else { return }
        if known[index].time.state == .binds, delay.nanoseconds > 0 {
            if known[index].cancelAt == nil { known[index].cancelAt = time.now + min(delay, .seconds(3_600)) }
        } else {
            known[index].cancelAt = time.now
        }
    }

    static func limits(_ random: inout Seeded) -> EnvelopeLimits {
        let power = { (random: inout Seeded) -> Power? in
            random.chance(50) ? nil : .watts(random.chance(3) ? -1 : random.int(0...9_000))
        }
        return EnvelopeLimits(
            siteImport: power(&random), siteExport: power(&random), generation: power(&random), load: power(&random),
            energize: random.chance(85) ? nil : random.chance(50))
    }

    static func isNegative(_ limits: EnvelopeLimits) -> Bool {
        [limits.siteImport, limits.siteExport, limits.generation, limits.load].contains { ($0?.milli ?? 0) < 0 }
    }

    private static func control(_ id: InstructionID, _ random: inout Seeded, at time: HostileTime) -> EnvelopeControl {
        EnvelopeControl(
            id, created: utc(2026, 1, 1) + .seconds(random.int(0...5)), primacy: UInt8(random.int(0...2)),
            start: random.chance(2)
                ? WallTime(milliseconds: random.pick([.min, .max])) : time.shown + .seconds(random.int(-4_000...7_200)),
            duration: random.chance(2) ? Interval(nanoseconds: .max) : .seconds(random.int(-5...7_200)),
            randomizeStart: Int32(random.chance(70) ? 0 : random.int(-3_700...3_700)),
            randomFraction: Int32(random.int(0...1_000_000)), limits: limits(&random))
    }

    private mutating func take(_ control: EnvelopeControl, at time: HostileTime) -> String? {
        let reply = send(.control(control), at: time)
        switch reply {
        case .known, .refused(.edited):
            // Of what is over it may have been kept or forgotten that it was known.
            return accepted[control.id] != nil ? nil : "\(control): \(reply)"
        case .refused(.full):
            let count = known.filter { !$0.isGone }.count
            return count >= 64 ? nil : "full with \(count) controls"
        case .refused(.expired):
            return (time.believed.map { entry(control).end <= $0 } ?? false) ? nil : "\(control): \(reply)"
        case .refused(.superseded):
            return known.contains { !$0.isGone && $0.time.state == .binds && replaces($0, entry(control)) }
                ? nil : "\(control): \(reply)"
        case .refused: return isSound(control) ? "\(control): \(reply)" : nil
        case .accepted:
            guard isSound(control), live(control.id) == nil else { return "\(control): \(reply)" }
            known.append(entry(control))
            accepted[control.id] = control
            return nil
        }
    }

    private func isSound(_ control: EnvelopeControl) -> Bool {
        control.id.number > 0 && control.duration.nanoseconds > 0
            && (0..<7_000_000_000_000).contains(control.start.milliseconds)
            && abs(control.randomizeStart) <= 3_600 && !Self.isNegative(control.limits)
            && control.limits != EnvelopeLimits()
    }

    private func entry(_ control: EnvelopeControl) -> Known {
        let shift = Double(control.randomizeStart) * Double(control.randomFraction) / 1_000
        let isSound = isSound(control)
        let start = isSound ? WallTime(milliseconds: control.start.milliseconds + Int64(shift)) : control.start
        let duration = min(control.duration.nanoseconds, 1_577_880_000_000_000_000)
        let end = isSound ? WallTime(milliseconds: start.milliseconds + duration / 1_000_000) : start
        return Known(
            control: control, time: ModelOrder(start: start, duration: Interval(nanoseconds: duration)), start: start,
            end: end)
    }

    private func replaces(_ newer: Known, _ older: Known) -> Bool {
        let pairs: [(Bool, Bool)] = [
            (newer.control.limits.siteImport != nil, older.control.limits.siteImport != nil),
            (newer.control.limits.siteExport != nil, older.control.limits.siteExport != nil),
            (newer.control.limits.generation != nil, older.control.limits.generation != nil),
            (newer.control.limits.load != nil, older.control.limits.load != nil),
            (newer.control.limits.energize != nil, older.control.limits.energize != nil),
        ]
        return newer.control.primacy == older.control.primacy
            && newer.control.created.milliseconds > older.control.created.milliseconds
            && pairs.allSatisfy { $0.0 || !$0.1 } && newer.start < older.end && older.start < newer.end
    }

    mutating func restart(at time: HostileTime) {
        machine = OperatingEnvelope(settings, restored: machine.memory(), at: time.now)
        isRestarted = true
        for index in known.indices where known[index].cancelAt != nil { known[index].cancelAt = time.now }
    }

    mutating func advance(to time: HostileTime) {
        var events = ConnectionEvents()
        machine.advance(to: time.now, wall: time.wall, &events)
        self.time = time
        var hasCome: [Int] = []
        for index in known.indices where !known[index].isGone {
            if let cancelAt = known[index].cancelAt, cancelAt <= time.now {
                known[index].isGone = true
                continue
            }
            let before = known[index].time.state
            known[index].time.pass(to: time, isRestart: isRestarted)
            let after = known[index].time.state
            if before == .awaited, after != .awaited { hasCome.append(index) }
            if after == .ended || after == .missed { known[index].isGone = true }
        }
        for newer in hasCome {
            for older in known.indices where !known[older].isGone && replaces(known[newer], known[older]) {
                known[older].isGone = true
            }
        }
        known.removeAll(where: \.isGone)
        isRestarted = false
    }

    var inForce: [PowerLimits] { [machine.siteLimit().power, machine.deviceLimit().power] }

    var safe: [PowerLimits] {
        let live = known.filter { !$0.isGone }
        func bound(_ value: (EnvelopeLimits) -> Power?, _ fallback: Power) -> Power {
            let byDefault = value(defaults) ?? fallback
            if time.believed == nil { return live.compactMap { value($0.control.limits) }.reduce(byDefault, min) }
            let having = live.filter { $0.time.state == .binds && value($0.control.limits) != nil }
            guard let primacy = having.map(\.control.primacy).min() else { return byDefault }
            let first = having.filter { $0.control.primacy == primacy }
            let newest = first.map(\.control.created).max()
            return first.filter { $0.control.created == newest }.compactMap { value($0.control.limits) }.min() ?? .zero
        }
        let isEnergized = bound({ $0.energize.map { Power(milli: $0 ? 1 : 0) } }, Power(milli: 1))
        let devices = PowerLimits(
            from: -bound(\.generation, -settings.devices.lower), to: bound(\.load, settings.devices.upper))
        return [
            PowerLimits(from: -bound(\.siteExport, -settings.site.lower), to: bound(\.siteImport, settings.site.upper)),
            isEnergized.isZero ? .zero : devices,
        ]
    }
}
