// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// A car as the device model shows it (`ConnectedEV`, Q01.FR.36).
struct ConnectedVehicle: Equatable, Sendable {
    static let certificates = ["Leaf", "SubCA1", "SubCA2", "Root"]
    static let mostProtocols = 20

    var isConnected = false
    var id: String?
    var agreed: String?
    var offered: [String] = []
    var chain: [String] = []

    init() {}

    init(_ report: EVSEReport) {
        isConnected = report.connector == .occupied
        guard isConnected else { return }
        id = report.evccID
        agreed = report.protocolAgreed
        offered = Array(report.protocolsOffered.prefix(Self.mostProtocols))
        chain = report.vehicleCertificates
    }

    /// The root is the last, whatever lies between.
    fileprivate func certificate(_ name: String) -> String? {
        switch name {
        case "Leaf": chain.first
        case "Root": chain.count > 1 ? chain.last : nil
        case "SubCA1": chain.count > 2 ? chain[1] : nil
        case _: chain.count > 3 ? chain[2] : nil
        }
    }
}

extension Station {
    /// What of cars and modes belongs into the device model.
    mutating func advanceVehicles() {
        variables.report(
            String(smart.store.profiles.installed.filter { !$0.isExternal }.count), as: SmartChargingVariables.entries)
        for evse in evses {
            let vehicle = ConnectedVehicle(evse.report)
            guard bidirectional.vehiclesTold[evse.id] ?? ConnectedVehicle() != vehicle else { continue }
            bidirectional.vehiclesTold[evse.id] = vehicle
            report(vehicle, evse.id)
        }
    }

    private mutating func report(_ vehicle: ConnectedVehicle, _ evse: Int) {
        let key = { (name: String, instance: String?) in
            VariableKey(BidirectionalVariables.vehicle, name, instance: instance, evse: evse)
        }
        variables.report(vehicle.isConnected ? "true" : "false", as: key("Available", nil))
        variables.report(vehicle.id, as: key("VehicleId", nil))
        variables.report(vehicle.agreed, as: key("ProtocolAgreed", nil))
        for name in ConnectedVehicle.certificates {
            variables.report(vehicle.certificate(name), as: key("VehicleCertificate", name))
        }
        for priority in 1...ConnectedVehicle.mostProtocols {
            let offered = priority <= vehicle.offered.count ? vehicle.offered[priority - 1] : nil
            variables.report(offered, as: key("ProtocolSupportedByEV", String(priority)))
        }
    }

    /// Nil unless all four are set and the thresholds are in order (Q09.FR.02).
    func loadBalancing(_ evse: Int) -> LoadBalancing? {
        let value = { (value: BidirectionalVariables.Balancing) -> Int64? in
            variables.thousandths(BidirectionalVariables.balancing(value, evse).0)
        }
        guard let upper = value(.upperThreshold), let lower = value(.lowerThreshold),
            let upperOffset = value(.upperOffset), let lowerOffset = value(.lowerOffset), upper > lower
        else { return nil }
        return LoadBalancing(
            upperThreshold: upper, lowerThreshold: lower, upperOffset: upperOffset, lowerOffset: lowerOffset)
    }

    /// None where V2X is switched off or not possible; charging only needs no mode (K01.FR.115).
    func operationModes(_ evse: Int) -> Set<OperationMode> {
        guard variables.flag(BidirectionalVariables.enabled(evse)) else { return [] }
        return Set(variables.list(BidirectionalVariables.modes(evse)).compactMap(OperationMode.init(rawValue:)))
    }

    // MARK: For metering

    /// What is sampled in addition in the mode an EVSE is in, and every how many seconds (0 for no pace of its own): Q01.FR.33 to
    /// Q01.FR.35.
    func bidirectionalMeasurands(
        _ moment: BidirectionalVariables.Moment, evse: Int
    ) -> (measurands: [String], interval: Int) {
        guard let index = index(ofEVSE: evse), variables.flag(BidirectionalVariables.enabled(evse)) else {
            return ([], 0)
        }
        let mode = evses[index].command?.mode ?? .chargingOnly
        return (
            variables.list(BidirectionalVariables.measurands(moment, mode, evse)),
            variables.integer(BidirectionalVariables.interval(moment, mode, evse)) ?? 0
        )
    }

    /// A car that may discharge is named with the token (Q01.FR.02).
    func reportVehicle(_ index: Int, in request: inout TransactionEventRequest) {
        let evse = evses[index]
        guard evse.setup.speaksISO15118, variables.flag(BidirectionalVariables.enabled(evse.id)),
            let vehicle = evse.report.evccID, var token = request.idToken
        else { return }
        let info = AdditionalInfoType(additionalIdToken: vehicle, type: "EVCCID")
        token.additionalInfo = (token.additionalInfo ?? []) + [info]
        request.idToken = token
    }
}
