// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXITables
import Testing

struct SessionTraceTests {
    private static let handshake = """
        {"t": 0.0, "from": "EV", "ns": "urn:iso:15118:2:2010:AppProtocol", "kind": "document", \
        "exi": "8000f3ab9371d34b9b79d39ba321d34b9b79d189a98989c1d1699181d22218010000040040"}
        """
    private static let answer = """
        {"t": 0.661, "from": "SE", "ns": "urn:iso:15118:2:2010:AppProtocol", "exi": "80400040"}
        """

    @Test func `a line says when, who and what`() throws {
        var trace = try SessionTrace()
        let first = try trace.line(Self.handshake)
        #expect(first.hasPrefix("     0.000 s   +0.000 car     → supportedAppProtocolReq "))
        #expect(first.contains("AppProtocol[0].ProtocolNamespace=urn:iso:std:iso:15118:-20:DC"))
        let second = try trace.line(Self.answer)
        #expect(
            second == "     0.661 s   +0.661 station ← supportedAppProtocolRes"
                + " ResponseCode=OK_SuccessfulNegotiation SchemaID=1")
    }

    @Test func `a session is named when it begins`() throws {
        let record = """
            {"from": "EV", "ns": "urn:iso:std:iso:15118:-20:CommonMessages", \
            "exi": "808c0400000000000000000feef92d80620b2ba6a4ab1899199a1a9b1b9c1c9820a121a222ac00"}
            """
        var trace = try SessionTrace()
        #expect(try trace.line(record).contains("SessionSetupReq [session 0000000000000000] EVCCID="))
        #expect(try !trace.line(record).contains("[session"))
    }

    @Test(arguments: [
        ("7", "3", "7000"), ("-7", "3", "-7000"), ("4001", "-1", "400.1"), ("4000", "-1", "400"), ("5", "-3", "0.005"),
        ("-5", "-1", "-0.5"), ("0", "2", "0"), ("12", "0", "12"),
    ])
    func `a value with its power of ten is one number`(value: String, exponent: String, text: String) throws {
        let lines = try MessageLines()
        let json = """
            {"schema": "urn:iso:std:iso:15118:-20:DC", "json": {"DC_PreChargeReq": {"Header": {"SessionID": \
            "0102030405060708", "TimeStamp": 1}, "EVProcessing": "Ongoing", "EVPresentVoltage": \
            {"Exponent": \(exponent), "Value": \(value)}, "EVTargetVoltage": {"Exponent": 0, "Value": 400}}}}
            """
        var trace = try SessionTrace()
        let line = try trace.line(try lines.encode(json))
        #expect(line.hasSuffix(" EVProcessing=Ongoing EVPresentVoltage=\(text) EVTargetVoltage=400"))
    }

    @Test func `what cannot be read says why`() throws {
        var trace = try SessionTrace()
        for record in ["{}", "[", #"{"ns": "urn:unknown", "exi": "80"}"#, #"{"ns": "urn:din:70121:2012:MsgDef"}"#] {
            #expect(throws: TableError.self) { _ = try trace.line(record) }
        }
    }
}
