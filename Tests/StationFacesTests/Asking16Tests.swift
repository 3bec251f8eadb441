// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP16
import OCPP21
import Testing

@testable import StationFaces

/// A message of a 1.6 backend, what the station is asked, what it answers, and what the backend reads.
struct Exchange16: Sendable, CustomTestStringConvertible {
    let action: String
    let payload: String
    let asked: [String]
    let answers: [String]
    let reply: String

    init(_ action: String, _ payload: String, _ asked: [String], _ answers: [String], _ reply: String) {
        self.action = action
        self.payload = payload
        self.asked = asked
        self.answers = answers
        self.reply = reply
    }
    init(_ action: String, _ payload: String, _ asked: String, _ answer: String, _ reply: String) {
        self.init(action, payload, [asked], [answer], reply)
    }
    var testDescription: String { "\(action) \(payload.prefix(60))" }
}

extension OCPP21.StationRequest {
    var text: String {
        var writer = PayloadWriter()
        write(to: &writer)
        return "\(action.word) " + String(decoding: writer.bytes, as: UTF8.self)
    }

    func response(_ text: String) throws -> OCPP21.StationResponse {
        var reader = PayloadReader(Array(text.utf8), version: .v21)
        return try Self.readResponse(to: action, from: &reader)
    }
}

extension OCPP21.CSMSRequest {
    /// From “Action payload”.
    init(_ text: String) throws {
        let cut = try #require(text.firstIndex(of: " "))
        let action = try #require(Action(word: String(text[..<cut])))
        var reader = PayloadReader(Array(text[text.index(after: cut)...].utf8), version: .v21)
        self = try Self.read(action, from: &reader)
    }
}

