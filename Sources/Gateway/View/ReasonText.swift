// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import LocalAPI
import PowerControl

/// Says a reason in words, with the site's own names.
struct ReasonText: Sendable {
    private let circuits: [String]
    /// The grid code's own name.
    private let gridCode: String
    private let orders: BackendOrders
    private let vehicles: Vehicles

    /// - Parameter orders: Knows which profile of a backend leads.
    init(_ configuration: SiteConfiguration, _ orders: BackendOrders, _ vehicles: Vehicles) {
        self.orders = orders
        self.vehicles = vehicles
        gridCode = configuration.gridCode?.name ?? "the grid code"
        circuits = ["connection point"] + SiteModel.parentsFirst(configuration.circuits).map(\.name)
    }

    func circuit(_ index: Int) -> String { circuits.indices.contains(index) ? circuits[index] : "circuit \(index)" }

    /// What the grid code does by a source of limits or wishes; nil for other sources.
    func gridCode(_ source: UInt16) -> String? { GridCodeSource(number: source)?.inWords(gridCode) }

    /// What limits the power at an EVSE, as its driver may know it; nil where nothing does, or only for a moment.
    func cause(_ reason: Reason, evse: Int) -> DriverDisplay.Limit.Cause? {
        if gridCode(reason.source) != nil { return .grid }
        let isBackend = SiteTables.backend(of: reason.source) != nil
        switch reason.kind {
        case .wish: return orders.isPlanned(reason, evse: evse) ? isBackend ? .service : .plan : nil
        case .siteSetpoint, .idleHolding: return .plan
        case .idleCharging, .noVehicle, .takingOver, .inFlight, .ramp, .directionChange, .phaseSwitch: return nil
        case .notReady, .chargerRating, .minimumPower: return .charger
        case .chargerSilent: return .fault
        case .offered: return .vehicle
        case .dischargeNotPermitted, .circuit, .meterSilent: return .site
        case .evseLimit: return isBackend ? .service : .site
        case .imposedLimit:
            return SiteTables.isOperators(limitSource: reason.source) ? .grid : .site
        case .waitingForTurn, .minimumOffTime: return .sharing
        }
    }

    func stage(_ reason: Reason) -> String {
        if gridCode(reason.source) != nil { return "grid code" }
        return switch reason.kind {
        case .wish, .siteSetpoint, .idleCharging, .idleHolding: "wish"
        case .noVehicle, .offered: "vehicle"
        case .takingOver: "start"
        case .notReady, .chargerSilent, .chargerRating, .minimumPower, .directionChange, .phaseSwitch: "charger"
        case .dischargeNotPermitted, .evseLimit: "EVSE"
        case .circuit, .imposedLimit, .meterSilent: circuit(Int(reason.circuit))
        case .waitingForTurn, .minimumOffTime: "sharing"
        case .inFlight: "commands in flight"
        case .ramp: "ramp"
        }
    }

    /// - Parameter evse: Index of the EVSE it is about.
    func because(_ reason: Reason, evse: Int) -> String {
        if let rule = gridCode(reason.source) { return rule }
        if let words = orders.inWords(reason, evse: evse) { return words }
        if let car = vehicles.state(evse), let link = vehicles.link(evse),
            let words = car.because(reason.kind, interface: link.interface)
        {
            return words
        }
        return switch reason.kind {
        case .wish: "setpoint by \(SiteTables.name(ofWishSource: reason.source))"
        case .siteSetpoint: "site setpoint by \(SiteTables.name(ofWishSource: reason.source))"
        case .idleCharging: "no setpoint: charges with what is free"
        case .idleHolding: "no setpoint: holds zero"
        case .noVehicle: "no vehicle"
        case .takingOver: "what was found running goes on until meter and chargers are heard"
        case .notReady: "charger not ready for setpoints"
        case .chargerSilent: "charger silent: its last command stays"
        case .chargerRating: "charger's rating"
        case .offered: "what vehicle and charger offer now"
        case .dischargeNotPermitted: "discharge is not permitted here"
        case .evseLimit: "limit of the EVSE (\(SiteTables.name(ofLimitSource: reason.source)))"
        case .circuit: "\(bound(reason)) of \(circuit(Int(reason.circuit)))"
        case .imposedLimit:
            "\(bound(reason)) of \(circuit(Int(reason.circuit))): \(SiteTables.name(ofLimitSource: reason.source))"
        case .meterSilent: "meter silent: the fallback holds"
        case .minimumPower: "less than the charger's minimum is zero"
        case .waitingForTurn: "waits: the minimums do not all fit"
        case .minimumOffTime: "minimum time off"
        case .inFlight: "waits for commands in flight"
        case .ramp: "ramp after relief"
        case .directionChange: "rest before the change of direction"
        case .phaseSwitch: "change of the number of phases"
        }
    }

    private func bound(_ reason: Reason) -> String {
        let direction = reason.isExport ? "export" : "import"
        return switch reason.conductor {
        case .total: "\(direction) limit"
        case .l1: "\(direction) limit on L1"
        case .l2: "\(direction) limit on L2"
        case .l3: "\(direction) limit on L3"
        }
    }
}
