// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import JSONText
import OCPP
import OCPP21
import Testing

@testable import StationFaces

/// Contracts over 1.6, as the application note “Using ISO 15118 Plug & Charge with OCPP 1.6” has it.
@Suite struct PlugAndChargeTransferTests {
    private func transfer(_ name: String, _ data: String) -> String {
        JSON.object([
            .init("vendorId", .string("org.openchargealliance.iso15118pnc")), .init("messageId", .string(name)),
            .init("data", .string(data)),
        ]).compact
    }

    private static let contract = OCPP21.CSMSRequest.authorize(
        .init(idToken: .init(idToken: "DE8ACC12E46L89", type: "eMAID"), certificate: "PEM"))

    @Test func `a contract is authorised with its certificate`() throws {
        var bench = FaceBench(.v16)
        #expect(
            try bench.say(Self.contract)?.normalMessage
                == "DataTransfer "
                + JSON.parse(
                    transfer(
                        "Authorize",
                        #"{"idToken":{"idToken":"DE8ACC12E46L89","type":"eMAID"},"certificate":"PEM"}"#)
                ).normal.compact)
        let answer = JSON.object([
            .init("status", .string("Accepted")),
            .init("data", .string(#"{"idTokenInfo":{"status":"Accepted"},"certificateStatus":"Accepted"}"#)),
        ]).compact
        #expect(
            bench.hear(answer).response
                == .authorize(.init(idTokenInfo: .init(status: .accepted), certificateStatus: .accepted)))
    }

    @Test(arguments: [
        (
            #"{"idTagInfo":{"status":"Blocked","expiryDate":"2027-01-01T00:00:00Z"}}"#,
            AuthorizationStatusEnumType.blocked
        ),
        (#"{"idTokenInfo":{"status":"Expired","parentIdTag":"P"}}"#, .expired),
    ])
    func `an answer in words of 1_6 is understood`(_ data: String, _ status: AuthorizationStatusEnumType) throws {
        var bench = FaceBench(.v16)
        _ = bench.say(Self.contract)
        let answer = JSON.object([.init("status", .string("Accepted")), .init("data", .string(data))]).compact
        #expect(bench.hear(answer).response == .authorize(.init(idTokenInfo: .init(status: status))))
    }

    @Test func `a backend that does not know it is asked as 1_6 has it`() throws {
        var bench = FaceBench(.v16)
        _ = bench.say(Self.contract)
        #expect(bench.hear(#"{"status":"UnknownVendorId"}"#).said == #"Authorize {"idTag":"DE8ACC12E46L89"}"#)
        _ = bench.hear(#"{"idTagInfo":{"status":"Accepted"}}"#)
        #expect(bench.say(Self.contract) == #"Authorize {"idTag":"DE8ACC12E46L89"}"#)
    }

    @Test func `a card is authorised as ever`() throws {
        var bench = FaceBench(.v16)
        let card = OCPP21.CSMSRequest.authorize(.init(idToken: .init(idToken: "CARD", type: "ISO14443")))
        #expect(bench.say(card) == #"Authorize {"idTag":"CARD"}"#)
    }

    @Test(arguments: [
        (
            #"Get15118EVCertificate {"iso15118SchemaVersion":"urn:iso:15118:2:2013:MsgDef","action":"Install","exiRequest":"gA=="}"#,
            #"{"status":"Accepted","exiResponse":"gB=="}"#
        ),
        (
            #"GetCertificateStatus {"ocspRequestData":{"hashAlgorithm":"SHA256","issuerNameHash":"a","issuerKeyHash":"b","serialNumber":"1","responderURL":"http://o"}}"#,
            #"{"status":"Accepted","ocspResult":"MA=="}"#
        ),
        (#"SignCertificate {"csr":"CSR","certificateType":"V2GCertificate"}"#, #"{"status":"Accepted"}"#),
    ])
    func `what a car needs is asked in data transfers`(_ message: String, _ response: String) throws {
        var bench = FaceBench(.v16)
        let request = try OCPP21.CSMSRequest(message)
        let call = bench.say(request)
        let said = try #require(call)
        #expect(said.hasPrefix("DataTransfer") && said.contains("\"messageId\":\"\(request.action.word)\""))
        let answer = JSON.object([.init("status", .string("Accepted")), .init("data", .string(response))]).compact
        #expect(bench.hear(answer).response?.text == response)
    }

    @Test func `the station's own certificate is asked for as the whitepaper has it`() throws {
        var bench = FaceBench(.v16)
        let request = try OCPP21.CSMSRequest(
            #"SignCertificate {"csr":"CSR","certificateType":"ChargingStationCertificate"}"#)
        #expect(bench.say(request)?.hasPrefix("SignCertificate") == true)
    }

    @Test func `a certificate that comes without its use is for cars`() throws {
        var bench = FaceBench(.v16)
        let asked = bench.ask("DataTransfer", transfer("CertificateSigned", #"{"certificateChain":"PEM"}"#))
        #expect(asked == .certificateSigned(.init(certificateChain: "PEM", certificateType: .v2GCertificate)))
        #expect(
            bench.reply(.certificateSigned(.init(status: .accepted)))
                == #"{"status":"Accepted","data":"{\"status\":\"Accepted\"}"}"#)
    }

    @Test(arguments: [
        ("InstallCertificate", #"{"certificateType":"MORootCertificate","certificate":"PEM"}"#),
        ("GetInstalledCertificateIds", #"{"certificateType":["V2GRootCertificate"]}"#),
        ("TriggerMessage", #"{"requestedMessage":"SignV2GCertificate"}"#),
        (
            "DeleteCertificate",
            #"{"certificateHashData":{"hashAlgorithm":"SHA256","issuerNameHash":"a","issuerKeyHash":"b","serialNumber":"1"}}"#
        ),
    ])
    func `the backend keeps the certificates for cars`(_ name: String, _ data: String) throws {
        var bench = FaceBench(.v16)
        #expect(bench.ask("DataTransfer", transfer(name, data))?.action.word == name)
    }

    @Test func `2_0_1 has messages of its own`() throws {
        var bench = FaceBench(.v201)
        #expect(bench.ask("DataTransfer", transfer("TriggerMessage", "{}"))?.action == .dataTransfer)
        #expect(bench.say(Self.contract)?.hasPrefix("Authorize") == true)
    }
}