extension FaceBench {
    /// Everything the station is asked and what leaves in the end, with the answers given in turn.
    mutating func exchange(
        _ action: String, _ payload: String, _ answers: [String]
    ) throws -> (asked: [String], reply: String?) {
        var events = receive(#"[2,"c","\#(action)",\#(payload)]"#)
        var asked: [String] = []
        var left = answers[...]
        while let request = events.asked {
            asked.append(request.text)
            guard let next = left.popFirst() else { break }
            events = answer("c", try request.response(next))
        }
        return (asked, events.payload)
    }

    /// A transaction that the backend calls 17.
    mutating func runTransaction(_ id: String = "t") throws {
        _ = call(
            try .init(
                #"TransactionEvent {"eventType":"Started","timestamp":"2026-03-01T12:00:00Z","triggerReason":"Authorized","seqNo":0,"#
                    + #""transactionInfo":{"transactionId":"\#(id)","chargingState":"Charging"},"evse":{"id":1},"#
                    + #""idToken":{"idToken":"CARD","type":"ISO14443"}}"#))
        _ = hear(#"{"idTagInfo":{"status":"Accepted"},"transactionId":17}"#)
        _ = hear("{}")
    }
}

@Suite struct Asking16Tests {
    static let status = #"{"status":"Accepted"}"#
    static let rejected = #"{"status":"Rejected"}"#
    static let hash16 = #"{"hashAlgorithm":"SHA256","issuerNameHash":"a1","issuerKeyHash":"b2","serialNumber":"c3"}"#

    static let table: [Exchange16] = [
        .init("CancelReservation", #"{"reservationId":4}"#, #"CancelReservation {"reservationId":4}"#, status, status),
        .init("ClearCache", "{}", "ClearCache {}", rejected, rejected),
        .init("GetLocalListVersion", "{}", "GetLocalListVersion {}", #"{"versionNumber":7}"#, #"{"listVersion":7}"#),
        .init(
            "ChangeAvailability", #"{"connectorId":0,"type":"Inoperative"}"#,
            #"ChangeAvailability {"operationalStatus":"Inoperative"}"#, #"{"status":"Scheduled"}"#,
            #"{"status":"Scheduled"}"#),
        .init(
            "ChangeAvailability", #"{"connectorId":1,"type":"Operative"}"#,
            #"ChangeAvailability {"evse":{"id":1},"operationalStatus":"Operative"}"#, status, status),
        .init("Reset", #"{"type":"Soft"}"#, #"Reset {"type":"Immediate"}"#, #"{"status":"Scheduled"}"#, status),
        .init("Reset", #"{"type":"Hard"}"#, #"Reset {"type":"Immediate"}"#, rejected, rejected),
        .init(
            "RemoteStartTransaction", #"{"connectorId":1,"idTag":"CARD"}"#,
            #"RequestStartTransaction {"evseId":1,"idToken":{"idToken":"CARD","type":"ISO14443"},"remoteStartId":1}"#,
            #"{"status":"Accepted","transactionId":"t"}"#, status),
        .init(
            "RemoteStartTransaction", #"{"idTag":"CARD"}"#,
            #"RequestStartTransaction {"idToken":{"idToken":"CARD","type":"ISO14443"},"remoteStartId":1}"#, rejected,
            rejected),
        .init("RemoteStopTransaction", #"{"transactionId":17}"#, [], [], rejected),
        .init(
            "ReserveNow",
            #"{"connectorId":0,"expiryDate":"2026-03-01T12:00:00Z","idTag":"CARD","parentIdTag":"GROUP","reservationId":4}"#,
            #"ReserveNow {"id":4,"expiryDateTime":"2026-03-01T12:00:00Z","idToken":{"idToken":"CARD","type":"ISO14443"},"#
                + #""groupIdToken":{"idToken":"GROUP","type":"ISO14443"}}"#, #"{"status":"Occupied"}"#,
            #"{"status":"Occupied"}"#),
        .init(
            "SendLocalList",
            #"{"listVersion":8,"localAuthorizationList":[{"idTag":"A","idTagInfo":{"status":"Blocked","parentIdTag":"G","#
                + #""expiryDate":"2026-03-01T12:00:00Z"}},{"idTag":"B"}],"updateType":"Differential"}"#,
            #"SendLocalList {"localAuthorizationList":[{"idToken":{"idToken":"A","type":"ISO14443"},"idTokenInfo":{"#
                + #""status":"Blocked","cacheExpiryDateTime":"2026-03-01T12:00:00Z","groupIdToken":{"idToken":"G","#
                + #""type":"ISO14443"}}},{"idToken":{"idToken":"B","type":"ISO14443"}}],"versionNumber":8,"#
                + #""updateType":"Differential"}"#, #"{"status":"VersionMismatch"}"#, #"{"status":"VersionMismatch"}"#),
        .init(
            "SendLocalList", #"{"listVersion":8,"localAuthorizationList":[],"updateType":"Full"}"#,
            #"SendLocalList {"versionNumber":8,"updateType":"Full"}"#, #"{"status":"Failed"}"#, #"{"status":"Failed"}"#),
        .init(
            "UnlockConnector", #"{"connectorId":1}"#, #"UnlockConnector {"evseId":1,"connectorId":1}"#,
            #"{"status":"OngoingAuthorizedTransaction"}"#, #"{"status":"UnlockFailed"}"#),
        .init(
            "UnlockConnector", #"{"connectorId":9}"#, #"UnlockConnector {"evseId":9,"connectorId":1}"#,
            #"{"status":"UnknownConnector"}"#, #"{"status":"NotSupported"}"#),
        .init(
            "DataTransfer", #"{"vendorId":"com.example","messageId":"m","data":"d"}"#,
            #"DataTransfer {"messageId":"m","data":"d","vendorId":"com.example"}"#,
            #"{"status":"Accepted","data":{"a":1}}"#, #"{"status":"Accepted","data":"{\"a\":1}"}"#),
        // Smart charging.
        .init(
            "ClearChargingProfile", #"{"id":3,"connectorId":1}"#, #"ClearChargingProfile {"chargingProfileId":3}"#,
            #"{"status":"Unknown"}"#, #"{"status":"Unknown"}"#),
        .init(
            "ClearChargingProfile",
            #"{"connectorId":0,"chargingProfilePurpose":"ChargePointMaxProfile","stackLevel":2}"#,
            #"ClearChargingProfile {"chargingProfileCriteria":{"evseId":0,"chargingProfilePurpose":"ChargingStationMaxProfile","#
                + #""stackLevel":2}}"#, status, status),
        .init(
            "GetCompositeSchedule", #"{"connectorId":1,"duration":60,"chargingRateUnit":"W"}"#,
            #"GetCompositeSchedule {"duration":60,"chargingRateUnit":"W","evseId":1}"#,
            #"{"status":"Accepted","schedule":{"evseId":1,"duration":60,"scheduleStart":"2026-03-01T12:00:00Z","chargingRateUnit":"W","#
                + #""chargingSchedulePeriod":[{"startPeriod":0,"limit":11000,"setpoint":-5000.55,"operationMode":"CentralSetpoint"},"#
                + #"{"startPeriod":30,"operationMode":"Idle"}]}}"#,
            #"{"status":"Accepted","connectorId":1,"scheduleStart":"2026-03-01T12:00:00Z","chargingSchedule":{"duration":60,"#
                + #""chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":-5000.5},{"startPeriod":30,"#
                + #""limit":0}]}}"#),
        .init(
            "GetCompositeSchedule", #"{"connectorId":9,"duration":60}"#,
            #"GetCompositeSchedule {"duration":60,"evseId":9}"#, rejected, rejected),
        // Files.
        .init(
            "GetDiagnostics",
            #"{"location":"ftp://example.org/","retries":2,"retryInterval":9,"startTime":"2026-03-01T11:00:00Z","#
                + #""stopTime":"2026-03-01T12:00:00Z"}"#,
            #"GetLog {"log":{"remoteLocation":"ftp://example.org/","oldestTimestamp":"2026-03-01T11:00:00Z","#
                + #""latestTimestamp":"2026-03-01T12:00:00Z"},"logType":"DiagnosticsLog","requestId":-1,"retries":2,"retryInterval":9}"#,
            #"{"status":"Accepted","filename":"log.gz"}"#, #"{"fileName":"log.gz"}"#),
        .init(
            "GetDiagnostics", #"{"location":"ftp://example.org/"}"#,
            #"GetLog {"log":{"remoteLocation":"ftp://example.org/"},"logType":"DiagnosticsLog","requestId":-1}"#,
            #"{"status":"Rejected","filename":"log.gz"}"#, "{}"),
        .init(
            "GetLog", #"{"log":{"remoteLocation":"ftp://example.org/"},"logType":"SecurityLog","requestId":6}"#,
            #"GetLog {"log":{"remoteLocation":"ftp://example.org/"},"logType":"SecurityLog","requestId":6}"#,
            #"{"status":"AcceptedCanceled","filename":"log.gz"}"#, #"{"status":"AcceptedCanceled","filename":"log.gz"}"#
        ),
        .init(
            "UpdateFirmware", #"{"location":"ftp://example.org/f","retrieveDate":"2026-03-01T12:00:00Z"}"#,
            #"UpdateFirmware {"requestId":-1,"firmware":{"location":"ftp://example.org/f","retrieveDateTime":"2026-03-01T12:00:00Z"}}"#,
            status, "{}"),
        .init(
            "UpdateFirmware", #"{"location":"ftp://example.org/f","retrieveDate":"2026-03-01T12:00:00Z"}"#,
            #"UpdateFirmware {"requestId":-1,"firmware":{"location":"ftp://example.org/f","retrieveDateTime":"2026-03-01T12:00:00Z"}}"#,
            rejected, #"[4,"c","GenericError","Rejected",{}]"#),
        .init(
            "SignedUpdateFirmware",
            #"{"requestId":6,"firmware":{"location":"https://example.org/f","retrieveDateTime":"2026-03-01T12:00:00Z","#
                + #""signingCertificate":"C","signature":"S"}}"#,
            #"UpdateFirmware {"requestId":6,"firmware":{"location":"https://example.org/f","retrieveDateTime":"2026-03-01T12:00:00Z","#
                + #""signingCertificate":"C","signature":"S"}}"#, #"{"status":"InvalidCertificate"}"#,
            #"{"status":"InvalidCertificate"}"#),
        // Certificates.
        .init(
            "CertificateSigned", #"{"certificateChain":"PEM"}"#,
            #"CertificateSigned {"certificateChain":"PEM","certificateType":"ChargingStationCertificate"}"#, status,
            status),
        .init(
            "InstallCertificate", #"{"certificateType":"CentralSystemRootCertificate","certificate":"PEM"}"#,
            #"InstallCertificate {"certificateType":"CSMSRootCertificate","certificate":"PEM"}"#,
            #"{"status":"Failed"}"#,
            #"{"status":"Failed"}"#),
        .init(
            "DeleteCertificate", #"{"certificateHashData":\#(hash16)}"#,
            #"DeleteCertificate {"certificateHashData":\#(hash16)}"#, #"{"status":"NotFound"}"#,
            #"{"status":"NotFound"}"#),
        .init(
            "GetInstalledCertificateIds", #"{"certificateType":"ManufacturerRootCertificate"}"#,
            #"GetInstalledCertificateIds {"certificateType":["ManufacturerRootCertificate"]}"#,
            #"{"status":"Accepted","certificateHashDataChain":[{"certificateHashData":\#(hash16),"#
                + #""certificateType":"ManufacturerRootCertificate"}]}"#,
            #"{"certificateHashData":[\#(hash16)],"status":"Accepted"}"#),
        // Triggers.
        .init(
            "TriggerMessage", #"{"requestedMessage":"MeterValues","connectorId":1}"#,
            #"TriggerMessage {"evse":{"id":1},"requestedMessage":"MeterValues"}"#, status, status),
        .init(
            "TriggerMessage", #"{"requestedMessage":"DiagnosticsStatusNotification"}"#,
            #"TriggerMessage {"requestedMessage":"LogStatusNotification"}"#, #"{"status":"NotImplemented"}"#,
            #"{"status":"NotImplemented"}"#),
        .init(
            "TriggerMessage", #"{"requestedMessage":"StatusNotification"}"#,
            [
                #"TriggerMessage {"evse":{"id":1,"connectorId":1},"requestedMessage":"StatusNotification"}"#,
                #"TriggerMessage {"evse":{"id":2,"connectorId":1},"requestedMessage":"StatusNotification"}"#,
            ], [rejected, status], status),
        .init(
            "ExtendedTriggerMessage", #"{"requestedMessage":"SignChargePointCertificate"}"#,
            #"TriggerMessage {"requestedMessage":"SignChargingStationCertificate"}"#, status, status),
        .init(
            "ExtendedTriggerMessage", #"{"requestedMessage":"StatusNotification","connectorId":2}"#,
            #"TriggerMessage {"evse":{"id":2,"connectorId":1},"requestedMessage":"StatusNotification"}"#, rejected,
            rejected),
    ]

    @Test(arguments: table)
    func `every message of the backend is asked in 2.1 and answered in 1.6`(_ row: Exchange16) throws {
        var settings = StationConversation.Settings()
        settings.evses = [1, 2]
        var bench = FaceBench(.v16, settings: settings)
        let (asked, reply) = try bench.exchange(row.action, row.payload, row.answers)
        #expect(asked == row.asked)
        #expect(reply == row.reply)
    }

    @Test func `the table has every message but those with a test of their own`() {
        let own: Set = ["ChangeConfiguration", "GetConfiguration", "SetChargingProfile"]
        let all = Set(OCPP16.StationRequest.Action.allCases.map(\.word))
        #expect(all == own.union(Self.table.map(\.action)))
    }

    @Test func `every message of 1.6 that its schema allows is asked or answered`() throws {
        for vector in try Vector.all("ocpp16") where !vector.isResponse {
            let action = vector.message
            guard OCPP16.StationRequest.Action(word: action) != nil else { continue }
            var bench = FaceBench(.v16)
            let events = bench.receive(#"[2,"c","\#(action)",\#(vector.tree.compact)]"#)
            #expect(events.asked != nil || events.frames.count == 1, "\(action)")
            #expect(!events.contains { if case .misbehaved = $0 { true } else { false } }, "\(action) \(events)")
        }
    }

    @Test func `a refusal of the station is a CALLERROR with the spelling of 1.6`() {
        var bench = FaceBench(.v16)
        _ = bench.ask("ClearCache")
        let refusal = Refusal(.occurrenceConstraintViolation, "no")
        #expect(bench.refuse("c", refusal).frames == [#"[4,"c","OccurenceConstraintViolation","no",{}]"#])
        #expect(bench.answer("c", .clearCache(.init(status: .accepted))).frames == [])
    }

    @Test func `an answer to another question is an error, not silence`() {
        var bench = FaceBench(.v16)
        _ = bench.ask("ClearCache")
        let events = bench.answer("c", .getLocalListVersion(.init(versionNumber: 1)))
        #expect(events.frames.first?.hasPrefix(#"[4,"c","InternalError""#) == true)
    }

    @Test func `a remote stop finds the transaction by the backend's number`() throws {
        var bench = FaceBench(.v16)
        try bench.runTransaction()
        let (asked, reply) = try bench.exchange("RemoteStopTransaction", #"{"transactionId":17}"#, [Self.status])
        #expect(asked == [#"RequestStopTransaction {"transactionId":"t"}"#] && reply == Self.status)
    }

    @Test func `unlocking ends the transaction first`() throws {
        var bench = FaceBench(.v16)
        try bench.runTransaction()
        let (asked, reply) = try bench.exchange(
            "UnlockConnector", #"{"connectorId":1}"#, [Self.status, #"{"status":"Unlocked"}"#])
        #expect(
            asked == [
                #"RequestStopTransaction {"transactionId":"t"}"#, #"UnlockConnector {"evseId":1,"connectorId":1}"#,
            ])
        #expect(reply == #"{"status":"Unlocked"}"#)
    }

    @Test func `a signed certificate carries the id of the request it belongs to, also after a restart`() throws {
        var bench = FaceBench(.v16)
        #expect(bench.say(.signCertificate(.init(csr: "CSR", requestId: 5))) == #"SignCertificate {"csr":"CSR"}"#)
        var later = FaceBench(.v16, memory: bench.memory)
        let (asked, _) = try later.exchange("CertificateSigned", #"{"certificateChain":"PEM"}"#, [Self.status])
        #expect(asked.first?.hasSuffix(#""requestId":5}"#) == true)
    }
}
