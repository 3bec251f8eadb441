// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials

/// What `GET /api/status` says: the whole site at one moment.
package struct SiteStatus: Codable, Hashable, Sendable {
    package var site: String
    package var time: Date
    package var connectionPoint: ConnectionPointStatus
    /// Every limit in force, the agreement included.
    package var limits: [LimitInForce]
    package var evses: [EVSEStatus]
    /// In the order of the configuration.
    package var backends: [BackendStatus]
    package var loop: LoopStatus
    package var uptime: Seconds
    package var version: String

    package init(
        site: String, time: Date, connectionPoint: ConnectionPointStatus, limits: [LimitInForce], evses: [EVSEStatus],
        backends: [BackendStatus] = [], loop: LoopStatus, uptime: Interval, version: String
    ) {
        self.site = site
        self.time = time
        self.connectionPoint = connectionPoint
        self.limits = limits
        self.evses = evses
        self.backends = backends
        self.loop = loop
        self.uptime = Seconds(uptime)
        self.version = version
    }

    enum CodingKeys: String, CodingKey {
        case site, time, limits, evses, backends, loop, version
        case connectionPoint = "connection_point"
        case uptime = "uptime_s"
    }

    /// The narrowest limit at the connection point in one direction, as a size; nil where nobody set one.
    package func tightest(_ direction: LimitDirection) -> Power? {
        limits.filter { $0.scope == LimitInForce.connectionPoint }.compactMap { $0.size(direction) }.min()
    }
}

package enum LimitDirection: String, Codable, CaseIterable, Sendable {
    case `import`, export
}

/// What the meter at the connection point measures. A value that is not known now is absent, never zero.
package struct ConnectionPointStatus: Codable, Hashable, Sendable {
    package var power: Power?
    package var current: PerPhase<Current>?
    package var voltage: Voltage?
    package var frequency: Frequency?
    package var meter: LinkStatus
    /// What flows at the connection point and is not an EVSE of ours: the building, less its generation.
    package var uncontrolled: Power?

    package init(
        power: Power?, current: PerPhase<Current>? = nil, voltage: Voltage? = nil, frequency: Frequency? = nil,
        meter: LinkStatus, uncontrolled: Power? = nil
    ) {
        self.power = power
        self.current = current
        self.voltage = voltage
        self.frequency = frequency
        self.meter = meter
        self.uncontrolled = uncontrolled
    }

    enum CodingKeys: String, CodingKey {
        case meter
        case power = "power_W"
        case current = "current_A"
        case voltage = "voltage_V"
        case frequency = "frequency_Hz"
        case uncontrolled = "uncontrolled_W"
    }
}

/// Whether a device answers.
package struct LinkStatus: Codable, Hashable, Sendable {
    package enum State: String, Codable, CaseIterable, Sendable {
        /// Its last answer is recent enough to act on.
        case ok
        /// It answered before, but too long ago.
        case silent
        /// It has not answered since the daemon started.
        case never
    }
    package var state: State
    /// Since its last answer; absent if there was none.
    package var age: Milliseconds?
    /// What is wrong and what to do about it, for people.
    package var fault: String?

    package init(_ state: State, age: Interval? = nil, fault: String? = nil) {
        self.state = state
        self.age = age.map(Milliseconds.init)
        self.fault = fault
    }

    enum CodingKeys: String, CodingKey {
        case state, fault
        case age = "age_ms"
    }
}

/// One limit and who set it. Both sizes are positive; an absent one leaves that direction to the other limits.
package struct LimitInForce: Codable, Hashable, Sendable {
    package static let connectionPoint = "connection point"

    /// `connection point`, `circuit garage` or `evse 1`.
    package var scope: String
    package var `import`: Power?
    package var export: Power?
    package var source: String
    /// Absent for a limit that holds until it is released.
    package var expiresIn: Seconds?

    package init(scope: String, import: Power?, export: Power?, source: String, expiresIn: Interval? = nil) {
        self.scope = scope
        self.import = `import`
        self.export = export
        self.source = source
        self.expiresIn = expiresIn.map(Seconds.init)
    }

    package func size(_ direction: LimitDirection) -> Power? {
        switch direction {
        case .import: `import`
        case .export: export
        }
    }

    enum CodingKeys: String, CodingKey {
        case scope, source
        case `import` = "import_W"
        case export = "export_W"
        case expiresIn = "expires_in_s"
    }
}
