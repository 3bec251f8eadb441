// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXITables
import Testing

@Suite struct MessageLinesTests {
    let lines: MessageLines
    init() throws { lines = try MessageLines() }

    static let bytes =
        #"{"schema": "urn:iso:15118:2:2013:MsgDef", "root": "Body(empty)", "kind": "document", "exi": "8098022ebbec1bb9e869aed230"}"#
    static let meaning =
        #"{"schema": "urn:iso:15118:2:2013:MsgDef", "root": "Body(empty)", "kind": "document", "#
        + #""json": {"V2G_Message": {"Header": {"SessionID": "BAEFB06EE7A1A6BB"}, "Body": {}}}}"#

    @Test func `a line with bytes becomes the line with their meaning, and back`() throws {
        #expect(try lines.decode(Self.bytes) == Self.meaning)
        #expect(try lines.encode(Self.meaning) == Self.bytes)
    }

    @Test func `the short name of a set is enough`() throws {
        #expect(try lines.decode(#"{"exi": "8098022ebbec1bb9e869aed230"}"#, schema: "iso2") == Self.meaning)
    }

    @Test(arguments: [
        (#"{"exi": "80"}"#, "neither the line nor --schema names one"),
        (#"{"exi": "8"}"#, "“exi” is missing, or not hexadecimal"),
        (#"{"exi": "80", "kind": "element"}"#, "“kind” is document or fragment, not “element”"),
        (#"{"exi": 80}"#, "“exi” is missing, or not hexadecimal"),
        (#"{"exi": "80"#, "not JSON at byte 11: expected a closing quote"),
        (
            #"{"exi": "809802"}"#,
            "V2G_Message/Header/SessionID: EXI at bit 18 (byte 2): the message ends 2 bits too early; it is cut or of another schema"
        ),
    ])
    func `a line that cannot be decoded is refused with the reason`(line: String, reason: String) {
        let schema = reason.hasPrefix("neither") ? nil : "iso2"
        #expect { try lines.decode(line, schema: schema) } throws: { "\($0)" == reason }
    }

    @Test(arguments: [
        (#"{"Hello": {}}"#, "Hello is no message of urn:iso:15118:2:2013:MsgDef"),
        (#"{"V2G_Message": {"Body": {}}}"#, "V2G_Message: lacks one of: Header"),
        (
            #"{"V2G_Message": {"Header": {"SessionID": "00"}, "Body": {"SessionStopReq": {"ChargingSession": "Stop"}}}}"#,
            #"V2G_Message/Body/SessionStopReq/ChargingSession: "Stop" is no value of this type"#
        ),
        (
            #"{"V2G_Message": {"Header": {"SessionID": "00", "Hello": 1}, "Body": {}}}"#,
            "V2G_Message/Header: “Hello” is not known here, comes too often or excludes another"
        ),
        (
            #"{"V2G_Message": {"Header": {"SessionID": "001122334455667788"}, "Body": {}}}"#,
            "V2G_Message/Header/SessionID: EXI at bit 18 (byte 2): a value of length 9, at most 8 is allowed"
        ),
    ])
    func `a value that the schema does not allow is refused with the way to it`(json: String, reason: String) {
        #expect { try lines.encode(#"{"json": \#(json)}"#, schema: "iso2") } throws: { "\($0)" == reason }
    }
}
