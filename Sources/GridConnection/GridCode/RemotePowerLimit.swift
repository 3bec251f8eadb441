// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A limit on delivered power that an operator sets from afar, as a share of the rating, reached along a ramp.
package struct RemotePowerLimit: Sendable, BitwiseCopyable {
    package struct Settings: Sendable, BitwiseCopyable {
        /// The band in which delivery has to move, of the rating and per minute (a band of 0.33 to 0.66 % per second is
        /// 20 to 40 % per minute). Zero as the upper end moves at once.
        package var slowest = PerUnit(millionths: 0)
        package var fastest = PerUnit(millionths: 0)
        package init() {}

        /// The middle of the band.
        package var ramp: PerUnit {
            @_noLocks get { PerUnit(millionths: (slowest.millionths + fastest.millionths) / 2) }
        }
    }

    package enum Phase: UInt8, CaseIterable, Sendable, BitwiseCopyable { case none, limiting, releasing }
    package enum Reply: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case accepted, alreadySo
        /// Below zero, or more than the rating: no limit anybody can mean.
        case refused
    }

    package let settings: Settings
    package private(set) var phase = Phase.none
    private var goal = PerUnit(millionths: 1_000_000)
    private var ramp = Ramp(
        from: PerUnit(millionths: 1_000_000), since: Instant(nanoseconds: 0), perMinute: PerUnit(millionths: 0))
    private var current = PerUnit(millionths: 1_000_000)
    private var instruction = InstructionID(0)

    @_noLocks package init(_ settings: Settings) { self.settings = settings }

    /// - Parameters:
    ///   - limit: Of delivery, 0 to 1 per unit.
    ///   - power: Measured, import positive: the ramp begins where delivery is.
    @_noLocks
    package mutating func limit(
        to limit: PerUnit, _ instruction: InstructionID, power: PerUnit, at now: Instant,
        _ events: inout ConnectionEvents
    ) -> Reply {
        guard limit >= .zero, limit <= .one else {
            events.add(ConnectionEvent(.refused, .instruction, at: now, instruction: instruction))
            return .refused
        }
        advance(to: now)
        if phase == .limiting {
            events.add(ConnectionEvent(.superseded, .instruction, at: now, instruction: self.instruction))
        }
        let delivered = (-power).clamped(from: .zero, to: current)
        phase = .limiting
        goal = limit
        self.instruction = instruction
        current = delivered.atLeast(limit.atMost(current))
        ramp = Ramp(from: current, since: now, perMinute: limit < current ? -settings.ramp : settings.ramp)
        events.add(ConnectionEvent(.began, .instruction, at: now, instruction: instruction))
        advance(to: now)
        return .accepted
    }

    @_noLocks package mutating func release(at now: Instant, _ events: inout ConnectionEvents) -> Reply {
        switch phase {
        case .none, .releasing: return .alreadySo
        case .limiting:
            advance(to: now)
            phase = .releasing
            goal = .one
            ramp = Ramp(from: current, since: now, perMinute: settings.ramp)
            events.add(ConnectionEvent(.cancelled, .instruction, at: now, instruction: instruction))
            advance(to: now)
            return .accepted
        }
    }

    @_noLocks package mutating func advance(to now: Instant) {
        switch phase {
        case .none: return
        case .limiting, .releasing:
            let moved = settings.ramp > .zero ? ramp.value(at: now) : goal
            current = ramp.from > goal ? moved.atLeast(goal) : moved.atMost(goal)
            if phase == .releasing, current >= .one { phase = .none }
        }
    }

    /// nil while there is no limit.
    package var bound: ActivePowerBound? {
        @_noLocks get {
            switch phase {
            case .none: nil
            case .limiting: ActivePowerBound(.instruction, atLeast: -current)
            case .releasing: ActivePowerBound(.gradualRelease, atLeast: -current)
            }
        }
    }
}
