// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import JSONText
import OCPP
import OCPP16
import OCPP21
import Testing

@testable import StationFaces

/// What the station says, what a 1.6 backend reads, what it answers, and what the station hears.
struct Saying16: Sendable, CustomTestStringConvertible {
    let message: String
    let said: String
    let answer: String
    let heard: String

    init(_ message: String, _ said: String, _ answer: String = "{}", _ heard: String = "{}") {
        self.message = message
        self.said = said
        self.answer = answer
        self.heard = heard
    }
    var testDescription: String { String(message.prefix(80)) }
}

extension OCPP21.CSMSResponse {
    var text: String {
        var writer = PayloadWriter()
        OCPP21.CSMSRequest.write(self, to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

@Suite struct Saying16Tests {
    static let now = #""timestamp":"2026-03-01T12:00:00Z""#

    static let table: [Saying16] = [
        .init(
            #"Authorize {"idToken":{"idToken":"CARD","type":"ISO15693"}}"#, #"Authorize {"idTag":"CARD"}"#,
            #"{"idTagInfo":{"status":"ConcurrentTx","expiryDate":"2026-03-01T12:00:00Z","parentIdTag":"G"}}"#,
            #"{"idTokenInfo":{"status":"ConcurrentTx","cacheExpiryDateTime":"2026-03-01T12:00:00Z","#
                + #""groupIdToken":{"idToken":"G","type":"ISO14443"}}}"#),
        .init(
            #"BootNotification {"chargingStation":{"serialNumber":"S123456789012345678901234","model":"M1234567890123456789","#
                + #""modem":{"iccid":"i","imsi":"m"},"vendorName":"V","firmwareVersion":"1"},"reason":"PowerUp"}"#,
            #"BootNotification {"chargePointVendor":"V","chargePointModel":"M1234567890123456789","#
                + #""chargePointSerialNumber":"S123456789012345678901234","firmwareVersion":"1","iccid":"i","imsi":"m"}"#,
            #"{"status":"Pending","currentTime":"2026-03-01T12:00:00Z","interval":60}"#,
            #"{"currentTime":"2026-03-01T12:00:00Z","interval":60,"status":"Pending"}"#),
        .init(
            "Heartbeat {}", "Heartbeat {}", #"{"currentTime":"2026-03-01T12:00:00Z"}"#,
            #"{"currentTime":"2026-03-01T12:00:00Z"}"#),
        .init(
            #"DataTransfer {"messageId":"m","data":{"a":1},"vendorId":"com.example"}"#,
            #"DataTransfer {"vendorId":"com.example","messageId":"m","data":"{\"a\":1}"}"#,
            #"{"status":"UnknownVendorId","data":"x"}"#, #"{"status":"UnknownVendorId","data":"x"}"#),
        .init(
            #"SecurityEventNotification {"type":"StartupOfTheDevice",\#(now),"techInfo":"x"}"#,
            #"SecurityEventNotification {"type":"StartupOfTheDevice",\#(now),"techInfo":"x"}"#),
        .init(
            #"SignCertificate {"csr":"CSR","certificateType":"ChargingStationCertificate","requestId":1}"#,
            #"SignCertificate {"csr":"CSR"}"#, #"{"status":"Accepted"}"#, #"{"status":"Accepted"}"#),
        .init(
            #"FirmwareStatusNotification {"status":"InstallRebooting","requestId":-1}"#,
            #"FirmwareStatusNotification {"status":"Installing"}"#),
        .init(
            #"FirmwareStatusNotification {"status":"InvalidSignature","requestId":6}"#,
            #"SignedFirmwareStatusNotification {"status":"InvalidSignature","requestId":6}"#),
        .init(
            #"FirmwareStatusNotification {"status":"Idle"}"#, #"SignedFirmwareStatusNotification {"status":"Idle"}"#),
        .init(
            #"LogStatusNotification {"status":"PermissionDenied","requestId":-2}"#,
            #"DiagnosticsStatusNotification {"status":"UploadFailed"}"#),
        .init(
            #"LogStatusNotification {"status":"AcceptedCanceled","requestId":6}"#,
            #"LogStatusNotification {"status":"UploadFailure","requestId":6}"#),
        .init(
            #"StatusNotification {\#(now),"connectorStatus":"Occupied","evseId":1,"connectorId":1}"#,
            #"StatusNotification {"connectorId":1,"errorCode":"NoError","status":"Preparing",\#(now)}"#),
        .init(
            #"StatusNotification {\#(now),"connectorStatus":"Faulted","evseId":2,"connectorId":1}"#,
            #"StatusNotification {"connectorId":2,"errorCode":"OtherError","status":"Faulted",\#(now)}"#),
        .init(
            #"NotifyEvent {"generatedAt":"2026-03-01T12:00:00Z","seqNo":0,"eventData":[{"eventId":1,\#(now),"trigger":"Delta","#
                + #""actualValue":"Unavailable","component":{"name":"Connector","evse":{"id":1,"connectorId":1}},"#
                + #""eventNotificationType":"HardWiredNotification","variable":{"name":"AvailabilityState"}}]}"#,
            #"StatusNotification {"connectorId":1,"errorCode":"NoError","status":"Unavailable",\#(now)}"#),
        .init(
            #"MeterValues {"evseId":1,"meterValue":[{"sampledValue":[{"value":-5.25,"measurand":"Power.Active.Import","phase":"L1-N","#
                + #""context":"Trigger","location":"Upstream","unitOfMeasure":{"unit":"kW","multiplier":1}},{"value":49.98,"#
                + #""measurand":"Frequency","unitOfMeasure":{"unit":"Hz"}},{"value":1,"measurand":"Display.PresentSOC"},"#
                + #"{"value":1,"measurand":"Voltage","unitOfMeasure":{"unit":"furlong"}}],\#(now)}]}"#,
            #"MeterValues {"connectorId":1,"meterValue":[{\#(now),"sampledValue":[{"value":"-52.5","context":"Trigger","#
                + #""measurand":"Power.Active.Import","phase":"L1-N","location":"Inlet","unit":"kW"},{"value":"49.98","#
                + #""measurand":"Frequency","unit":"Hertz"}]}]}"#),
        .init(
            #"MeterValues {"evseId":1,"meterValue":[{"sampledValue":[{"value":7,"context":"Sample.Clock","signedMeterValue":{"#
                + #""signedMeterData":"U0lH","encodingMethod":"OCMF"}}],\#(now)}]}"#,
            #"MeterValues {"connectorId":1,"meterValue":[{\#(now),"sampledValue":[{"value":"7","context":"Sample.Clock"},"#
                + #"{"value":"U0lH","context":"Sample.Clock","format":"SignedData"}]}]}"#),
    ]

    @Test(arguments: table)
    func `every message of the station is said in 1.6 and its answer heard in 2.1`(_ row: Saying16) throws {
        var bench = FaceBench(.v16)
        let request = try OCPP21.CSMSRequest(row.message)
        let said = bench.say(request) ?? ""
        #expect(try said.normalMessage == row.said.normalMessage)
        let events = bench.hear(row.answer)
        #expect(events.response?.text == row.heard)
        #expect(bench.face.canCall)
    }

    @Test(arguments: [
        #"NotifyEvent {"generatedAt":"2026-03-01T12:00:00Z","seqNo":0,"eventData":[{"eventId":1,"timestamp":"2026-03-01T12:00:00Z","#
            + #""trigger":"Delta","actualValue":"1","component":{"name":"X"},"eventNotificationType":"CustomMonitor","variable":{"name":"Y"}}]}"#,
        #"MeterValues {"evseId":1,"meterValue":[{"sampledValue":[{"value":1,"measurand":"Voltage.Maximum"}],"timestamp":"2026-03-01T12:00:00Z"}]}"#,
    ])
    func `what 1.6 has no word for at all is done without a message`(_ text: String) throws {
        var bench = FaceBench(.v16)
        let events = bench.call(try .init(text))
        #expect(events.frames == [] && events.response?.text == "{}" && bench.face.canCall)
    }

    @Test(arguments: [
        #"Authorize {"idToken":{"idToken":"123456789012345678901","type":"ISO14443"}}"#,
        #"SignCertificate {"csr":"CSR","certificateType":"V2G20Certificate"}"#,
        #"ReservationStatusUpdate {"reservationId":1,"reservationUpdateStatus":"Expired"}"#,
        #"NotifyDERAlarm {"controlType":"FreqDroop","timestamp":"2026-03-01T12:00:00Z"}"#,
    ])
    func `what 1.6 cannot say is said to be so`(_ text: String) throws {
        var bench = FaceBench(.v16)
        let request = try OCPP21.CSMSRequest(text)
        #expect(bench.call(request) == [.failed(request, .notInThisVersion)])
    }

    @Test func `no message of 2.1 makes one that 1.6 could not read`() throws {
        var said = 0
        for vector in try Vector.all("ocpp21") where !vector.isResponse {
            guard OCPP21.CSMSRequest.Action(word: vector.action) != nil else { continue }
            var bench = FaceBench(.v16)
            let events = bench.call(try .init("\(vector.action) \(vector.tree.compact)"))
            #expect(!events.contains { if case .notice = $0 { true } else { false } }, "\(vector.action) \(events)")
            said += events.frames.count
        }
        #expect(said > 15)
    }

    @Test func `after the boot the whole station is reported before its connectors`() throws {
        var bench = FaceBench(.v16)
        _ = bench.say(
            try .init(#"BootNotification {"chargingStation":{"model":"M","vendorName":"V"},"reason":"PowerUp"}"#))
        _ = bench.hear(#"{"status":"Accepted","currentTime":"2026-03-01T12:00:00Z","interval":60}"#)
        let status = try OCPP21.CSMSRequest(
            #"StatusNotification {\#(Self.now),"connectorStatus":"Available","evseId":1,"connectorId":1}"#)
        #expect(bench.say(status)?.hasPrefix(#"StatusNotification {"connectorId":0"#) == true)
        let next = bench.hear("{}")
        #expect(next.said?.hasPrefix(#"StatusNotification {"connectorId":1"#) == true && next.response == nil)
        #expect(bench.hear("{}").response == .statusNotification(.init()))
        #expect(bench.say(status)?.hasPrefix(#"StatusNotification {"connectorId":1"#) == true)
    }

    @Test func `an unavailable station is reported with connector 0`() throws {
        var bench = FaceBench(.v16)
        _ = try bench.exchange(
            "ChangeAvailability", #"{"connectorId":0,"type":"Inoperative"}"#, [#"{"status":"Accepted"}"#])
        let status = try OCPP21.CSMSRequest(
            #"StatusNotification {\#(Self.now),"connectorStatus":"Unavailable","evseId":1,"connectorId":1}"#)
        #expect(
            bench.say(status)
                == #"StatusNotification {"connectorId":0,"errorCode":"NoError","status":"Unavailable",\#(Self.now)}"#)
    }

    @Test func `a status without request goes as the message that was triggered`() throws {
        var bench = FaceBench(.v16)
        _ = try bench.exchange(
            "TriggerMessage", #"{"requestedMessage":"FirmwareStatusNotification"}"#, [#"{"status":"Accepted"}"#])
        #expect(
            bench.say(.firmwareStatusNotification(.init(status: .idle)))
                == #"FirmwareStatusNotification {"status":"Idle"}"#)
    }

    @Test func `a call that is refused or cut off has failed, and the next may go`() throws {
        var bench = FaceBench(.v16)
        _ = bench.call(.heartbeat(.init()))
        #expect(bench.call(.heartbeat(.init())) == [.failed(.heartbeat(.init()), .timedOut)])
        #expect(
            bench.receive(#"[4,"x-1","InternalError","no",{}]"#)
                == [.failed(.heartbeat(.init()), .refused(Refusal(.internalError, "no")))])
        _ = bench.call(.heartbeat(.init()))
        #expect(bench.face.disconnect() == [.failed(.heartbeat(.init()), .timedOut)])
        #expect(bench.face.canCall)
    }
}

extension String {
    /// “Action payload” without the order of members.
    var normalMessage: String {
        get throws {
            guard let cut = firstIndex(of: " ") else { return self }
            return "\(self[..<cut]) \(try JSON.parse(String(self[index(after: cut)...])).normal.compact)"
        }
    }
}
