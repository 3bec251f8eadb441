// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What a station is. Constant while it runs.
package struct StationSetup: Equatable, Sendable {
    package enum Role: Equatable, Sendable {
        /// Decides who may charge and how.
        case inCharge
        /// Sees everything and commands nothing.
        case reading
    }

    package struct EVSE: Equatable, Sendable {
        package var id: Int
        package var supply: EVSEConditions.Supply
        package var ratings: PowerLimits
        /// Connector type in OCPP's words (`cCCS2`).
        package var connectorType: String
        /// Whether a car is spoken to by ISO 15118, which knows a contract and needs.
        package var speaksISO15118: Bool

        package init(
            id: Int, supply: EVSEConditions.Supply, ratings: PowerLimits, connectorType: String = "cCCS2",
            speaksISO15118: Bool = false
        ) {
            self.id = id
            self.supply = supply
            self.ratings = ratings
            self.connectorType = connectorType
            self.speaksISO15118 = speaksISO15118
        }
    }

    package var model: String
    package var vendor: String
    package var serialNumber: String?
    package var firmware: String
    package var role = Role.inCharge
    package var evses: [EVSE]
    package var nominalVoltage = 230
    /// Who operates it; goes into its certificates (A00.FR.509).
    package var organization: String?
    /// Whether a new CSMS root must be signed by the one before (AdditionalRootCertificateCheck).
    package var checksAdditionalRoots = false
    /// Whether firmware is installed that nobody has signed (L02).
    package var takesUnsignedFirmware = false
    package var clock = LocalClock.utc
    /// Makes ids that nobody else makes: transactions, requests. Injected, so that a run can be repeated.
    package var seed: UInt64

    package init(model: String, vendor: String, serialNumber: String?, firmware: String, evses: [EVSE], seed: UInt64) {
        self.model = model
        self.vendor = vendor
        self.serialNumber = serialNumber
        self.firmware = firmware
        self.evses = evses
        self.seed = seed
    }
}
