// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Lines of OpenEVSE's RAPI: `$` text, checksum, carriage return (open_evse `rapi_proc.h`).
package enum RAPIFrame {
    /// `$GS^30\r`: the checksum is the exclusive or of everything before `^`.
    package static func encode(_ command: String) -> [UInt8] {
        let body = Array("$\(command)".utf8)
        return body + [UInt8(ascii: "^")] + hex(body.reduce(0, ^)) + [UInt8(ascii: "\r")]
    }

    private static func hex(_ byte: UInt8) -> [UInt8] {
        [byte >> 4, byte & 0xF].map { $0 < 10 ? UInt8(ascii: "0") + $0 : UInt8(ascii: "A") + $0 - 10 }
    }

    /// The words of a line without its carriage return, or nil where the checksum is wrong or nothing begins with `$`.
    ///
    /// Accepts the exclusive or after `^`, the sum after `*` of older firmware, and lines without a checksum, which
    /// firmware before protocol 2.0.0 answers.
    package static func decode(_ line: [UInt8]) -> [String]? {
        guard line.first == UInt8(ascii: "$") else { return nil }
        guard let mark = line.lastIndex(where: { $0 == UInt8(ascii: "^") || $0 == UInt8(ascii: "*") }) else {
            return words(line[1...])
        }
        let body = line[..<mark]
        let sum = line[mark] == UInt8(ascii: "^") ? body.reduce(0, ^) : body.reduce(0, &+)
        guard Array(line[(mark + 1)...]).map(upper) == hex(sum) else { return nil }
        return words(body.dropFirst())
    }

    package static func hasChecksum(_ line: [UInt8]) -> Bool {
        line.contains { $0 == UInt8(ascii: "^") || $0 == UInt8(ascii: "*") }
    }

    private static func upper(_ byte: UInt8) -> UInt8 { (0x61...0x66).contains(byte) ? byte - 0x20 : byte }

    private static func words(_ bytes: ArraySlice<UInt8>) -> [String]? {
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        let words = bytes.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        // The optional sequence number of protocol 3 is of no use to a client that asks one thing at a time.
        return words.isEmpty ? nil : words.filter { !$0.hasPrefix(":") }
    }
}

/// Cuts a byte stream into RAPI lines. Bounded: what is longer than any line is dropped up to the next `$`.
package struct RAPILines {
    private var line: [UInt8] = []
    package static let longestLine = 128

    package init() {}

    package mutating func discard() { line = [] }

    /// The complete lines in `bytes`, together with what came before.
    package mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        var complete: [[UInt8]] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "$"): line = [byte]
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                if !line.isEmpty { complete.append(line) }
                line = []
            default:
                // Noise before a line begins is not kept.
                if !line.isEmpty { line.append(byte) }
                if line.count > Self.longestLine { line = [] }
            }
        }
        return complete
    }
}
