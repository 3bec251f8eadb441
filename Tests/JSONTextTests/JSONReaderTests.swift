// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import Testing

@Suite struct JSONReaderTests {
    @Test(arguments: [
        "0", "-0", "-1.5e+10", "\"\"", "true", "[ ]", "{ }", "[1,[2,[3]]]", "{\"a\":{\"b\":[null,false]}}", " \t\r\n1 ",
        "\"\\u00e9\\ud83d\\ude00\\n\\/\"", "\"é😀\"",
    ])
    func `JSON is read`(text: String) throws {
        #expect(throws: Never.self) { try JSON.parse(text) }
        var reader = JSONReader(Array(text.utf8))
        try reader.skip()
        try reader.end()
    }

    @Test(arguments: [
        ("", "not JSON at byte 0: expected a value"),
        ("01", "not JSON at byte 1: expected no digit after a leading zero"),
        ("1.", "not JSON at byte 2: expected a digit"),
        ("1e", "not JSON at byte 2: expected a digit"),
        ("+1", "not JSON at byte 0: expected a value"),
        ("-", "not JSON at byte 1: expected a digit"),
        (".5", "not JSON at byte 0: expected a value"),
        ("[1,]", "not JSON at byte 3: expected a value"),
        ("[1 2]", "not JSON at byte 3: expected “,” or “]”"),
        ("{\"a\" 1}", "not JSON at byte 5: expected “:”"),
        ("{a:1}", "not JSON at byte 1: expected a name in quotes"),
        ("{\"a\":1,}", "not JSON at byte 7: expected a name in quotes"),
        ("{\"a\":1,\"\\u0061\":2}", "not JSON at byte 16: expected every name once, not “a” again"),
        ("\"\\ud83d\"", "not JSON at byte 7: expected the second half of a surrogate pair"),
        ("\"\\ude00\"", "not JSON at byte 7: expected a Unicode character"),
        ("\"\\x\"", "not JSON at byte 3: expected an escaped character"),
        ("\"\t\"", "not JSON at byte 1: expected a control character to be escaped"),
        ("\"abc", "not JSON at byte 4: expected a closing quote"),
        ("nul", "not JSON at byte 0: expected a value"),
        ("tru", "not JSON at byte 0: expected a value"),
        ("1 2", "not JSON at byte 2: expected the end of the text"),
        ("\u{B}1", "not JSON at byte 0: expected a value"),
    ])
    func `what is no JSON is refused at its place`(text: String, message: String) {
        do {
            _ = try JSON.parse(text)
            Issue.record("accepted")
        } catch { #expect(error.description == message) }
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        #expect(throws: JSONError.self) { try JSON.parse([0x22, 0xC3, 0x28, 0x22]) }
        #expect(throws: JSONError.self) { try JSON.parse([0x22, 0xED, 0xA0, 0x80, 0x22]) }
    }

    @Test func `depth is bounded, however long the text`() {
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONError(offset: 65, expected: "at most 64 levels")) { try JSON.parse(deep) }
        #expect(throws: Never.self) {
            try JSON.parse(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
        }
    }

    @Test(arguments: [
        ("12", 12), ("-3", -3), ("1.0", 1), ("1e2", 100), ("120e-1", 12), ("1.5", nil), ("1e19", nil),
        ("9223372036854775807", 9_223_372_036_854_775_807), ("9223372036854775808", nil), ("0e999999999", 0),
        ("1e-999999999999", nil), ("12345678901234567890", nil),
    ])
    func `a whole number is one by its value`(text: String, value: Int?) throws {
        var reader = JSONReader(Array(text.utf8))
        #expect(try reader.number().integer == value)
    }

    @Test func `what is written is read again`() throws {
        let tree = JSON.object([
            .init("a\"b", .array([.number("1.50"), .null, .boolean(true), .string("\u{1}\n\\é")])),
            .init("", .object([])),
        ])
        var writer = JSONWriter()
        writer.tree(tree)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a\"b":[1.50,null,true,"\u0001\n\\é"],"":{}}"#)
        #expect(try JSON.parse(writer.bytes) == tree)
    }
}
