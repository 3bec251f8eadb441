// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a station offers to every car: constant for a session, from the charger's ratings and the configuration.
public struct StationOffer: Hashable, Sendable {
    public var standards: [Standard]
    public var services: [EnergyService]
    public var controlModes: [ControlMode]
    /// As ISO 15118-2 writes it, `DE*ABC*E1234`; at most 37 characters.
    public var evseID: String
    public var isFree = false
    /// Conductors of an AC outlet that carry power: 1 or 3.
    public var phases = 3
    /// Between a phase and neutral.
    public var nominalVoltage = Voltage.volts(230)
    public var nominalFrequency = Frequency.hertz(50)
    /// At the car's inlet; the lower bound is zero for a charger that cannot discharge.
    public var power: PowerLimits
    public var leastPower = Power.zero
    /// DC.
    public var current = CurrentLimits(from: .amperes(-32), to: .amperes(32))
    public var lowestVoltage = Voltage.volts(150)
    public var highestVoltage = Voltage.volts(1_000)
    /// Whether discharge limits are written below zero in ISO 15118-20, as some cars expect; the standard leaves the sign
    /// open (EVerest pull request 1473). Either sign is read.
    public var dischargeIsNegative = false
    /// Services beside charging: at most 7 in ISO 15118-2, where certificates are one more.
    public var valueAdded: [ValueAddedService] = []
    public var mayPause = true
    public var mayRenegotiateService = true
    /// ISO 15118-20: the car may rest within the session, without power but ready.
    public var mayStandBy = true
    /// Whether the owner is asked for the schedules of a car that charges by one. Otherwise it is offered all there is.
    public var asksForSchedules = false
    /// From an answer to the next request (V2G_SECC_Sequence_Timeout).
    public var sequenceTimeout = Interval.seconds(60)

    public init(
        standards: [Standard], services: [EnergyService], controlModes: [ControlMode] = [.dynamic, .scheduled],
        evseID: String, power: PowerLimits
    ) {
        self.standards = standards
        self.services = services
        self.controlModes = controlModes
        self.evseID = evseID
        self.power = power
    }

    /// A discharge limit as it goes on the wire.
    func discharge<Value: Quantity>(_ magnitude: Value) -> Value { dischargeIsNegative ? -magnitude : magnitude }

    /// Those of the negotiated protocol. The older standards transfer energy in one direction only.
    public func services(in standard: Standard) -> [EnergyService] {
        switch standard {
        case .iso20AC: services.filter { $0.transfer == .ac }
        case .iso20DC: services.filter { $0.transfer == .dc }
        case .iso2: EnergyService.allCases.filter { !$0.isBidirectional && offers($0.transfer) }
        case .din: offers(.dc) ? [.dc] : []
        }
    }

    private func offers(_ transfer: EnergyService.Transfer) -> Bool { services.contains { $0.transfer == transfer } }

    /// What the car may choose between, numbered from 1.
    func parameterSets() -> [(id: UInt16, mode: ControlMode)] { Array(zip(UInt16(1)..., controlModes.prefix(32))) }
}

/// What survives a pause, for the car that comes back with the same session.
public struct PausedSession: Hashable, Sendable {
    /// How long a station waits for that car; ours, as the standards name no bound. A night and the day after it.
    public static var longest: Interval { .seconds(24 * 3_600) }

    public let sessionID: [UInt8]
    public let vehicle: String
    /// The account of the contract that pays; nil: it was paid at the station.
    public let emaid: String?

    public init(sessionID: [UInt8], vehicle: String, emaid: String? = nil) {
        self.sessionID = sessionID
        self.vehicle = vehicle
        self.emaid = emaid
    }
}
