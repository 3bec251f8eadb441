// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Reads `agreement.section_14a` (§ 14a EnWG) and `agreement.feed_in_cap` (§ 9 EEG).
enum StatuteReader {
    /// Rated powers of the groups that Sluice does not control and that count beside the EVSEs.
    static func heatPumps(_ field: Field) -> Section14a.HeatPumps? {
        guard let mapping = field.mapping(["heat_pumps", "cooling"]) else { return nil }
        return Section14a.HeatPumps(heating: group(mapping["heat_pumps"]), cooling: group(mapping["cooling"]))
    }

    /// A group of up to 4.2 kW is no controllable device (BK6-22-300 Annex 1).
    private static func group(_ field: Field?) -> Power {
        guard let field, let power = field.quantity(Power.self, atLeast: .zero) else { return .zero }
        if power > Section14a.minimumPerDevice { return power }
        if !power.isZero {
            field.notice("\(power) does not count: only above \(Section14a.minimumPerDevice) is a group controllable")
        }
        return .zero
    }

    static func guaranteedMinimum(evses: Int, _ groups: Section14a.HeatPumps) -> Power {
        let count = evses + (groups.heating.isZero ? 0 : 1) + (groups.cooling.isZero ? 0 : 1)
        return Section14a.guaranteedMinimum(controllables: count, heatPumps: groups)
    }

    /// What the EVSEs may draw together while the operator dims by a relay: the guaranteed minimum, less what the groups
    /// keep that are dimmed beside them and not by us.
    static func dimmedPower(evses: Int, _ groups: Section14a.HeatPumps) -> Power {
        max(guaranteedMinimum(evses: evses, groups) - keeps(groups), .zero)
    }

    /// What the groups may take of a reduction that they share with the EVSEs.
    static func keeps(_ groups: Section14a.HeatPumps) -> Power { keeps(groups.heating) + keeps(groups.cooling) }

    /// Above 4.2 kW an EVSE is a controllable device (BK6-22-300 Annex 1).
    static func isControllable(_ evse: SiteConfiguration.EVSE) -> Bool {
        evse.limits.upper > Section14a.minimumPerDevice
    }

    /// The minimum of a group under direct control.
    private static func keeps(_ group: Power) -> Power {
        guard !group.isZero else { return .zero }
        return Section14a.guaranteedMinimum(controllables: 1, heatPumps: Section14a.HeatPumps(heating: group))
    }

    static func feedInCap(_ field: Field) -> FeedInCap? {
        guard let mapping = field.mapping(["installed_power", "share"]) else { return nil }
        let installed = mapping.required("installed_power", "installed_power: 10 kW")?
            .quantity(Power.self, atLeast: .zero)
        let share = mapping["share"].map { $0.quantity(StateOfCharge.self, atLeast: .zero, atMost: .percent(100)) }
        guard let installed else { return nil }
        guard let share else { return FeedInCap(installed: installed) }
        return share.map { FeedInCap(installed: installed, permille: Int($0.milli / 100)) }
    }
}
