// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One EVSE: what it does, what it is told, and who decided that.
package struct EVSEStatus: Codable, Hashable, Sendable {
    package var id: Int
    package var name: String
    /// The firmware profile that speaks to it.
    package var profile: String
    package var link: LinkStatus
    /// What is plugged in and happening, in words: `available`, `plugged in`, `charging`, …
    package var state: String
    /// Measured at the charger; absent while it is not known.
    package var power: Power?
    /// What the last decision commands.
    package var target: Power
    /// What kept the target from the wish, or the wish itself.
    package var boundBy: String
    package var stateOfCharge: StateOfCharge?
    package var wish: WishStatus?
    /// The car that the gateway speaks to; absent where the charger does so itself.
    package var vehicle: VehicleStatus?
    package var identity: ChargerIdentity
    package var fallback: FallbackStatus

    package init(
        id: Int, name: String, profile: String, link: LinkStatus, state: String, power: Power?, target: Power,
        boundBy: String, stateOfCharge: StateOfCharge? = nil, wish: WishStatus? = nil, vehicle: VehicleStatus? = nil,
        identity: ChargerIdentity = ChargerIdentity(), fallback: FallbackStatus
    ) {
        self.id = id
        self.name = name
        self.profile = profile
        self.link = link
        self.state = state
        self.power = power
        self.target = target
        self.boundBy = boundBy
        self.stateOfCharge = stateOfCharge
        self.wish = wish
        self.vehicle = vehicle
        self.identity = identity
        self.fallback = fallback
    }

    enum CodingKeys: String, CodingKey {
        case id, name, profile, link, state, wish, vehicle, identity, fallback
        case power = "power_W"
        case target = "target_W"
        case boundBy = "bound_by"
        case stateOfCharge = "soc_percent"
    }
}

/// The wish that is being served.
package struct WishStatus: Codable, Hashable, Sendable {
    package var source: String
    package var power: Power
    package var expiresIn: Seconds?

    package init(source: String, power: Power, expiresIn: Interval? = nil) {
        self.source = source
        self.power = power
        self.expiresIn = expiresIn.map(Seconds.init)
    }

    enum CodingKeys: String, CodingKey {
        case source
        case power = "power_W"
        case expiresIn = "expires_in_s"
    }
}

/// What the charger says about itself.
package struct ChargerIdentity: Codable, Hashable, Sendable {
    package var vendor: String?
    package var model: String?
    package var serial: String?
    package var firmware: String?

    package init(vendor: String? = nil, model: String? = nil, serial: String? = nil, firmware: String? = nil) {
        self.vendor = vendor
        self.model = model
        self.serial = serial
        self.firmware = firmware
    }
}

/// What the hardware does by itself when nobody commands it any more.
package struct FallbackStatus: Codable, Hashable, Sendable {
    /// Whether the hardware is known to fall back; false means it would keep the last command.
    package var isArmed: Bool
    package var power: Power?
    package var after: Seconds?

    package init(isArmed: Bool, power: Power? = nil, after: Interval? = nil) {
        self.isArmed = isArmed
        self.power = power
        self.after = after.map(Seconds.init)
    }

    enum CodingKeys: String, CodingKey {
        case isArmed = "armed"
        case power = "power_W"
        case after = "after_s"
    }
}
