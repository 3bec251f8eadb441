// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a limitation scheme sees of its site in one step.
package struct SchemeSample: Sendable, BitwiseCopyable {
    /// When the meter measured; `.distantPast` while it has never answered.
    package var measuredAt = Instant.distantPast
    /// At the connection point, signed with the direction of the phase's power. Without it there is no reading.
    package var current: PerPhase<Current>?
    package var power: PerPhase<Power>?
    /// Of all phases, from a meter that tells only the sum.
    package var totalPower: Power?
    package var voltage: PerPhase<Voltage>?
    /// What the chargers take together: by their own measurement, or by command where they do not measure.
    package var chargers: PerPhase<Current> = .zero
    /// When the charger that was silent for longest was last heard; now, where there is none.
    package var chargersHeardAt = Instant.distantPast

    @_noLocks package init() {}
}

/// Why a scheme is in fail-safe; several may hold at once.
package struct SchemeFaults: Sendable, BitwiseCopyable {
    package private(set) var bits: UInt8 = 0

    @_noLocks package init() {}
    package static var meterLost: UInt8 { @_noLocks get { 1 } }
    package static var chargerLost: UInt8 { @_noLocks get { 2 } }
    package static var implausible: UInt8 { @_noLocks get { 4 } }
    package static var sensorReversed: UInt8 { @_noLocks get { 8 } }

    package var isEmpty: Bool { @_noLocks get { bits == 0 } }
    @_noLocks package func contains(_ fault: UInt8) -> Bool { bits & fault != 0 }
    @_noLocks mutating func set(_ fault: UInt8, _ holds: Bool) {
        bits = holds ? bits | fault : bits & ~fault
    }
}

extension SchemeSettings {
    /// Whether a reading can be true: within the sensors' rating, and in keeping with the power that the meter tells.
    @_noLocks func believes(_ current: PerPhase<Current>, _ sample: SchemeSample) -> Bool {
        let voltage = sample.voltage ?? PerPhase(all: nominalVoltage)
        guard believes(current.l1, voltage.l1), believes(current.l2, voltage.l2), believes(current.l3, voltage.l3)
        else {
            return false
        }
        let apparent = PerPhase(
            voltage.l1.magnitude * current.l1, voltage.l2.magnitude * current.l2, voltage.l3.magnitude * current.l3)
        if let power = sample.power {
            guard agree(power.l1, apparent.l1), agree(power.l2, apparent.l2), agree(power.l3, apparent.l3) else {
                return false
            }
        }
        guard let total = sample.totalPower else { return true }
        let most = apparent.l1.magnitude + apparent.l2.magnitude + apparent.l3.magnitude
        return isReal(total) && total.magnitude <= allowed(most)
    }

    private func believes(_ current: Current, _ voltage: Voltage) -> Bool {
        isReal(current) && isReal(voltage) && current.magnitude <= sensorRating
    }

    /// Active power does not exceed the apparent one, nor flow the other way.
    private func agree(_ power: Power, _ apparent: Power) -> Bool {
        guard isReal(power), power.magnitude <= allowed(apparent.magnitude) else { return false }
        let isSmall = power.magnitude <= powerTolerance || apparent.magnitude <= powerTolerance
        return isSmall || (power.milli < 0) == (apparent.milli < 0)
    }

    private func allowed(_ apparent: Power) -> Power {
        apparent + apparent / 10 + powerTolerance.clamped(from: .zero, to: Power(milli: Power.plausible))
    }

    private func isReal(_ value: Current) -> Bool {
        value.milli <= Current.plausible && value.milli >= 0 - Current.plausible
    }
    private func isReal(_ value: Voltage) -> Bool {
        value.milli <= Voltage.plausible && value.milli >= 0 - Voltage.plausible
    }
    private func isReal(_ value: Power) -> Bool {
        value.milli <= Power.plausible && value.milli >= 0 - Power.plausible
    }
}
