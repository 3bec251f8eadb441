// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Which rules bind the connection point, as agreed and as the law has it. What is nil does not bind.
package struct ConnectionSettings: Sendable, Equatable {
    /// Capacity by the calendar: the windows, and what holds outside them.
    package struct Timed: Sendable, Equatable {
        package var windows: [CapacityWindow]
        package var base: PowerLimits
        package init(windows: [CapacityWindow], base: PowerLimits) {
            self.windows = windows
            self.base = base
        }
    }
    /// The site's time zone, for as long as the table reaches.
    package struct Zone: Sendable, Equatable {
        package var transitions: [TimeZoneRules.Transition]
        /// UTC second at which the table ends.
        package var end: Int64
        package init(transitions: [TimeZoneRules.Transition], end: Int64) {
            self.transitions = transitions
            self.end = end
        }
    }

    package var zone: Zone
    package var timed: Timed?
    package var flexible: FlexibleCapacity.Settings?
    package var consumption: LimitationSettings?
    package var production: LimitationSettings?
    package var section14a: Section14a.Settings?
    package var relay: RelayInputs.Settings?
    package var envelope: OperatingEnvelope.Settings?
    package var feedInCap: FeedInCap?
    package var scheme: SchemeSettings?
    package var returning: ReturnSettings?

    package init(zone: Zone) { self.zone = zone }

    /// A site that is bound by nothing but its firm capacity.
    package static var unbound: ConnectionSettings { ConnectionSettings(zone: Zone(transitions: [], end: .max)) }
}
