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
        /// Whether the host can reset it alone (B11.FR.09).
        package var canReset = false
        /// Whether the cable belongs to the EVSE, so that no connector of it is ever locked here.
        package var hasFixedCable = true
        /// Whether the service can be changed within a session of ISO 15118-20.
        package var renegotiatesService = false
        /// Whether fewer phases than there are can be enforced, on AC.
        package var switchesPhaseCount = false
        /// Whether the power electronics can be switched off and on again.
        package var canSleep = false
        /// DER controls that the charger carries out itself once they are set in it.
        package var derByCharger: Set<DERControlEnumType> = []
        /// DER controls that the station carries out by what it commands; only those of `DERFunctions.known` count.
        package var derByGateway: Set<DERControlEnumType> = []
        /// Why nobody carries out the others, for people.
        package var derRefusals: [DERControlEnumType: String] = [:]
        /// Whether the charger follows a setpoint of reactive power.
        package var takesReactivePower = false
        /// Ratings of the inverter for DER controls; nil takes what follows from `ratings`.
        package var inverter: InverterNameplate?

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
    /// Whether the meters sign what they measure.
    package var hasSigningMeter = false
    /// Who operates it; goes into its certificates (A00.FR.509).
    package var organization: String?
    /// Whether a new CSMS root must be signed by the one before (AdditionalRootCertificateCheck).
    package var checksAdditionalRoots = false
    /// Whether anybody installs firmware here.
    package var installsFirmware = true
    /// Whether firmware is installed that nobody has signed (L02).
    package var takesUnsignedFirmware = false
    package var clock = LocalClock.utc
    /// How the configuration says to reach the backend: the first network profile.
    package var networkProfile: NetworkConnectionProfileType?
    /// Seconds: what WebSocketPingInterval, RetryBackOffWaitMinimum and RetryBackOffRandomRange are until the backend sets them.
    package var pingInterval = 30
    package var backOffMinimum = 10
    package var backOffRandomRange = 10
    /// AllowCSMSTLSWildcards until the backend sets it.
    package var allowsWildcards = false
    /// Whether a backend may be reached without password and TLS (security profile 0).
    package var allowsInsecure = false
    /// Of the displays, as RFC 5646 has them; the first is the standard. Empty is a station without a display.
    package var displayLanguages = ["en"]
    /// What data transfers the host understands: messages by vendor (block P).
    package var vendorMessages: [String: [String]] = [:]
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

extension StationSetup {
    /// Watts at the EVSE that delivers most; nil where none does.
    package var mostDischarge: Int? {
        let most = evses.map { -max($0.ratings.lower.milli, -.max) }.max() ?? 0
        return most > 0 ? Int(most / 1_000) : nil
    }
}
