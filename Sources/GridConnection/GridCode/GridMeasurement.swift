// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What the grid was measured to be at one place. Nothing in it is trusted before it was classified.
package struct GridMeasurement: Sendable, BitwiseCopyable {
    /// nil is not measured.
    package var frequency: Frequency?
    /// Phase to neutral.
    package var voltage: PerPhase<Voltage?>
    /// The conductors there are; a conductor outside does not count.
    package var phases: PhaseSet
    package var measuredAt: Instant

    @_noLocks
    package init(frequency: Frequency?, voltage: PerPhase<Voltage?>, phases: PhaseSet = .three, measuredAt: Instant) {
        self.frequency = frequency
        self.voltage = voltage
        self.phases = phases
        self.measuredAt = measuredAt
    }

    /// A frequency no grid has is no measurement: some meters report zero when they have none.
    /// - Parameter nominal: The frequency has to be within a fifth of it.
    @_noLocks package func plausibleFrequency(nominal: Frequency) -> Frequency? {
        guard let frequency else { return nil }
        let fifth = nominal.milli / 5
        return (frequency.milli - nominal.milli).magnitude <= fifth.magnitude ? frequency : nil
    }

    /// - Returns: nil unless every conductor there is was measured, with at most twice the nominal voltage.
    @_noLocks package func lineVoltage(nominal: Voltage) -> LineVoltage? {
        var voltages = LineVoltage.Parts()
        if phases.contains(.l1) { voltages.add(voltage.l1, nominal) }
        if phases.contains(.l2) { voltages.add(voltage.l2, nominal) }
        if phases.contains(.l3) { voltages.add(voltage.l3, nominal) }
        return voltages.whole
    }
}

/// The voltage of the conductors there are, per unit of the nominal one.
package struct LineVoltage: Sendable, BitwiseCopyable, Equatable {
    package var lowest: PerUnit
    package var mean: PerUnit
    package var highest: PerUnit

    @_noLocks package init(lowest: PerUnit, mean: PerUnit, highest: PerUnit) {
        self.lowest = lowest
        self.mean = mean
        self.highest = highest
    }
    @_noLocks package init(all voltage: PerUnit) { self.init(lowest: voltage, mean: voltage, highest: voltage) }

    @_noLocks package static func == (lhs: LineVoltage, rhs: LineVoltage) -> Bool {
        lhs.lowest == rhs.lowest && lhs.mean == rhs.mean && lhs.highest == rhs.highest
    }

    /// Collects conductors; one that is not known spoils the whole.
    struct Parts: BitwiseCopyable {
        private var lowest = PerUnit(millionths: 10_000_000)
        private var highest = PerUnit(millionths: 0)
        private var sum: Int64 = 0
        private var count: Int64 = 0
        private var isWhole = true

        @_noLocks init() {}

        @_noLocks mutating func add(_ voltage: Voltage?, _ nominal: Voltage) {
            guard let voltage, voltage.milli >= 0, nominal.milli > 0, voltage.milli / 2 <= nominal.milli else {
                isWhole = false
                return
            }
            let share = PerUnit(voltage, of: nominal)
            lowest = lowest.atMost(share)
            highest = highest.atLeast(share)
            sum += share.millionths
            count += 1
        }

        var whole: LineVoltage? {
            @_noLocks get {
                guard isWhole, count > 0 else { return nil }
                let mean = PerUnit(millionths: sum.dividedRounding(by: count))
                return LineVoltage(lowest: lowest, mean: mean, highest: highest)
            }
        }
    }
}
