// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import VehicleLinks

/// What a car bears at its inlet now, and why it is not asked for more.
struct VehicleLimits: Equatable {
    /// Why nothing is taken out of a car.
    enum NoDischarge: Equatable {
        /// The protocol knows one direction only.
        case byStandard(Standard)
        /// Bidirectional transfer was not agreed on.
        case byService(EnergyService)
        /// It charges first: its state of charge, or its energy, is below what it keeps for driving.
        case belowFloor(StateOfCharge?)
        /// It says that it delivers nothing now.
        case byCar
        /// The station, by configuration or hardware.
        case byStation
        case byBackend
    }

    private(set) var power = PowerLimits.zero
    /// nil: it can discharge.
    private(set) var noDischarge: NoDischarge?

    /// - Parameters:
    ///   - station: what the EVSE can at the inlet.
    ///   - allowed: the services that the backend allows; nil: any.
    init(_ needs: EVNeeds, _ progress: SessionProgress, station: PowerLimits, allowed: Set<EnergyService>?) {
        guard let service = progress.service, let car = Self.spoken(needs, service) else { return }
        noDischarge = Self.whyNotDischarge(needs, progress.standard, service, car, station, allowed)
        let both = station.narrowed(to: car)
        let mayCharge = allowed?.isEmpty != true
        power = PowerLimits(
            from: noDischarge == nil ? both.lower : .zero, to: mayCharge ? both.upper : .zero)
    }

    /// What the car has said, in power. A car that named no power has named a current and a voltage.
    private static func spoken(_ needs: EVNeeds, _ service: EnergyService) -> PowerLimits? {
        if let power = needs.power { return power }
        guard service.transfer == .dc, let current = needs.current, let voltage = needs.highestVoltage else {
            return nil
        }
        return PowerLimits(from: plausible(voltage) * current.lower, to: plausible(voltage) * current.upper)
    }

    private static func plausible(_ voltage: Voltage) -> Voltage { voltage.clamped(from: .zero, to: .volts(2_000)) }

    private static func whyNotDischarge(
        _ needs: EVNeeds, _ standard: Standard, _ service: EnergyService, _ car: PowerLimits, _ station: PowerLimits,
        _ allowed: Set<EnergyService>?
    ) -> NoDischarge? {
        switch standard {
        case .din, .iso2: return .byStandard(standard)
        case .iso20AC, .iso20DC: break
        }
        guard service.isBidirectional else { return .byService(service) }
        if let allowed, !allowed.contains(service) { return .byBackend }
        if let floor = needs.minimumSoC, let soc = needs.soc, soc <= floor { return .belowFloor(floor) }
        // Energy that must be taken before anything else may happen (ISO 15118-20, dynamic control).
        if let energy = needs.minimumEnergy, energy > .zero { return .belowFloor(nil) }
        if let energy = needs.minimumV2XEnergy, energy > .zero { return .belowFloor(nil) }
        if station.lower.isZero { return .byStation }
        return car.lower.isZero ? .byCar : nil
    }
}

extension VehicleLimits.NoDischarge {
    var inWords: String {
        switch self {
        case .byStandard(let standard): "the car speaks \(standard.inWords), which knows no discharging"
        case .byService(let service): "no discharging was agreed on: the car chose \(service.inWords)"
        case .belowFloor(let soc?): "the car keeps its charge: it is at or below its floor of \(soc)"
        case .belowFloor(nil): "the car wants energy first: it is below what it keeps for driving"
        case .byCar: "the car delivers nothing now"
        case .byStation: "this EVSE does not discharge"
        case .byBackend: "the backend does not allow this car to discharge"
        }
    }
}

extension Standard {
    var inWords: String {
        switch self {
        case .din: "DIN SPEC 70121"
        case .iso2: "ISO 15118-2"
        case .iso20AC, .iso20DC: "ISO 15118-20"
        }
    }
}

extension EnergyService {
    var inWords: String {
        switch self {
        case .ac: "AC"
        case .dc: "DC"
        case .acBidirectional: "AC, bidirectional"
        case .dcBidirectional: "DC, bidirectional"
        }
    }
}

extension StationPhase {
    /// What a person would say of it.
    var inWords: String {
        switch self {
        case .sessionSetup, .authorizationSetup: "setting up"
        case .authorization, .paymentDetails: "waiting for authorisation"
        case .awaitingCertificate: "waiting for a contract certificate"
        case .serviceDiscovery, .serviceSelection: "choosing a service"
        case .chargeParameters, .scheduleExchange: "agreeing on limits"
        case .cableCheck: "checking the cable"
        case .preCharge: "precharging"
        case .powerDelivery, .closingContactors: "starting"
        case .charging, .meteringReceipt: "charging"
        case .stopped: "stopping"
        case .ended: "ended"
        }
    }
}

extension ControlMode {
    var inWords: String {
        switch self {
        case .scheduled: "scheduled"
        case .dynamic: "dynamic"
        }
    }
}
