// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXITables
import Testing

@testable import EXI

@Suite struct BitStreamTests {
    @Test(
        arguments: [
            (0, [0x00]), (1, [0x01]), (127, [0x7F]), (128, [0x80, 0x01]), (16_384, [0x80, 0x80, 0x01]),
            (UInt64.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
        ] as [(UInt64, [UInt8])])
    func `unsigned integers have seven bits a byte, the least significant first`(value: UInt64, bytes: [UInt8]) throws {
        var output = BitWriter()
        output.unsignedInteger(value)
        #expect(output.finish() == bytes)
        var input = BitReader(bytes)
        #expect(try input.unsignedInteger() == value)
    }

    @Test(arguments: [0, -1, 1, -128, 32_767, -32_768, Int64.max, Int64.min])
    func `signed integers come back`(value: Int64) throws {
        var output = BitWriter()
        try output.signed(value, .min, .max)
        var input = BitReader(output.finish())
        #expect(try input.signed(.min, .max) == value)
    }

    @Test(arguments: [
        "0", "-1", "1", "127", "128", "-128", "-129", "1180591620717411315769",
        "-340282366920938463463374607431768211456",
    ])
    func `integers without bounds come back, digit by digit`(text: String) throws {
        let value = try #require(WideInteger(decimal: text))
        #expect(value.description == text)
        var output = BitWriter()
        try output.wideInteger(value)
        var input = BitReader(output.finish())
        #expect(try input.wideInteger() == value)
    }

    /// Found by fuzzing: the last group of seven bits could make it longer than what is written.
    @Test func `the widest integer that is read can be written`() throws {
        let groups = WideInteger.longest * 8 / 7
        for last in UInt8(0)...7 {
            var output = BitWriter()
            output.boolean(true)
            for _ in 0..<groups { output.bits(0xFF, 8) }
            output.bits(UInt64(last), 8)
            var input = BitReader(output.finish())
            guard let value = try? input.wideInteger() else { continue }
            var again = BitWriter()
            #expect(throws: Never.self) { try again.wideInteger(value) }
        }
    }

    @Test func `an integer of more than 64 bits is refused where it becomes too wide`() {
        var input = BitReader([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02])
        #expect(throws: EXIError(bit: 80, reason: .integerTooWide)) { try input.unsignedInteger() }
    }

    @Test func `an integer that never ends is refused`() {
        var input = BitReader([UInt8](repeating: 0x80, count: 1_000))
        #expect(throws: EXIError(bit: 88, reason: .integerTooWide)) { try input.unsignedInteger() }
        input = BitReader([UInt8](repeating: 0xFF, count: 1_000))
        #expect(throws: EXIError.self) { try input.wideInteger() }
    }

    @Test func `a character outside the basic plane counts as one`() throws {
        var output = BitWriter()
        try output.string("\u{1F600}", 1)
        let bytes = output.finish()
        #expect(bytes == [0x03, 0x80, 0xEC, 0x07])
        var input = BitReader(bytes)
        #expect(try input.string(0, 1) == "\u{1F600}")
    }

    @Test(arguments: [[0x03, 0x80, 0xB0, 0x03], [0x03, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]] as [[UInt8]])
    func `code points that do not exist are refused`(bytes: [UInt8]) {
        var input = BitReader(bytes)
        #expect { try input.string(0, 1) } throws: { error in
            if case .notUnicode = (error as? EXIError)?.reason { true } else { false }
        }
    }

    @Test(
        arguments: [
            [0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x00],
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 0x00], [0x02, 0x00],
        ] as [[UInt8]])
    func `a length is believed only as far as there are bytes`(bytes: [UInt8]) {
        var input = BitReader(bytes)
        #expect { try input.binary(.max) } throws: { error in
            if case .endOfMessage = (error as? EXIError)?.reason { true } else { false }
        }
    }

    @Test func `a value longer than the schema allows is refused before it is read`() {
        var input = BitReader([0x05, 1, 2, 3, 4, 5])
        #expect(throws: EXIError(bit: 8, reason: .tooLong(5, atMost: 4))) { try input.binary(4) }
    }

    @Test func `a short message cannot repeat a long string without end`() {
        var output = BitWriter()
        let text = String(repeating: "a", count: 30_000)
        #expect(throws: Never.self) { try output.string(text, .max) }
        // Global identifiers of the only string so far have no bits.
        var input = BitReader(output.finish() + [1, 1, 1])
        #expect(throws: Never.self) { try input.string(0, .max) }
        #expect(throws: Never.self) { try input.string(1, .max) }
        #expect(throws: Never.self) { try input.string(1, .max) }
        #expect { try input.string(1, .max) } throws: { ($0 as? EXIError)?.reason == .tooMuchRepetition }
    }

    @Test func `what follows the end of a message is refused`() throws {
        let response = AppProtocol.SupportedAppProtocolRes(responseCode: .ok_SuccessfulNegotiation, schemaID: 1)
        let bytes = try AppProtocol.Document.supportedAppProtocolRes(response).encode()
        #expect(bytes == [0x80, 0x40, 0x00, 0x40])
        #expect { try AppProtocol.Document.decode(bytes + [0]) } throws: { ($0 as? EXIError)?.reason == .trailingData }
    }

    @Test func `a message that is not EXI is refused at its first byte`() {
        #expect(throws: EXIError(bit: 0, reason: .notEXI(header: 0x01))) {
            try AppProtocol.Document.decode([0x01, 0xFE])
        }
    }

    @Test func `values that the schema does not allow are not written`() {
        let tooLong = AppProtocol.AppProtocol(
            protocolNamespace: String(repeating: "a", count: 101), versionNumberMajor: 2, versionNumberMinor: 0,
            schemaID: 1,
            priority: 1)
        let noPriority = AppProtocol.AppProtocol(
            protocolNamespace: "a", versionNumberMajor: 2, versionNumberMinor: 0, schemaID: 1, priority: 0)
        for list in [[], [tooLong], [noPriority]] {
            let request = AppProtocol.Document.supportedAppProtocolReq(.init(appProtocol: list))
            #expect(throws: EXIError.self) { try request.encode() }
        }
    }
}
