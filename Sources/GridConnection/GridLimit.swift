// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The rule of the grid that a limit or an event comes from.
package enum GridRule: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// What the connection agreement always allows.
    case firmCapacity
    /// Capacity by the calendar of the agreement.
    case timedCapacity
    /// Capacity on top of the firm one that an instruction may withdraw.
    case flexibleCapacity
    /// An operator's limit on consumption or production (EEBUS LPC, LPP), and the failsafe of each.
    case consumptionLimit, productionLimit
    case consumptionFailsafe, productionFailsafe
    /// An operator's instruction entered by hand or through a channel without a heartbeat.
    case instruction
    /// A relay of the control box (FNN W3, S2, S1, W4).
    case relay
    /// The reduction of § 14a EnWG, which bounds what the controllable devices draw together.
    case section14a
    /// The import or export limitation of EREC G100, its reaction and its lock-out.
    case limitationScheme
    /// A dynamic operating envelope, and the default after its loss.
    case operatingEnvelope, operatingEnvelopeDefault
    /// The share of the installed power that may be fed in (§ 9 EEG).
    case feedInCap
    /// The difference between phases that chargers may cause (VDE-AR-N 4100).
    case unbalance
    /// Grid code: active power by frequency and by voltage.
    case frequencyResponse, voltageWatt
    /// Grid code: waiting to enter service, the ramp after it, an order to cease, momentary cessation.
    case enterService, returnRamp, ceaseToEnergise, momentaryCessation
    /// Grid code: the charger's settings do not match the code's, so nothing may be delivered.
    case unverifiedSettings
    /// Power returns gradually after a reduction.
    case gradualRelease

    /// The raw value, for places where a number stands for the rule.
    package var number: UInt8 { @_noLocks get { rawValue } }
}

/// What the grid allows at one place now.
package struct GridLimit: Sendable, BitwiseCopyable, Equatable {
    package enum Scope: Sendable, BitwiseCopyable, Equatable {
        /// What flows through the connection point.
        case connectionPoint
        /// The sum of all EVSEs: what they draw together less what production leaves over.
        case controllable
        /// By its index in the site's model; 0 is the connection point.
        case circuit(Int)
        case evse(Int)
        /// Each EVSE on its own.
        case everyEVSE
    }
    package var scope: Scope
    package var rule: GridRule
    package var power: PowerLimits
    /// Per phase.
    package var current: CurrentLimits

    @_noLocks
    package init(
        _ rule: GridRule, scope: Scope = .connectionPoint, power: PowerLimits = .unbounded,
        current: CurrentLimits = .unbounded
    ) {
        self.rule = rule
        self.scope = scope
        self.power = power
        self.current = current
    }
}
