// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Everything one tick looks at, in storage that lives as long as the site. The composer fills it, `step` reads it.
package struct Snapshot: ~Copyable, Sendable {
    package var now: Instant
    package var meters: FixedArray<MeterSample>
    package var evses: FixedArray<EVSESample>
    package var limits: FixedArray<ImposedLimit>
    package var limitCount: Int
    package var wishes: FixedArray<Wish>
    package var wishCount: Int

    package init(for site: SiteModel) {
        now = .distantPast
        meters = FixedArray(repeating: MeterSample(), count: site.circuits.count)
        evses = FixedArray(repeating: EVSESample(), count: site.evses.count)
        limits = FixedArray(
            repeating: ImposedLimit(scope: .circuit(0), source: 0, power: .zero), count: site.limitCapacity)
        limitCount = 0
        wishes = FixedArray(
            repeating: Wish(scope: .site, source: 0, priority: 0, power: .zero, expiresAt: .distantPast),
            count: site.wishCapacity)
        wishCount = 0
    }
}

/// The latest sample of a circuit's meter. Absent values are nil, never zero.
package struct MeterSample: Sendable, BitwiseCopyable {
    /// `.distantPast` while the meter has never answered.
    package var measuredAt: Instant = .distantPast
    package var power: Power = .zero
    /// Signed with the direction of the phase's power.
    package var current: PerPhase<Current>?
    package var phasePower: PerPhase<Power>?
    package var voltage: PerPhase<Voltage>?
    @_noLocks package init() {}
}

/// The latest that is known about one EVSE.
package struct EVSESample: Sendable, BitwiseCopyable {
    /// `.distantPast` while the charger has never answered.
    package var measuredAt: Instant = .distantPast
    /// At the charger's AC side; nil where it does not measure.
    package var power: Power?
    package var current: PerPhase<Current>?
    package var hasVehicle = false
    /// The charger is under our control and the connector's state lets power flow.
    package var takesSetpoints = false
    /// What vehicle and charger accept now; nil leaves the ratings.
    package var offered: PowerLimits?
    package var mayDischarge = false
    /// Energy the vehicle still needs, and when it leaves.
    package var need: Need?
    /// Where the hardware goes by itself when it no longer hears from us; nil: it holds its last setpoint.
    package var hardwareFallback: Power?

    package struct Need: Sendable, BitwiseCopyable {
        package var energy: Energy
        package var until: Instant
        package init(energy: Energy, until: Instant) {
            self.energy = energy
            self.until = until
        }
    }
    @_noLocks package init() {}
}

/// A bound that someone other than the site's wiring imposes. Limits only ever narrow.
package struct ImposedLimit: Sendable, BitwiseCopyable {
    package enum Scope: Sendable, BitwiseCopyable, Equatable {
        case circuit(Int), evse(Int)
        /// Each EVSE on its own.
        case everyEVSE
        /// What all EVSEs take together, less what production leaves over behind the connection point (in import; in export,
        /// less what other loads take up). Of such a limit only the power counts.
        case controllable
    }
    package var scope: Scope
    /// Who imposes it, as the composer numbers sources; it comes back in reasons.
    package var source: UInt16
    package var power: PowerLimits
    /// Per phase.
    package var current: CurrentLimits
    @_noLocks
    package init(
        scope: Scope, source: UInt16, power: PowerLimits = .unbounded, current: CurrentLimits = .unbounded
    ) {
        self.scope = scope
        self.source = source
        self.power = power
        self.current = current
    }
}

/// A power somebody asks for. Served within the limits, the highest priority first.
package struct Wish: Sendable, BitwiseCopyable {
    package enum Scope: Sendable, BitwiseCopyable, Equatable {
        /// The sum over the EVSEs that have no wish of at least the same priority.
        case site
        case evse(Int)
    }
    package var scope: Scope
    /// Who asks, as the composer numbers sources; it comes back in reasons.
    package var source: UInt16
    /// Higher wins; between equals the one that comes first in the snapshot.
    package var priority: UInt8
    package var power: Power
    package var expiresAt: Instant
    @_noLocks
    package init(scope: Scope, source: UInt16, priority: UInt8, power: Power, expiresAt: Instant) {
        self.scope = scope
        self.source = source
        self.priority = priority
        self.power = power
        self.expiresAt = expiresAt
    }
}
