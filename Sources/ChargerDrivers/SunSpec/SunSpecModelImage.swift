// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The registers of one model as they were read, from its ID register on.
struct SunSpecModelImage: Equatable {
    /// Of the ID register.
    let address: Int
    private(set) var registers: [UInt16] = []

    init(at address: Int) { self.address = address }

    mutating func append(_ words: [UInt16]) { registers += words }

    /// Without ID and length; nil before it was read.
    var length: Int? { registers.count >= 2 ? Int(registers[1]) : nil }

    /// What is still to be read: where, and how many registers. nil when all is there.
    func missing(atMost most: Int) -> (address: Int, count: Int)? {
        let known = registers.count
        guard let length else { return (address + known, 2 - known) }
        let left = length + 2 - known
        return left > 0 ? (address + known, min(left, most)) : nil
    }

    func word(_ offset: Int) -> UInt16? { registers.indices.contains(offset) ? registers[offset] : nil }

    /// Unsigned, or nil where the model is shorter.
    func number(_ offset: Int, words: Int) -> UInt32? {
        guard offset >= 0, offset + words <= registers.count else { return nil }
        return registers[offset..<offset + words].reduce(0) { $0 << 16 | UInt32($1) }
    }

    /// A power of ten; a scale factor that is not implemented is none.
    func scale(_ offset: Int) -> Double {
        guard let word = word(offset), word != 0x8000 else { return 1 }
        let exponent = Int(Int16(bitPattern: word))
        guard (-10...10).contains(exponent) else { return 1 }
        return (0..<abs(exponent)).reduce(1.0) { value, _ in exponent < 0 ? value / 10 : value * 10 }
    }
}
