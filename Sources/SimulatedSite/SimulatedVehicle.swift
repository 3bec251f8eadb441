// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A car: a battery behind a charging inlet, with a will of its own.
package struct SimulatedVehicle: Equatable, Sendable {
    package struct Battery: Equatable, Sendable {
        package var capacity: Energy
        /// Stored per taken, 0 to 1, at the battery's terminals.
        package var chargeEfficiency: Double
        /// Delivered per drawn from store, 0 to 1.
        package var dischargeEfficiency: Double
        package var maximumCharge: Power
        /// A magnitude.
        package var maximumDischarge: Power
        /// Above it the charge power falls in a straight line to a twentieth at 100 %.
        package var taperAbove: StateOfCharge
        /// Below it the car does not discharge.
        package var minimumForDischarge: StateOfCharge
        /// At it the car stops charging.
        package var target: StateOfCharge

        package init(
            capacity: Energy = .wattHours(60_000), chargeEfficiency: Double = 0.97, dischargeEfficiency: Double = 0.97,
            maximumCharge: Power = .watts(50_000), maximumDischarge: Power = .watts(10_000),
            taperAbove: StateOfCharge = .percent(80), minimumForDischarge: StateOfCharge = .percent(20),
            target: StateOfCharge = .percent(100)
        ) {
            self.capacity = capacity
            self.chargeEfficiency = min(max(chargeEfficiency, 0.01), 1)
            self.dischargeEfficiency = min(max(dischargeEfficiency, 0.01), 1)
            self.maximumCharge = maximumCharge.magnitude
            self.maximumDischarge = maximumDischarge.magnitude
            self.taperAbove = taperAbove
            self.minimumForDischarge = minimumForDischarge
            self.target = target
        }
    }

    /// How a car differs from one that follows at once.
    package struct Habits: Equatable, Sendable {
        /// From plug-in until it takes part.
        package var startDelay: Interval
        /// Added to the charger's dead time at each change.
        package var followDelay: Interval
        /// After this long at zero it falls asleep; nil never.
        package var sleepsAfter: Interval?
        /// What a sleeping car needs until power flows again.
        package var wakeDelay: Interval
        /// How much of the offer it takes, 0 to 1.
        package var share: Double

        package init(
            startDelay: Interval = .seconds(3), followDelay: Interval = .zero, sleepsAfter: Interval? = nil,
            wakeDelay: Interval = .zero, share: Double = 1
        ) {
            self.startDelay = startDelay
            self.followDelay = followDelay
            self.sleepsAfter = sleepsAfter
            self.wakeDelay = wakeDelay
            self.share = min(max(share, 0), 1)
        }
    }

    package let battery: Battery
    package var habits: Habits
    package var canDischarge: Bool
    /// The car has paused by its own decision.
    package var isPausing = false
    /// What a car that speaks for itself says it takes and delivers; in the place of what follows from the battery.
    package var said: PowerLimits?
    /// The driver unplugs and leaves.
    package var departure: Instant?
    /// 0 to the capacity.
    private(set) var stored_Wh: Double

    package init(
        battery: Battery = Battery(), stateOfCharge: StateOfCharge = .percent(50), canDischarge: Bool = true,
        habits: Habits = Habits(), departure: Instant? = nil
    ) {
        self.battery = battery
        self.habits = habits
        self.canDischarge = canDischarge
        self.departure = departure
        stored_Wh = 0
        self.stateOfCharge = stateOfCharge
    }

    package var stateOfCharge: StateOfCharge {
        get { StateOfCharge(simulated: percent) }
        set { stored_Wh = battery.capacity.inUnits * min(max(newValue.inUnits, 0), 100) / 100 }
    }

    /// What is in the battery now.
    package var stored: Energy { Energy(simulated: stored_Wh) }

    private var percent: Double {
        battery.capacity > .zero ? min(stored_Wh / battery.capacity.inUnits * 100, 100) : 0
    }

    /// What the battery takes now, in watts at its terminals.
    package var chargeLimit: Double {
        if let said { return isPausing ? 0 : said.upper.inUnits }
        guard !isPausing, percent < battery.target.inUnits else { return 0 }
        let full = battery.maximumCharge.inUnits
        let knee = battery.taperAbove.inUnits
        guard percent > knee, knee < 100 else { return full }
        return full * max(0.05, (100 - percent) / (100 - knee))
    }

    /// What the battery delivers now, a magnitude in watts at its terminals.
    package var dischargeLimit: Double {
        if let said { return isPausing ? 0 : -said.lower.inUnits }
        guard canDischarge, !isPausing, percent > battery.minimumForDischarge.inUnits else { return 0 }
        return battery.maximumDischarge.inUnits
    }

    /// - Parameter energy_Wh: At the terminals, positive into the battery.
    package mutating func exchange(_ energy_Wh: Double) {
        let change =
            energy_Wh > 0 ? energy_Wh * battery.chargeEfficiency : energy_Wh / battery.dischargeEfficiency
        stored_Wh = min(max(stored_Wh + change, 0), battery.capacity.inUnits)
    }
}
