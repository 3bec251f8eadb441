// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// A configuration key of 1.6 (9, and of the whitepaper) and where the station has it.
struct ConfigurationKey: Sendable {
    enum Place: Sendable {
        /// A variable of the device model; at one EVSE, the first, where `perEVSE`.
        case variable(component: String, String, instance: String? = nil, perEVSE: Bool = false)
        /// Constant while the connection lasts.
        case constant(@Sendable (StationConversation.Settings) -> String?)
        /// Kept by the face itself.
        case local(LocalKeys.Key)
    }

    /// How the words of both versions differ.
    enum Words: Sendable {
        case same
        /// `A,W` is called `Current,Power`.
        case rateUnits
    }

    let name: String
    let isReadOnly: Bool
    let place: Place
    var words = Words.same

    static func named(_ name: String) -> ConfigurationKey? {
        // Keys are compared without regard to case (CiString).
        byName[name.lowercased()]
    }

    private static let byName = Dictionary(
        all.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })

    static let all: [ConfigurationKey] = core + profiles + security + plugAndCharge + v2x

    private static func variable(
        _ name: String, _ component: String, _ variable: String, _ instance: String? = nil, readOnly: Bool = false,
        perEVSE: Bool = false
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, isReadOnly: readOnly,
            place: .variable(component: component, variable, instance: instance, perEVSE: perEVSE))
    }

    private static func constant(
        _ name: String, _ value: @escaping @Sendable (StationConversation.Settings) -> String?
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, isReadOnly: true, place: .constant(value))
    }

    // MARK: Core (9.1)

    private static let core: [ConfigurationKey] = [
        variable("AllowOfflineTxForUnknownId", "AuthCtrlr", "OfflineTxForUnknownIdEnabled"),
        variable("AuthorizationCacheEnabled", "AuthCacheCtrlr", "Enabled"),
        variable("AuthorizeRemoteTxRequests", "AuthCtrlr", "AuthorizeRemoteStart"),
        variable("ClockAlignedDataInterval", "AlignedDataCtrlr", "Interval"),
        variable("ConnectionTimeOut", "TxCtrlr", "EVConnectionTimeOut"),
        constant("ConnectorPhaseRotation") { settings in
            ([0] + settings.evses).map { "\($0).Unknown" }.joined(separator: ",")
        },
        constant("GetConfigurationMaxKeys") { _ in "\(Configuration16.mostKeys)" },
        variable("HeartbeatInterval", "OCPPCommCtrlr", "HeartbeatInterval"),
        variable("LocalAuthorizeOffline", "AuthCtrlr", "LocalAuthorizeOffline"),
        variable("LocalPreAuthorize", "AuthCtrlr", "LocalPreAuthorize"),
        variable("MaxEnergyOnInvalidId", "TxCtrlr", "MaxEnergyOnInvalidId"),
        variable("MeterValuesAlignedData", "AlignedDataCtrlr", "Measurands"),
        variable("MeterValuesSampledData", "SampledDataCtrlr", "TxUpdatedMeasurands"),
        variable("MeterValueSampleInterval", "SampledDataCtrlr", "TxUpdatedInterval"),
        constant("NumberOfConnectors") { "\($0.evses.count)" },
        variable("ResetRetries", "OCPPCommCtrlr", "ResetRetries"),
        variable("StopTransactionOnEVSideDisconnect", "TxCtrlr", "StopTxOnEVSideDisconnect"),
        variable("StopTransactionOnInvalidId", "TxCtrlr", "StopTxOnInvalidId"),
        variable("StopTxnAlignedData", "AlignedDataCtrlr", "TxEndedMeasurands"),
        variable("StopTxnSampledData", "SampledDataCtrlr", "TxEndedMeasurands"),
        constant("SupportedFeatureProfiles") { $0.featureProfiles.joined(separator: ",") },
        variable("TransactionMessageAttempts", "OCPPCommCtrlr", "MessageAttempts", "TransactionEvent"),
        variable("TransactionMessageRetryInterval", "OCPPCommCtrlr", "MessageAttemptInterval", "TransactionEvent"),
        variable("UnlockConnectorOnEVSideDisconnect", "OCPPCommCtrlr", "UnlockOnEVSideDisconnect"),
        variable("WebSocketPingInterval", "OCPPCommCtrlr", "WebSocketPingInterval"),
    ]

    // MARK: The other feature profiles (9.2 to 9.4)

    private static let profiles: [ConfigurationKey] = [
        variable("LocalAuthListEnabled", "LocalAuthListCtrlr", "Enabled"),
        constant("LocalAuthListMaxLength") { "\($0.longestLocalList)" },
        variable("SendLocalListMaxLength", "LocalAuthListCtrlr", "ItemsPerMessage", readOnly: true),
        variable("ReserveConnectorZeroSupported", "ReservationCtrlr", "NonEvseSpecific", readOnly: true),
        variable("ChargeProfileMaxStackLevel", "SmartChargingCtrlr", "ProfileStackLevel", readOnly: true),
        ConfigurationKey(
            name: "ChargingScheduleAllowedChargingRateUnit", isReadOnly: true,
            place: .variable(component: "SmartChargingCtrlr", "RateUnit"), words: .rateUnits),
        variable("ChargingScheduleMaxPeriods", "SmartChargingCtrlr", "PeriodsPerSchedule", readOnly: true),
        variable("ConnectorSwitch3to1PhaseSupported", "SmartChargingCtrlr", "Phases3to1", readOnly: true),
        constant("MaxChargingProfilesInstalled") { "\($0.mostProfiles)" },
        variable("SupportedFileTransferProtocols", "OCPPCommCtrlr", "FileTransferProtocols", readOnly: true),
    ]

    // MARK: Security (whitepaper, edition 3)

    private static let security: [ConfigurationKey] = [
        variable("AdditionalRootCertificateCheck", "SecurityCtrlr", "AdditionalRootCertificateCheck", readOnly: true),
        variable("AuthorizationKey", "SecurityCtrlr", "BasicAuthPassword"),
        variable("CertificateSignedMaxChainSize", "SecurityCtrlr", "MaxCertificateChainSize", readOnly: true),
        variable("CertificateStoreMaxLength", "SecurityCtrlr", "CertificateEntries", readOnly: true),
        variable("CertSigningRepeatTimes", "SecurityCtrlr", "CertSigningRepeatTimes"),
        variable("CertSigningWaitMinimum", "SecurityCtrlr", "CertSigningWaitMinimum"),
        variable("CpoName", "SecurityCtrlr", "OrganizationName"),
        variable("SecurityProfile", "SecurityCtrlr", "SecurityProfile"),
    ]

    // MARK: Plug & Charge (application note)

    private static let plugAndCharge: [ConfigurationKey] = [
        variable("CentralContractValidationAllowed", "ISO15118Ctrlr", "CentralContractValidationAllowed"),
        variable("ContractValidationOffline", "ISO15118Ctrlr", "ContractValidationOffline"),
        variable("ISO15118PnCEnabled", "ISO15118Ctrlr", "PnCEnabled"),
    ]

    // MARK: Ours (docs/ocpp-1.6-v2g.md)

    private static let v2x: [ConfigurationKey] = [
        variable(
            "V2XSupportedOperationModes", "V2XChargingCtrlr", "SupportedOperationModes", readOnly: true, perEVSE: true),
        constant("V2XMaxDischargeW") { $0.mostDischarge.map { "\($0)" } },
        ConfigurationKey(name: "V2XSetpointWatchdog", isReadOnly: false, place: .local(.watchdog)),
    ]
}
