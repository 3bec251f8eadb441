// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What the car says about itself. Absent is what it did not say; each message adds to what earlier ones said.
public struct EVNeeds: Hashable, Sendable {
    /// Lower bound: how much it can discharge. Peers write that with either sign.
    public var power: PowerLimits?
    /// Below this it does not charge (discharge) at all.
    public var leastCharge: Power?
    public var leastDischarge: Power?
    /// DC; in ISO 15118-2 also AC, per phase.
    public var current: CurrentLimits?
    public var leastCurrent: Current?
    /// AC before ISO 15118-20: 1 or 3.
    public var phases: Int?
    public var lowestVoltage: Voltage?
    public var highestVoltage: Voltage?
    /// Energy still to be taken; negative: to be delivered first (ISO 15118-20).
    public var targetEnergy: Energy?
    public var maximumEnergy: Energy?
    public var minimumEnergy: Energy?
    public var maximumV2XEnergy: Energy?
    public var minimumV2XEnergy: Energy?
    /// From now.
    public var departure: Interval?
    public var soc: StateOfCharge?
    public var minimumSoC: StateOfCharge?
    public var targetSoC: StateOfCharge?
    /// What the car shows the driver (ISO 15118-20, DisplayParameters).
    public var maximumSoC: StateOfCharge?
    public var timeToMinimumSoC: Interval?
    public var timeToTargetSoC: Interval?
    public var timeToMaximumSoC: Interval?
    public var batteryCapacity: Energy?
    public var isInletHot: Bool?
    /// Positive charges.
    public var presentPower: Power?
    public var presentVoltage: Voltage?
    public var isComplete = false
    /// The most periods of a schedule the car has room for.
    public var mostSchedulePoints: Int?

    public init() {}

    /// These needs with what `later` says anew.
    func updated(with later: EVNeeds) -> EVNeeds {
        var result = self
        result.power = later.power ?? power
        result.leastCharge = later.leastCharge ?? leastCharge
        result.leastDischarge = later.leastDischarge ?? leastDischarge
        result.current = later.current ?? current
        result.leastCurrent = later.leastCurrent ?? leastCurrent
        result.phases = later.phases ?? phases
        result.lowestVoltage = later.lowestVoltage ?? lowestVoltage
        result.highestVoltage = later.highestVoltage ?? highestVoltage
        result.targetEnergy = later.targetEnergy ?? targetEnergy
        result.maximumEnergy = later.maximumEnergy ?? maximumEnergy
        result.minimumEnergy = later.minimumEnergy ?? minimumEnergy
        result.maximumV2XEnergy = later.maximumV2XEnergy ?? maximumV2XEnergy
        result.minimumV2XEnergy = later.minimumV2XEnergy ?? minimumV2XEnergy
        result.departure = later.departure ?? departure
        result.soc = later.soc ?? soc
        result.minimumSoC = later.minimumSoC ?? minimumSoC
        result.targetSoC = later.targetSoC ?? targetSoC
        result.maximumSoC = later.maximumSoC ?? maximumSoC
        result.timeToMinimumSoC = later.timeToMinimumSoC ?? timeToMinimumSoC
        result.timeToTargetSoC = later.timeToTargetSoC ?? timeToTargetSoC
        result.timeToMaximumSoC = later.timeToMaximumSoC ?? timeToMaximumSoC
        result.batteryCapacity = later.batteryCapacity ?? batteryCapacity
        result.isInletHot = later.isInletHot ?? isInletHot
        result.presentPower = later.presentPower ?? presentPower
        result.presentVoltage = later.presentVoltage ?? presentVoltage
        result.isComplete = later.isComplete
        result.mostSchedulePoints = later.mostSchedulePoints ?? mostSchedulePoints
        return result
    }
}
