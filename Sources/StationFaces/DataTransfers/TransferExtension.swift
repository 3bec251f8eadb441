// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP201
import OCPP21

/// Messages that a version does not know, inside its data transfers: the message's name, and its payload as JSON.
enum TransferExtension: CaseIterable, Sendable {
    /// Discharging, in messages of 2.1 (docs/ocpp-1.6-v2g.md). The station tells only a backend that has shown it knows them.
    case v2g
    /// Contracts and their certificates in 1.6, in messages of 2.0.1: the Open Charge Alliance's application note “Using ISO 15118
    /// Plug & Charge with OCPP 1.6”.
    case plugAndCharge

    var vendorId: String {
        switch self {
        case .v2g: "org.sluice"
        case .plugAndCharge: "org.openchargealliance.iso15118pnc"
        }
    }

    static func of(vendor: String, in version: OCPPVersion) -> TransferExtension? {
        allCases.first { $0.vendorId == vendor && $0.isNeeded(in: version) }
    }

    func isNeeded(in version: OCPPVersion) -> Bool {
        switch self {
        case .v2g: version < .v21
        case .plugAndCharge: version == .v16
        }
    }

    /// What a backend may ask. SetChargingProfile has a name of its own, so that nobody takes it for the version's.
    var asked: [(name: String, action: OCPP21.StationRequest.Action)] {
        switch self {
        case .v2g:
            [
                ("SetChargingProfile21", .setChargingProfile), ("UpdateDynamicSchedule", .updateDynamicSchedule),
                ("SetDERControl", .setDERControl), ("GetDERControl", .getDERControl),
                ("ClearDERControl", .clearDERControl), ("AFRRSignal", .afrrSignal),
                ("UsePriorityCharging", .usePriorityCharging),
                ("NotifyAllowedEnergyTransfer", .notifyAllowedEnergyTransfer),
                ("GetCompositeSchedule21", .getCompositeSchedule), ("GetVariables", .getVariables),
                ("SetVariables", .setVariables),
            ]
        case .plugAndCharge:
            [
                ("CertificateSigned", .certificateSigned), ("DeleteCertificate", .deleteCertificate),
                ("GetInstalledCertificateIds", .getInstalledCertificateIds),
                ("InstallCertificate", .installCertificate), ("TriggerMessage", .triggerMessage),
            ]
        }
    }

    /// Whether the station says this so.
    func carries(_ request: OCPP21.CSMSRequest) -> Bool {
        switch self {
        case .v2g: Self.toldV2G.contains(request.action)
        case .plugAndCharge: request.isOfContracts
        }
    }

    private static let toldV2G: Set<OCPP21.CSMSRequest.Action> = [
        .notifyDERAlarm, .notifyDERStartStop, .reportDERControl, .notifyEVChargingNeeds, .pullDynamicScheduleUpdate,
        .notifyPriorityCharging,
    ]

    // MARK: Payloads

    func request(
        _ action: OCPP21.StationRequest.Action, _ reader: inout PayloadReader
    ) throws(Violation) -> OCPP21.StationRequest {
        let request = try OCPP21.StationRequest.read(action, from: &reader)
        guard self == .plugAndCharge, case .certificateSigned(var signed) = request, signed.certificateType == nil
        else { return request }
        // Which the note has no word for, as it knows no other.
        signed.certificateType = .v2GCertificate
        return .certificateSigned(signed)
    }

    /// - Returns: Nil where the version of the payload cannot say it.
    func bytes(_ response: OCPP21.StationResponse) -> [UInt8]? {
        var writer = PayloadWriter()
        switch self {
        case .v2g: OCPP21.StationRequest.write(response, to: &writer)
        case .plugAndCharge:
            guard let lowered = OCPP201.StationResponse(response) else { return nil }
            OCPP201.StationRequest.write(lowered, to: &writer)
        }
        return writer.bytes
    }

    /// - Returns: Nil where the version of the payload cannot say it.
    func bytes(_ request: OCPP21.CSMSRequest) -> [UInt8]? {
        var writer = PayloadWriter()
        switch self {
        case .v2g: request.write(to: &writer)
        case .plugAndCharge:
            guard let lowered = OCPP201.CSMSRequest(request) else { return nil }
            lowered.write(to: &writer)
        }
        return writer.bytes
    }

    /// - Returns: Nil where it is no answer to this.
    func response(_ bytes: [UInt8], to request: OCPP21.CSMSRequest) -> OCPP21.CSMSResponse? {
        var reader = PayloadReader(bytes, version: .v21)
        if let response = try? OCPP21.CSMSRequest.readResponse(to: request.action, from: &reader) { return response }
        guard self == .plugAndCharge, request.action == .authorize else { return nil }
        return OCPP21.AuthorizeResponse(lenient: bytes).map { .authorize($0) }
    }
}

extension OCPP21.CSMSRequest {
    /// Whether 1.6 itself has no words for it, since a car's contract is in it.
    fileprivate var isOfContracts: Bool {
        switch self {
        case .authorize(let request): request.idToken.type == "eMAID"
        case .get15118EVCertificate, .getCertificateStatus: true
        case .signCertificate(let request): request.certificateType == .v2GCertificate
        case .batterySwap, .bootNotification, .clearedChargingLimit, .closePeriodicEventStream, .dataTransfer,
            .firmwareStatusNotification, .getCertificateChainStatus, .heartbeat, .logStatusNotification, .meterValues,
            .notifyChargingLimit, .notifyCustomerInformation, .notifyDERAlarm, .notifyDERStartStop,
            .notifyDisplayMessages, .notifyEVChargingNeeds, .notifyEVChargingSchedule, .notifyEvent,
            .notifyMonitoringReport, .notifyPeriodicEventStream, .notifyPriorityCharging, .notifyReport,
            .notifySettlement, .notifyWebPaymentStarted, .openPeriodicEventStream, .publishFirmwareStatusNotification,
            .pullDynamicScheduleUpdate, .reportChargingProfiles, .reportDERControl, .reservationStatusUpdate,
            .securityEventNotification, .statusNotification, .transactionEvent, .vatNumberValidation:
            false
        }
    }
}

extension OCPP21.AuthorizeResponse {
    /// Of a backend that fills in its 1.6 words (`expiryDate`, `parentIdTag`) beside the statuses: only the statuses count.
    fileprivate init?(lenient bytes: [UInt8]) {
        guard let tree = try? JSON.parse(String(decoding: bytes, as: UTF8.self)),
            let info = tree["idTokenInfo"] ?? tree["idTagInfo"],
            let status = info["status"]?.text.flatMap(OCPP21.AuthorizationStatusEnumType.init(word:))
        else { return nil }
        self.init(
            idTokenInfo: .init(status: status),
            certificateStatus: tree["certificateStatus"]?.text.flatMap(
                OCPP21.AuthorizeCertificateStatusEnumType.init(word:)))
    }
}
