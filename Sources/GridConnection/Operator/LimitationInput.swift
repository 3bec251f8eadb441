// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Which flow an operator's limit is about.
package enum LimitationDirection: Sendable, BitwiseCopyable {
    /// EEBUS LPC.
    case consumption
    /// EEBUS LPP.
    case production

    var limitRule: GridRule {
        @_noLocks get {
            switch self {
            case .consumption: .consumptionLimit
            case .production: .productionLimit
            }
        }
    }

    var failsafeRule: GridRule {
        @_noLocks get {
            switch self {
            case .consumption: .consumptionFailsafe
            case .production: .productionFailsafe
            }
        }
    }

    /// The flow in this direction bounded, the other one left alone.
    @_noLocks func bounds(_ magnitude: Power) -> PowerLimits {
        let most = Power(milli: Power.plausible)
        return switch self {
        case .consumption: PowerLimits(from: -most, to: magnitude)
        case .production: PowerLimits(from: -magnitude, to: most)
        }
    }
}

/// What the box, or the wiring to it, tells the machine.
package enum LimitationInput: Sendable, BitwiseCopyable {
    /// The box is alive; it says so at least every 60 s (LPC-005/006).
    case heartbeat
    case write(LimitationWrite)
    /// - Parameter magnitude: ≥ 0.
    case writeFailsafeLimit(_ magnitude: Power)
    /// Failsafe Duration Minimum, 2 h to 24 h (LPC-022).
    case writeFailsafeDuration(Interval)
    /// The connection to the box is gone. It has to be heard again before it may write (LPC-913).
    case partnerLost
    /// A box has been made the partner, or is none any more, by someone entitled to say so.
    case paired, unpaired
}

/// The box's write to the limit.
package struct LimitationWrite: Sendable, BitwiseCopyable {
    /// As written: the machine refuses what is below zero, it does not mend it.
    package var magnitude: Power
    package var isActive: Bool
    /// Nil: until the next write. Of no meaning where the limit is not active.
    package var duration: Interval?
    package var instruction: InstructionID

    @_noLocks
    package init(_ magnitude: Power, isActive: Bool, duration: Interval? = nil, instruction: InstructionID) {
        self.magnitude = magnitude
        self.isActive = isActive
        self.duration = duration
        self.instruction = instruction
    }
}

/// The answer to the box.
package enum LimitationReply: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case accepted
    /// A limit is a magnitude (LPC-001).
    case refusedNegative
    /// Beyond any real site.
    case refusedImplausible
    /// A duration of nothing, or less.
    case refusedDuration
    /// No heartbeat within the last 60 s.
    case refusedNoHeartbeat
    /// Outside 2 h to 24 h (LPC-022).
    case refusedFailsafeDuration
    case refusedNotPaired

    /// The `detail` of `.refused`.
    package var code: UInt8 { @_noLocks get { rawValue } }
}

extension Power {
    /// The magnitude that a box's LPP write stands for. Boxes write production as negative watts; a positive value is none
    /// of production and comes out below zero, which the machine refuses.
    @_noLocks package func magnitudeOfProduction() -> Power { -self }
}
