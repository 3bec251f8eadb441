// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Section14a {
    /// Rated electrical powers of the site's heat pumps together and of its cooling units together. Each sum counts as
    /// one controllable device.
    package struct HeatPumps: Sendable, BitwiseCopyable {
        package var heating: Power
        package var cooling: Power
        package init(heating: Power = .zero, cooling: Power = .zero) {
            self.heating = heating
            self.cooling = cooling
        }
    }

    /// For one device, and for each device that the operator controls directly.
    package static var minimumPerDevice: Power { .watts(4_200) }

    /// What the operator leaves to the controllable devices together when an energy management system shares it out
    /// (BK6-22-300 Annex 1): a base and, for each further device, 4.2 kW times the simultaneity of `simultaneity`.
    /// - Parameters:
    ///   - controllables: All of them: charge points and storage one by one, heat pumps and cooling as one device each.
    ///     Without any the minimum is zero.
    ///   - heatPumps: Where the heating or the cooling group is rated above 11 kW, the base is 0.4 times the greater of
    ///     the two (not of their sum) instead of 4.2 kW.
    package static func guaranteedMinimum(controllables: Int, heatPumps: HeatPumps = HeatPumps()) -> Power {
        guard controllables > 0 else { return .zero }
        let devices = min(controllables, 1_000)
        let group = max(heatPumps.heating, heatPumps.cooling).clamped(from: .zero, to: Power(milli: Power.plausible))
        let base = group > .watts(11_000) ? group * 4 / 10 : minimumPerDevice
        return base + minimumPerDevice * (devices - 1) * simultaneity(of: devices) / 100
    }

    /// Percent of the devices reckoned to draw at once (Gleichzeitigkeitsfaktor).
    package static func simultaneity(of devices: Int) -> Int {
        switch devices {
        case ...1: 100
        case 2: 80
        case 3: 75
        case 4: 70
        case 5: 65
        case 6: 60
        case 7: 55
        case 8: 50
        default: 45
        }
    }
}
