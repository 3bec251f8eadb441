// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What bound a target, in one word and the thing it points at.
package struct Reason: Equatable, Sendable, BitwiseCopyable {
    package enum Kind: UInt8, Sendable, BitwiseCopyable {
        /// Somebody asked for exactly this (`source`).
        case wish
        /// The sum over EVSEs follows a site setpoint (`source`).
        case siteSetpoint
        /// Nobody asked: the EVSE charges, or holds zero, by configuration.
        case idleCharging, idleHolding
        case noVehicle
        /// After a start: what is found running goes on until the site is known.
        case takingOver
        /// The charger is not under control, or its connector takes no setpoints now.
        case notReady
        /// The charger has not answered lately; its last command stays.
        case chargerSilent
        case chargerRating
        /// What vehicle and charger offer at present.
        case offered
        /// Discharging is not permitted here and now.
        case dischargeNotPermitted
        /// A limit imposed on this EVSE (`source`).
        case evseLimit
        /// The wiring or agreement of a circuit (`circuit`, `conductor`).
        case circuit
        /// A limit imposed on a circuit (`circuit`, `conductor`, `source`).
        case imposedLimit
        /// The meter is silent, the fallback holds.
        case meterSilent
        /// Less than the minimum is nothing.
        case minimumPower
        /// Capacity does not suffice for every minimum; another EVSE has its turn.
        case waitingForTurn
        case minimumOffTime
        /// Commands still in flight may yet take the capacity.
        case inFlight
        /// Relief is ramped.
        case ramp
        case directionChange
        case phaseSwitch
    }
    package enum Conductor: UInt8, Sendable, BitwiseCopyable { case total, l1, l2, l3 }

    package var kind: Kind
    package var conductor: Conductor
    package var isExport: Bool
    package var circuit: UInt16
    package var source: UInt16

    @_noLocks
    package init(
        _ kind: Kind, circuit: Int = 0, conductor: Conductor = .total, isExport: Bool = false, source: UInt16 = 0
    ) {
        self.kind = kind
        self.circuit = UInt16(truncatingIfNeeded: circuit)
        self.conductor = conductor
        self.isExport = isExport
        self.source = source
    }
}

/// One step on the way from wish to target.
package struct Shaping: Equatable, Sendable, BitwiseCopyable {
    package var reason: Reason
    package var power: Power
}

/// What one EVSE shall do, and why.
package struct EVSEDecision: Sendable, BitwiseCopyable {
    package var target: Power = .zero
    package var phaseCount: Int = 3
    /// What bound the target last.
    package var boundBy = Reason(.notReady)
    /// From wish to target, the first `shapingCount` entries.
    package var shaping: InlineArray<8, Shaping> = InlineArray(
        repeating: Shaping(reason: Reason(.notReady), power: .zero))
    package var shapingCount = 0
    package init() {}

    @_noLocks mutating func note(_ power: Power, _ reason: Reason) {
        if shapingCount < 8 {
            shaping[shapingCount] = Shaping(reason: reason, power: power)
            shapingCount += 1
        } else {
            shaping[7] = Shaping(reason: reason, power: power)
        }
        boundBy = reason
    }
}

/// What the controller believes about one circuit.
package struct CircuitView: Sendable, BitwiseCopyable {
    package var meterIsSilent = false
    /// The tightest of agreement, wiring and imposed limits on the sum of power.
    package var limits: PowerLimits = .unbounded
    package var limitSource: Reason = Reason(.circuit)
    /// Load that is not ours, as counted against the import limit.
    package var uncontrolled: Power = .zero
    package init() {}
}

/// What one tick decided, in storage that lives as long as the site.
package struct Decision: ~Copyable, Sendable {
    package var evses: FixedArray<EVSEDecision>
    package var circuits: FixedArray<CircuitView>
    /// Nothing is decided yet: the targets are what was found.
    package var isTakingOver = false
    package init(for site: SiteModel) {
        evses = FixedArray(repeating: EVSEDecision(), count: site.evses.count)
        circuits = FixedArray(repeating: CircuitView(), count: site.circuits.count)
    }
}
