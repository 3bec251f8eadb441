// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity
import SimulatedSite

extension SharedSite {
    /// The parts that a configuration calls `simulated:`, in one site; nil where it calls none so.
    package convenience init?(_ configuration: SiteConfiguration, at now: Instant, timeOfDay: Interval) {
        var chargers: [SimulatedCharger] = []
        for evse in configuration.evses {
            guard case .simulated(let wanted) = evse.charger.address,
                var charger = SimulatedCharger(id: evse.id, profile: evse.charger.profile, at: now)
            else { continue }
            charger.hardware.wiring = Phase.allCases.filter(evse.phases.contains)
            if evse.vehicleLink == nil, wanted.isPluggedIn ?? true { charger.plugIn(SimulatedVehicle(wanted)) }
            chargers.append(charger)
        }
        var load: HouseholdLoad?
        var meter: SimulatedMeter?
        if case .simulated(let wanted) = configuration.site.meter?.address {
            load = HouseholdLoad()
            let refresh = configuration.site.meter?.profile.timing.refresh ?? .seconds(1)
            meter = SimulatedMeter(refresh: refresh, at: now)
            if let power = wanted.load { load?.override = PerPhase(all: power / 3) }
        }
        if chargers.isEmpty, load == nil { return nil }
        self.init(
            SimulatedSite(
                chargers: chargers, load: load ?? HouseholdLoad(), meter: meter, startingAt: now, timeOfDay: timeOfDay))
    }
}

extension SimulatedVehicle {
    fileprivate init(_ wanted: SimulatedDevice) {
        var battery = Battery()
        if let capacity = wanted.capacity { battery.capacity = capacity }
        self.init(battery: battery, stateOfCharge: wanted.stateOfCharge ?? .percent(50))
    }
}
