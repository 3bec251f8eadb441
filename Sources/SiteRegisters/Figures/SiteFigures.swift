// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What the registers show of the site at one moment. What is not known is nil and reads as “not available”.
package struct SiteFigures: Sendable {
    /// An operator's limit on one direction (EEBUS LPC or LPP).
    package struct Limitation: Hashable, Sendable {
        package enum State: Int64, Sendable { case unlimited = 1, limited = 2, failsafe = 3 }
        package var state = State.unlimited
        /// What binds now: the operator's limit, or the failsafe limit.
        package var limit: Power?
        package var ordered: Interval?
        package var remaining: Interval?
        package var sinceHeartbeat: Interval?
        package var failsafe = Power.zero
        package var failsafeDuration = Interval.zero
        package init() {}
    }

    /// A power with an end: a setpoint, a limit, a reduction.
    package struct Entry: Hashable, Sendable {
        package var power: Power
        /// nil: until it is ended.
        package var remaining: Interval?
        package init(_ power: Power, remaining: Interval?) {
            self.power = power
            self.remaining = remaining
        }
    }

    package struct EVSE: Hashable, Sendable {
        package var id: Int
        /// As `docs/modbus-server.md` numbers the states.
        package var state: Int64 = 0
        package var power: Power?
        package var target = Power.zero
        package var stateOfCharge: StateOfCharge?
        package var isUnderControl = false
        /// By the controller; other sources' setpoints do not show here.
        package var setpoint: Entry?
        package init(id: Int) { self.id = id }
    }

    package var uptime = Interval.zero
    package var isTicking = false
    package var isMeterHeard = false
    package var power: Power?
    package var current: PerPhase<Current>?
    /// L1 to neutral.
    package var voltage: Voltage?
    package var frequency: Frequency?
    /// Of everything that is no EVSE.
    package var uncontrolled: Power?
    /// The narrowest at the connection point, as sizes.
    package var importLimit: Power?
    package var exportLimit: Power?
    /// nil: the agreement has no such rule.
    package var consumption: Limitation?
    package var production: Limitation?
    package var hasReductions = false
    package var reduction: Entry?
    /// W3, S2, S1, W4 as reported last; nil: never.
    package var contacts: [Contact: ContactState] = [:]
    package var controllerImport: Entry?
    package var controllerExport: Entry?
    package var siteSetpoint: Entry?
    package var evses: [EVSE] = []
    /// A person's setpoint or limit is in force, which goes before the controller's.
    package var isLocal = false
    package init() {}

    package func limitation(_ direction: FlowDirection) -> Limitation? {
        switch direction {
        case .import: consumption
        case .export: production
        }
    }

    /// Of all EVSEs; nil while one does not say.
    var evsePower: Power? {
        evses.reduce(Power.zero) { sum, evse in
            guard let sum, let power = evse.power else { return nil }
            return sum + power
        }
    }

    var evseTarget: Power { evses.reduce(.zero) { $0 + $1.target } }
    var areAllUnderControl: Bool { evses.allSatisfy(\.isUnderControl) }
}

/// Which flow at the connection point.
package enum FlowDirection: Hashable, Sendable, CaseIterable { case `import`, export }

/// The contacts of a control box.
package enum Contact: Int, Hashable, Sendable, CaseIterable { case w3, s2, s1, w4 }
package enum ContactState: Int64, Hashable, Sendable { case open = 0, closed = 1, unknown = 2 }

/// What does not change while the daemon runs.
package struct SiteNameplate: Hashable, Sendable {
    package var site: String
    package var version: String
    package var unit: UInt8
    /// Of all EVSEs together, as sizes, after what the configuration allows.
    package var charging: Power
    package var discharging: Power
    package var voltage: Voltage
    package var isThreePhase: Bool
    package var evseIDs: [Int]

    package init(
        site: String, version: String, unit: UInt8, charging: Power, discharging: Power, voltage: Voltage,
        isThreePhase: Bool, evseIDs: [Int]
    ) {
        self.site = site
        self.version = version
        self.unit = unit
        self.charging = charging
        self.discharging = discharging
        self.voltage = voltage
        self.isThreePhase = isThreePhase
        self.evseIDs = evseIDs
    }
}

/// Everything a read draws from.
struct Readable {
    let figures: SiteFigures
    let nameplate: SiteNameplate
    let controls: DERControls
    let now: Instant
}
