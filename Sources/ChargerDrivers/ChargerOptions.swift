// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import GridConnection

/// What a site decides about a charger's driver.
package struct ChargerOptions: Sendable {
    /// nil takes the profile's.
    package var unit: UInt8?
    /// nil takes the first connector that is fitted.
    package var connector: Int?
    /// An order that the loop has not confirmed for this long is not obeyed, and the hardware's watchdog not fed.
    package var orderLifetime: Interval
    /// Converts between watts and points in amperes.
    package var nominalVoltage: Voltage
    /// Discharge although the hardware has no watchdog: a lost link then leaves the last setpoint in force.
    package var allowsUnattendedDischarge: Bool
    /// What the device is given to carry out a grid code by itself; nil leaves its settings alone.
    package var gridSettings: GridCodeSettings?
    /// What a backend may set in the device; empty leaves all of it alone.
    package var derFunctions: Set<DERFunction>
    /// What stood in the device before a backend set anything, kept since an earlier run.
    package var formerSettings: FormerSettings

    package init(
        unit: UInt8? = nil, connector: Int? = nil, orderLifetime: Interval = .seconds(2),
        nominalVoltage: Voltage = .volts(230), allowsUnattendedDischarge: Bool = false,
        gridSettings: GridCodeSettings? = nil, derFunctions: Set<DERFunction> = [],
        formerSettings: FormerSettings = [:]
    ) {
        self.derFunctions = derFunctions
        self.formerSettings = formerSettings
        self.gridSettings = gridSettings
        self.unit = unit
        self.connector = connector
        self.orderLifetime = orderLifetime
        self.nominalVoltage = nominalVoltage
        self.allowsUnattendedDischarge = allowsUnattendedDischarge
    }
}

/// What of an order a charger may be told.
struct PermittedOrder: Equatable {
    var power: Power
    /// Why it is zero although something else was ordered; nil where the order stands.
    var heldBecause: String?

    /// Into the ratings, to zero below the minimum, down to a whole step.
    init(_ power: Power, within ratings: ChargerRatings) {
        let nearest = ratings.power.nearest(to: power)
        let minimum = nearest < .zero ? ratings.minimumDischarge : ratings.minimumCharge
        guard nearest.magnitude >= minimum else {
            self.power = .zero
            return
        }
        let step = max(ratings.step.milli, 1)
        self.power = Power(milli: nearest.milli / step * step)
    }

    mutating func hold(because reason: String) {
        power = .zero
        heldBecause = reason
    }
}
