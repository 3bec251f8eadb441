// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What one version of a QR code holds at level M (ISO/IEC 18004, tables 1, 9 and E.1).
struct QRCodeCapacity: Equatable, Sendable {
    let number: Int

    /// Codewords of error correction in each block, and blocks, by version from 1.
    private static let corrections = [
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28,
        28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    ]
    private static let blocks = [
        1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31,
        33, 35, 37, 38, 40, 43, 45, 47, 49,
    ]

    static func smallest(for byteCount: Int) -> QRCodeCapacity? {
        (1...40).lazy.map(QRCodeCapacity.init).first { $0.mostBytes >= byteCount }
    }

    var size: Int { 17 + 4 * number }
    var correction: Int { Self.corrections[number - 1] }
    var blockCount: Int { Self.blocks[number - 1] }
    /// Bits of the length.
    var lengthBits: Int { number < 10 ? 8 : 16 }
    var mostBytes: Int { (dataWords * 8 - 4 - lengthBits) / 8 }
    var dataWords: Int { words - correction * blockCount }

    /// Of data and error correction: what finders, timing, alignment, format and version leave.
    var words: Int {
        var modules = (16 * number + 128) * number + 64
        if number >= 2 {
            let count = number / 7 + 2
            modules -= (25 * count - 10) * count - 55
            if number >= 7 { modules -= 36 }
        }
        return modules / 8
    }

    /// Centres of the alignment patterns, along both axes.
    var alignment: [Int] {
        guard number >= 2 else { return [] }
        let count = number / 7 + 2
        // Version 32 is the one the rule does not give.
        let step = number == 32 ? 26 : (number * 4 + count * 2 + 1) / (count * 2 - 2) * 2
        return [6] + (0..<(count - 1)).map { size - 7 - $0 * step }.reversed()
    }
}

/// The codewords of a QR code: bytes, padding, error correction.
enum QRCodeWords {
    /// Byte by byte of all blocks, data first.
    static func interleaved(_ bytes: [UInt8], _ version: QRCodeCapacity) -> [UInt8] {
        let data = padded(bytes, version)
        let shortLength = version.dataWords / version.blockCount
        let shortCount = version.blockCount - version.dataWords % version.blockCount
        var blocks: [ArraySlice<UInt8>] = []
        var rest = data[...]
        for index in 0..<version.blockCount {
            let length = index < shortCount ? shortLength : shortLength + 1
            blocks.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        let divisor = ReedSolomon.divisor(degree: version.correction)
        let corrections = blocks.map { ReedSolomon.remainder(of: $0, by: divisor) }
        return taken(blocks.map(Array.init)) + taken(corrections)
    }

    private static func taken(_ blocks: [[UInt8]]) -> [UInt8] {
        let longest = blocks.map(\.count).max() ?? 0
        return (0..<longest).flatMap { index in blocks.compactMap { index < $0.count ? $0[index] : nil } }
    }

    /// Byte mode, length, bytes, a terminator, and the two words of padding in turn.
    private static func padded(_ bytes: [UInt8], _ version: QRCodeCapacity) -> [UInt8] {
        var bits: [Bool] = []
        func add(_ value: Int, _ count: Int) { bits += (0..<count).reversed().map { value >> $0 & 1 == 1 } }
        add(0b0100, 4)
        add(bytes.count, version.lengthBits)
        for byte in bytes { add(Int(byte), 8) }
        bits += Array(repeating: false, count: min(4, version.dataWords * 8 - bits.count))
        bits += Array(repeating: false, count: (8 - bits.count % 8) % 8)
        var words = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<(start + 8)].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        let padding: [UInt8] = [0xec, 0x11]
        let missing = version.dataWords - words.count
        words += (0..<missing).map { padding[$0 % 2] }
        return words
    }
}

/// Over the field of 256 elements modulo x⁸ + x⁴ + x³ + x² + 1.
enum ReedSolomon {
    static func divisor(degree: Int) -> [UInt8] {
        var coefficients: [UInt8] = Array(repeating: 0, count: degree - 1) + [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in coefficients.indices {
                coefficients[index] = product(coefficients[index], root)
                if index + 1 < degree { coefficients[index] ^= coefficients[index + 1] }
            }
            root = product(root, 2)
        }
        return coefficients
    }

    static func remainder(of data: some Sequence<UInt8>, by divisor: [UInt8]) -> [UInt8] {
        var remainder: [UInt8] = Array(repeating: 0, count: divisor.count)
        for byte in data {
            let factor = byte ^ remainder.removeFirst()
            remainder.append(0)
            for index in divisor.indices { remainder[index] ^= product(divisor[index], factor) }
        }
        return remainder
    }

    private static func product(_ one: UInt8, _ other: UInt8) -> UInt8 {
        var result = 0
        for index in (0..<8).reversed() {
            result = result << 1 ^ (result >> 7) * 0x11d
            if other >> index & 1 == 1 { result ^= Int(one) }
        }
        return UInt8(truncatingIfNeeded: result)
    }
}

extension DriverDisplay.Code {
    /// - Returns: Nil for a text that no code holds.
    package init?(_ text: String) {
        guard let code = QRCode(Array(text.utf8)) else { return nil }
        self.init(size: code.size, path: code.path)
    }
}
