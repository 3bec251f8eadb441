// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One side of active power by frequency: the limited modes LFSM-O and LFSM-U of the European codes and either half of
/// the droop of IEEE 1547.
///
/// Power is seen from the side that hurts: delivery while the frequency is too high, import while it is too low. The
/// side answers with the most of it that is allowed; below zero that is a demand for power in the other direction.
package struct FrequencySide: Sendable, BitwiseCopyable {
    package enum Direction: UInt8, CaseIterable, Sendable, BitwiseCopyable { case over, under }

    /// What the slope is counted from.
    package enum Reference: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// The rating.
        case rating
        /// The power at the instant the threshold was crossed.
        case momentary
    }

    package struct Settings: Sendable, BitwiseCopyable {
        package var isOn = false
        /// The response begins beyond this frequency, not at it.
        package var threshold = Frequency(milli: 0)
        /// The deviation from the threshold, per unit of the nominal frequency, that moves power by the whole reference:
        /// 5 % at 50 Hz is 40 %/Hz. Zero is no slope.
        package var droop = PerUnit(millionths: 0)
        package var reference = Reference.rating
        /// Power that hurts ends altogether beyond this frequency: a car that charges counts as load to shed.
        package var shedThreshold: Frequency?
        /// How long the frequency has to stay beyond the threshold; the reference is the power when it was crossed.
        package var startDelay = Interval(nanoseconds: 0)
        /// To 90 % of a step; zero follows at once.
        package var responseTime = Interval(nanoseconds: 0)
        /// Whether power goes on beyond zero in the other direction.
        package var mayReverse = false
        /// Whether the response keeps its deepest value until the frequency is back in the window (a hysteresis).
        package var holdsDeepest = false
        /// Power returns once the frequency has been in this window for `returnDelay`, its bounds included.
        package var returnLower = Frequency(milli: 0)
        package var returnUpper = Frequency(milli: 0)
        package var returnDelay = Interval(nanoseconds: 0)
        /// Of the rating and per minute; zero returns as the response came, within `responseTime`.
        package var returnRamp = PerUnit(millionths: 0)

        package init() {}
    }

    package enum Phase: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// No response.
        case idle
        /// Beyond the threshold, the start delay runs.
        case crossed
        /// The slope governs.
        case active
        /// Back in the window, the return delay runs.
        case settling
        /// Power is given back.
        case returning

        /// The raw value, for the tick.
        package var code: UInt8 {
            @_noLocks get { rawValue }
        }
    }

    /// Where the frequency is.
    package enum Zone: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case beyond
        /// Neither beyond the threshold nor in the window of return.
        case between
        case inside
        /// Not measured, or too long ago.
        case unknown
    }

    package let direction: Direction
    package let settings: Settings
    private let nominal: Frequency
    package private(set) var phase = Phase.idle
    /// When the phase began, for the delays.
    private var since = Instant(nanoseconds: 0)
    /// The power that hurts when the threshold was crossed.
    private var reference = PerUnit(millionths: 0)
    private var deepest = PerUnit(millionths: 1_000_000)
    private var response: ResponseFilter
    private var ramp = Ramp(
        from: PerUnit(millionths: 0), since: Instant(nanoseconds: 0), perMinute: PerUnit(millionths: 0))
    /// The most power that hurts; nil without a response.
    package private(set) var most: PerUnit?

    @_noLocks package init(_ direction: Direction, _ settings: Settings, nominal: Frequency) {
        self.direction = direction
        self.settings = settings
        self.nominal = nominal
        response = ResponseFilter(reaching: .ninetyPercent, after: settings.responseTime)
    }

    @_noLocks package func zone(of frequency: Frequency?) -> Zone {
        guard let frequency else { return .unknown }
        if deviation(of: frequency, from: settings.threshold) > 0 { return .beyond }
        let isInside = settings.returnLower.milli <= frequency.milli && frequency.milli <= settings.returnUpper.milli
        return isInside ? .inside : .between
    }

    /// - Parameters:
    ///   - frequency: nil keeps what is in force: an unknown frequency neither begins a response nor ends one.
    ///   - power: Now, from the side that hurts.
    ///   - wanted: The power the car would have without this function, from the side that hurts.
    @_noLocks
    package mutating func advance(to now: Instant, frequency: Frequency?, power: PerUnit, wanted: PerUnit) {
        guard settings.isOn else { return }
        let zone = zone(of: frequency)
        switch (phase, zone) {
        case (.idle, .beyond): cross(at: now, power: power)
        case (.idle, .between), (.idle, .inside), (.idle, .unknown): break
        case (.crossed, .beyond), (.crossed, .unknown): break
        case (.crossed, .between), (.crossed, .inside): enter(.idle, at: now)
        case (.active, .inside): enter(.settling, at: now)
        case (.active, .beyond), (.active, .between), (.active, .unknown): break
        // A frequency nobody sees is not in the window.
        case (.settling, .beyond), (.settling, .between), (.settling, .unknown): enter(.active, at: now)
        case (.settling, .inside): break
        case (.returning, .beyond): cross(at: now, power: power)
        case (.returning, .between), (.returning, .inside), (.returning, .unknown): break
        }
        passDelays(at: now, zone)
        follow(to: now, frequency: frequency, zone, wanted: wanted)
    }

    private var isResponding: Bool {
        @_noLocks get { if case .some = most { true } else { false } }
    }

    // MARK: Steps of the machine

    @_noLocks private mutating func enter(_ next: Phase, at now: Instant) {
        phase = next
        since = now
    }

    /// Freezes the reference. A response that had not quite ended goes on from where it is.
    @_noLocks private mutating func cross(at now: Instant, power: PerUnit) {
        let start = power.atMost(most ?? .one).clamped(from: -.one, to: .one)
        reference = start
        deepest = .one
        response.restart(at: now, from: allowed(start))
        // What was still held back stays held back while the start delay runs.
        if isResponding { enter(.active, at: now) } else { enter(.crossed, at: now) }
    }

    @_noLocks private mutating func passDelays(at now: Instant, _ zone: Zone) {
        if phase == .crossed, zone == .beyond, now - since >= settings.startDelay {
            enter(.active, at: now)
            response.restart(at: now, from: allowed(reference))
        }
        if phase == .settling, zone == .inside, now - since >= settings.returnDelay {
            enter(.returning, at: now)
            ramp = Ramp(from: most ?? .one, since: now, perMinute: settings.returnRamp)
        }
    }

    @_noLocks
    private mutating func follow(to now: Instant, frequency: Frequency?, _ zone: Zone, wanted: PerUnit) {
        switch phase {
        case .idle, .crossed: most = nil
        case .active, .settling:
            response.advance(to: now, target: target(at: frequency))
            most = response.value
        case .returning: giveBack(to: now, zone, wanted: wanted)
        }
    }

    /// By ramp where the code has one, else along the response toward what is wanted.
    @_noLocks private mutating func giveBack(to now: Instant, _ zone: Zone, wanted: PerUnit) {
        let bound: PerUnit
        if settings.returnRamp > .zero {
            // Outside the window, or without a measurement, the ramp rests.
            if zone != .inside { ramp = Ramp(from: most ?? .one, since: now, perMinute: settings.returnRamp) }
            bound = ramp.value(at: now)
            guard bound < .one else { return end(at: now) }
        } else {
            let goal = wanted.atMost(.one)
            response.advance(to: now, target: zone == .unknown ? nil : goal)
            bound = response.value
            guard zone == .unknown || bound + PerUnit(millionths: 1_000) < goal else { return end(at: now) }
        }
        most = allowed(bound)
    }

    @_noLocks private mutating func end(at now: Instant) {
        enter(.idle, at: now)
        most = nil
    }

    // MARK: The slope

    @_noLocks private func allowed(_ bound: PerUnit) -> PerUnit {
        settings.mayReverse || bound > .zero ? bound : .zero
    }

    /// Millihertz beyond a threshold, positive on the side that hurts.
    @_noLocks private func deviation(of frequency: Frequency, from threshold: Frequency) -> Int64 {
        switch direction {
        case .over: frequency.milli - threshold.milli
        case .under: threshold.milli - frequency.milli
        }
    }

    /// What the slope allows; nil when the frequency is not known, which keeps the last one.
    @_noLocks private mutating func target(at frequency: Frequency?) -> PerUnit? {
        guard let frequency else { return nil }
        var target = reference - reduction(at: frequency)
        if let shed = settings.shedThreshold, deviation(of: frequency, from: shed) > 0 { target = target.atMost(.zero) }
        // Bounded here rather than after the response, which would otherwise come back late from where nothing may go.
        target = allowed(target.atLeast(-.one))
        guard settings.holdsDeepest else { return target }
        deepest = deepest.atMost(target)
        return deepest
    }

    @_noLocks private func reduction(at frequency: Frequency) -> PerUnit {
        let beyond = min(deviation(of: frequency, from: settings.threshold), 1_000_000)
        guard beyond > 0, settings.droop > .zero, nominal.milli > 0 else { return .zero }
        let whole = (nominal.milli * settings.droop.millionths).dividedRounding(by: 1_000_000)
        guard whole > 0 else { return .zero }
        let share = PerUnit(beyond, of: whole)
        switch settings.reference {
        case .rating: return share
        case .momentary: return share * reference.magnitude
        }
    }
}
