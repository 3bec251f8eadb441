// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import ISO15118
import LocalAPI
import OCPP21
import PowerControl
import VehicleLinks

// Cars for people and backends.

extension VehicleStatus {
    init(_ state: VehicleState) {
        let progress = state.progress
        let hasSession = state.hasSession
        self.init(
            state: progress?.phase.inWords ?? (hasSession ? "connecting" : state.matching?.inWords ?? "no car speaks"),
            standard: progress?.standard.inWords, service: progress?.service?.inWords,
            mode: progress?.standard.isISO20 == true ? progress?.mode.inWords : nil,
            vehicle: progress.flatMap { $0.vehicle.isEmpty ? nil : $0.vehicle },
            address: state.arrival?.address, security: state.arrival.map { "\($0.security)" },
            stateOfCharge: state.needs.soc, charge: hasSession ? state.limits?.power.upper : nil,
            discharge: hasSession ? state.limits?.power.lower.magnitude : nil,
            noDischarge: state.limits?.noDischarge?.inWords, lastEnd: state.lastEnd,
            fault: state.fault ?? state.matching?.fault)
    }
}

extension VehicleState {
    /// What of a decision the car is the reason for; nil where it is not.
    /// - Parameter interface: that leads to the cars.
    func because(_ kind: Reason.Kind, interface: String) -> String? {
        switch kind {
        case .offered: offeredInWords
        case .noVehicle: hasSession ? nil : absence(interface)
        case .notReady:
            switch progress?.phase {
            case nil: hasSession ? "the car connects" : absence(interface)
            case .charging?, .meteringReceipt?: nil
            case let phase?: "the car's session is \(phase.inWords)"
            }
        case .wish, .siteSetpoint, .idleCharging, .idleHolding, .takingOver, .chargerSilent, .chargerRating,
            .dischargeNotPermitted, .evseLimit, .circuit, .imposedLimit, .meterSilent, .minimumPower, .waitingForTurn,
            .minimumOffTime, .inFlight, .ramp, .directionChange, .phaseSwitch:
            nil
        }
    }

    private func absence(_ interface: String) -> String {
        matching?.because(interface: interface) ?? "no car speaks on \(interface)"
    }

    private var offeredInWords: String? {
        guard let limits else { return nil }
        let discharge =
            limits.noDischarge.map { "no discharge: \($0.inWords)" }
            ?? "discharges up to \(limits.power.lower.magnitude)"
        return "what vehicle and charger offer now (the car charges up to \(limits.power.upper); \(discharge))"
    }
}

extension CertificateResult {
    init(_ response: Get15118EVCertificateResponse?) {
        guard let response, response.status == .accepted, let bytes = Data(base64Encoded: response.exiResponse) else {
            self = .unavailable
            return
        }
        self = .response(Array(bytes))
    }
}
