// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import NIOWebSocket
import Testing

@testable import BackendLinks

@Suite struct MessageAssemblyTests {
    private func frame(
        _ opcode: WebSocketOpcode, _ text: String = "", fin: Bool = true, rsv1: Bool = false,
        mask: WebSocketMaskingKey? = nil
    ) -> WebSocketFrame {
        WebSocketFrame(fin: fin, rsv1: rsv1, opcode: opcode, maskKey: mask, data: ByteBuffer(string: text))
    }

    /// The close code that the last of the frames leads to.
    private func code(_ frames: WebSocketFrame..., limit: Int = 20) -> UInt16? {
        var assembly = MessageAssembly(limit: limit, inflater: nil)
        for frame in frames {
            do throws(Misbehaviour) { _ = try assembly.receive(frame) } catch { return error.code }
        }
        return nil
    }

    @Test func `fragments become one message, with a ping between them`() throws {
        var assembly = MessageAssembly(limit: 20, inflater: nil)
        #expect(try assembly.receive(frame(.text, "[2,", fin: false)) == .part)
        #expect(try assembly.receive(frame(.ping, "x")) == .ping(ByteBuffer(string: "x")))
        #expect(try assembly.receive(frame(.continuation, "\"a\"", fin: false)) == .part)
        #expect(try assembly.receive(frame(.continuation, "]")) == .text("[2,\"a\"]"))
    }

    @Test func `a character split between fragments is whole in the message`() throws {
        var assembly = MessageAssembly(limit: 20, inflater: nil)
        let bytes = Array("ü".utf8)
        let first = WebSocketFrame(fin: false, opcode: .text, data: ByteBuffer(bytes: bytes[..<1]))
        let second = WebSocketFrame(fin: true, opcode: .continuation, data: ByteBuffer(bytes: bytes[1...]))
        #expect(try assembly.receive(first) == .part)
        #expect(try assembly.receive(second) == .text("ü"))
    }

    @Test func `the limit counts all fragments together`() {
        #expect(code(frame(.text, "0123456789", fin: false), frame(.continuation, "0123456789")) == nil)
        #expect(code(frame(.text, "0123456789", fin: false), frame(.continuation, "0123456789x", fin: false)) == 1009)
    }

    @Test func `binary is refused with 1003`() { #expect(code(frame(.binary, "x")) == 1003) }

    @Test func `text that is not UTF-8 is refused with 1007`() {
        let bad = WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(bytes: [0x5b, 0xff, 0x5d]))
        #expect(code(bad) == 1007)
    }

    @Test func `what breaks the protocol is refused with 1002`() {
        #expect(code(frame(.continuation, "x")) == 1002)
        #expect(code(frame(.text, "x", fin: false), frame(.text, "y")) == 1002)
        #expect(code(frame(.text, "x", rsv1: true)) == 1002)
        #expect(code(frame(.text, "x", mask: .random())) == 1002)
        #expect(code(WebSocketFrame(fin: true, rsv2: true, opcode: .text, data: ByteBuffer())) == 1002)
        #expect(code(WebSocketFrame(fin: true, opcode: .connectionClose, data: ByteBuffer(bytes: [3]))) == 1002)
    }

    @Test(arguments: [
        (1000, true), (1005, false), (1006, false), (1015, false), (999, false), (3000, true), (5000, false),
    ])
    func `only codes that may be sent close a link`(number: Int, isGood: Bool) {
        let payload = ByteBuffer(integer: UInt16(number))
        #expect(code(WebSocketFrame(fin: true, opcode: .connectionClose, data: payload)) == (isGood ? nil : 1002))
    }

    @Test func `a close frame without a code is 1005`() throws {
        var assembly = MessageAssembly(limit: 20, inflater: nil)
        #expect(try assembly.receive(frame(.connectionClose)) == .close(code: 1005, reason: ""))
    }
}

@Suite struct DeflateTests {
    private let message = ByteBuffer(string: #"[2,"1","Heartbeat",{}]"#)

    @Test(arguments: [false, true], [Int32(9), 15])
    func `what is compressed is inflated again, message after message`(resets: Bool, window: Int32) throws {
        let deflater = try #require(Deflater(window: window, resets: resets))
        let inflater = try #require(Inflater(window: window, resets: resets))
        for size in [0, 1, 16_383, 16_384, 16_385, 100_000] {
            let bytes = ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) })
            let compressed = try #require(deflater.compress(bytes))
            #expect(try inflater.inflate(compressed, limit: 100_000) == bytes)
        }
    }

    @Test func `a repeated message shrinks when the context is kept`() throws {
        let deflater = try #require(Deflater(window: 15, resets: false))
        let first = try #require(deflater.compress(message))
        let second = try #require(deflater.compress(message))
        #expect(second.readableBytes < first.readableBytes / 2)
    }

    @Test func `a bomb is stopped at the limit`() throws {
        let deflater = try #require(Deflater(window: 15, resets: true))
        let bomb = try #require(deflater.compress(ByteBuffer(repeating: 0x20, count: 10_000_000)))
        #expect(bomb.readableBytes < 20_000)
        let inflater = try #require(Inflater(window: 15, resets: true))
        #expect(throws: Misbehaviour.tooBig(1_000_000)) { try inflater.inflate(bomb, limit: 1_000_000) }
    }

    @Test func `bytes that are no deflate are refused`() throws {
        let inflater = try #require(Inflater(window: 15, resets: true))
        #expect(throws: Misbehaviour.self) {
            try inflater.inflate(ByteBuffer(bytes: [0xff, 0xff, 0xff, 0xff]), limit: 1000)
        }
    }

    @Test func `the vectors of RFC 7692 inflate to Hello`() throws {
        // Sections 7.2.3.1, 7.2.3.3 (no compression), 7.2.3.4 (a final block), 7.2.3.5 (two blocks).
        let vectors: [[UInt8]] = [
            [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
            [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
            [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
            [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
        ]
        for bytes in vectors {
            let inflater = try #require(Inflater(window: 15, resets: false))
            #expect(try inflater.inflate(ByteBuffer(bytes: bytes), limit: 100) == ByteBuffer(string: "Hello"))
        }
    }

    @Test func `the backend's answer to the offer is read`() throws {
        #expect(try DeflateAgreement.answered([]) == nil)
        #expect(try DeflateAgreement.answered(["permessage-deflate"]) == DeflateAgreement())
        let full =
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits=12"
        #expect(
            try DeflateAgreement.answered([full])
                == DeflateAgreement(resetsOurs: true, resetsTheirs: true, ourWindow: 12, theirWindow: 15))
        #expect(try DeflateAgreement.answered(["permessage-deflate; client_max_window_bits=8"])?.ourWindow == nil)
    }

    @Test(arguments: [
        "permessage-bzip2", "permessage-deflate; x", "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits", "permessage-deflate, permessage-deflate",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    ])
    func `an answer that was not offered is refused`(answer: String) {
        #expect(throws: ExtensionFault.self) { try DeflateAgreement.answered([answer]) }
    }
}
