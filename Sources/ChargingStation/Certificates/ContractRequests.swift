// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Cars that wait for a contract certificate (M01, M02), one an EVSE.
struct ContractRequests: Equatable, Sendable {
    private(set) var open: [Int: Get15118EVCertificateRequest] = [:]

    /// A car that asks again has given up on its former request.
    mutating func begin(evse: Int, _ request: Get15118EVCertificateRequest) { open[evse] = request }

    /// - Returns: The EVSE at which this was asked.
    mutating func end(_ request: Get15118EVCertificateRequest) -> Int? {
        guard let evse = open.first(where: { $0.value == request })?.key else { return nil }
        open[evse] = nil
        return evse
    }
}

extension Station {
    /// Passes a CertificateInstallationReq or CertificateUpdateReq on (M01.FR.01, M02.FR.01). The answer goes back to
    /// the host as it came, with the number of contracts that remain (M01.FR.05); a car that wants the next one asks
    /// again (M01.FR.06).
    mutating func relay(evse: Int, _ request: Get15118EVCertificateRequest) {
        guard boot.phase == .accepted, variables.flag(SecurityVariables.installsContracts) else {
            return emit(.host(.contractAnswered(evse: evse, nil)))
        }
        var request = request
        if Self.isOfEdition20(request.iso15118SchemaVersion) {
            // The most contracts the car takes stays as it said (M01.FR.03).
            request.action = .install  // M02.FR.02: -20 knows no update.
        } else {
            request.maximumContractCertificateChains = nil  // M01.FR.02
            request.prioritizedEMAIDs = nil
        }
        certificates.contracts.begin(evse: evse, request)
        call(.get15118EVCertificate(request))
    }

    private static func isOfEdition20(_ schema: String) -> Bool {
        schema.contains(":iso:15118:-20") || schema.contains(":-20:")
    }

    mutating func take(_ response: Get15118EVCertificateResponse, to request: Get15118EVCertificateRequest) {
        guard let evse = certificates.contracts.end(request) else { return }
        emit(.host(.contractAnswered(evse: evse, response)))
    }

    /// The car is told that it failed (M01, error handling).
    mutating func contractFailed(_ request: Get15118EVCertificateRequest) {
        guard let evse = certificates.contracts.end(request) else { return }
        emit(.host(.contractAnswered(evse: evse, nil)))
    }

    /// The connection is lost, and with it every answer to a car.
    mutating func abandonVehicles() {
        for (evse, request) in certificates.contracts.open.sorted(by: { $0.key < $1.key }) {
            _ = certificates.contracts.end(request)
            emit(.host(.contractAnswered(evse: evse, nil)))
        }
        for car in certificates.vehicles.waiting { chainStatusEnded(car.asked) }
    }
}
