// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// When a charger may begin to deliver, after a start, a trip or an order to cease: voltage and frequency have to be in
/// a window for a delay, then power rises along a ramp.
///
/// Nothing survives a restart: the delay runs again, which is what the codes ask of a device that was off.
package struct EnterService: Sendable, BitwiseCopyable {
    package struct Settings: Sendable, BitwiseCopyable {
        /// Of every conductor, per unit of the nominal voltage; the bounds are inside.
        package var lowerVoltage = PerUnit(millionths: 1_000_000)
        package var upperVoltage = PerUnit(millionths: 1_000_000)
        package var lowerFrequency = Frequency(milli: 0)
        package var upperFrequency = Frequency(milli: 0)
        /// How long both have to be inside.
        package var delay = Interval(nanoseconds: 0)
        /// The most by which the delay is stretched at random, so that a street does not return at once.
        package var randomDelay = Interval(nanoseconds: 0)
        /// Of the rating and per minute; zero gives everything at once.
        package var ramp = PerUnit(millionths: 0)
        /// An interruption no longer than this asks for the short delay only; zero knows no short interruptions.
        package var shortInterruption = Interval(nanoseconds: 0)
        package var shortDelay = Interval(nanoseconds: 0)
        /// Whether charging waits and ramps as well, as IEEE 1547 has it for storage; else only delivery does.
        package var appliesToCharging = false
        package init() {}
    }

    package enum Phase: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// An order to cease is in force.
        case ceased
        /// Voltage or frequency is outside, or not known.
        case waiting
        /// Both are inside, the delay runs.
        case counting
        case ramping
        case inService

        /// The raw value, for the tick.
        package var code: UInt8 {
            @_noLocks get { rawValue }
        }
    }

    package enum Input: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// An order to cease; its end.
        case cease, permit
        /// The charger tripped, lost the grid or started anew.
        case interrupt
        /// The grid is no longer seen, or no longer fit: how long it was gone nobody knows, so the whole delay runs.
        case leave
    }

    package enum Reply: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case accepted
        /// Nothing changed.
        case alreadySo
        /// An order to cease stands above it.
        case ceasedByOrder
    }

    package enum Condition: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case inside, outside
        /// Not measured, or too long ago: as good as outside.
        case unknown
    }

    package let settings: Settings
    package private(set) var phase = Phase.waiting
    /// When the delay is over; only while counting.
    package private(set) var due = Instant(nanoseconds: 0)
    /// When service was last left; nil at the start and where the order came from outside.
    private var interruptedAt: Instant?
    private var soft = Ramp(
        from: PerUnit(millionths: 0), since: Instant(nanoseconds: 0), perMinute: PerUnit(millionths: 0))
    private var now: Instant
    private var random: UInt64

    /// - Parameter seed: Of the random delay; different for every charger.
    @_noLocks package init(_ settings: Settings, seed: UInt64, at now: Instant) {
        self.settings = settings
        self.now = now
        random = seed
    }

    // MARK: Inputs

    @_noLocks
    package mutating func handle(_ input: Input, at now: Instant, _ events: inout ConnectionEvents) -> Reply {
        switch (phase, input) {
        case (.waiting, .cease), (.counting, .cease), (.ramping, .cease), (.inService, .cease):
            interruptedAt = nil
            enter(.ceased, at: now, &events)
            return .accepted
        case (.ceased, .permit):
            enter(.waiting, at: now, &events)
            return .accepted
        case (.ramping, .interrupt), (.inService, .interrupt):
            interruptedAt = now
            enter(.waiting, at: now, &events)
            return .accepted
        case (.ramping, .leave), (.inService, .leave):
            interruptedAt = nil
            enter(.waiting, at: now, &events)
            return .accepted
        case (.counting, .interrupt), (.counting, .leave):
            // Whatever is counted so far was counted on a grid that has gone again.
            enter(.waiting, at: now, &events)
            return .accepted
        case (.ceased, .interrupt), (.ceased, .leave): return .ceasedByOrder
        case (.waiting, .leave):
            interruptedAt = nil
            return .alreadySo
        case (.ceased, .cease), (.waiting, .permit), (.waiting, .interrupt), (.counting, .permit), (.ramping, .permit),
            (.inService, .permit):
            return .alreadySo
        }
    }

    @_noLocks package func condition(_ voltage: LineVoltage?, _ frequency: Frequency?) -> Condition {
        guard let voltage, let frequency else { return .unknown }
        let isInside =
            voltage.lowest >= settings.lowerVoltage && voltage.highest <= settings.upperVoltage
            && frequency.milli >= settings.lowerFrequency.milli && frequency.milli <= settings.upperFrequency.milli
        return isInside ? .inside : .outside
    }

    @_noLocks
    package mutating func advance(to now: Instant, _ condition: Condition, _ events: inout ConnectionEvents) {
        self.now = now
        switch (phase, condition) {
        case (.waiting, .inside):
            due = now + delay(at: now)
            enter(.counting, at: now, &events)
        case (.counting, .outside), (.counting, .unknown): enter(.waiting, at: now, &events)
        // In service a disturbance is ridden through; whether it was too much the charger's own protection says.
        case (.ramping, .inside), (.ramping, .outside), (.ramping, .unknown), (.counting, .inside): break
        case (.waiting, .outside), (.waiting, .unknown): break
        case (.inService, .inside), (.inService, .outside), (.inService, .unknown): break
        case (.ceased, .inside), (.ceased, .outside), (.ceased, .unknown): break
        }
        if phase == .counting, due <= now { start(at: now, &events) }
        if phase == .ramping, soft.value(at: now) >= .one { enter(.inService, at: now, &events) }
    }

    @_noLocks private mutating func start(at now: Instant, _ events: inout ConnectionEvents) {
        interruptedAt = nil
        soft = Ramp(from: .zero, since: now, perMinute: settings.ramp)
        if settings.ramp > .zero { enter(.ramping, at: now, &events) } else { enter(.inService, at: now, &events) }
    }

    @_noLocks private mutating func enter(_ next: Phase, at now: Instant, _ events: inout ConnectionEvents) {
        phase = next
        events.add(ConnectionEvent(.stateChanged, .enterService, at: now, detail: next.code))
    }

    /// VDE-AR-N 4105 knows a short delay after a short interruption.
    @_noLocks private mutating func delay(at now: Instant) -> Interval {
        if let interruptedAt, settings.shortInterruption.nanoseconds > 0,
            (now - interruptedAt).nanoseconds <= settings.shortInterruption.nanoseconds
        {
            return settings.shortDelay
        }
        return settings.delay + Interval(nanoseconds: drawn(below: settings.randomDelay.nanoseconds))
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    @_noLocks private mutating func drawn(below most: Int64) -> Int64 {
        guard most > 0 else { return 0 }
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int64(mixed % UInt64(most))
    }

    // MARK: What follows

    /// How much of the rating may flow, 0 to 1; nil in service.
    package var share: PerUnit? {
        @_noLocks get {
            switch phase {
            case .ceased, .waiting, .counting: .zero
            case .ramping: soft.value(at: now).clamped(from: .zero, to: .one)
            case .inService: nil
            }
        }
    }

    package var isPermittedToDeliver: Bool {
        @_noLocks get {
            switch phase {
            case .ceased, .waiting, .counting: false
            case .ramping, .inService: true
            }
        }
    }

    /// nil in service.
    package var bound: ActivePowerBound? {
        @_noLocks get {
            guard let share else { return nil }
            let most = settings.appliesToCharging ? share : PerUnit.unbounded
            switch phase {
            case .ceased: return ActivePowerBound(.ceaseToEnergise, atLeast: -share, atMost: most)
            case .ramping: return ActivePowerBound(.returnRamp, atLeast: -share, atMost: most)
            case .waiting, .counting, .inService: return ActivePowerBound(.enterService, atLeast: -share, atMost: most)
            }
        }
    }
}
