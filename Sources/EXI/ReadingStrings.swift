// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

// Strings: literal, or a compact identifier of one that came before in this message (W3C EXI 1.0, 7.3.3).

extension BitReader {
    /// - Parameters:
    ///   - name: The element or attribute, which has string identifiers of its own.
    ///   - most: Characters (Unicode code points).
    public mutating func string(_ name: UInt16, _ most: Int) throws(EXIError) -> String {
        let start = position
        let length = try unsignedInteger()
        switch length {
        case 0: return try repeated(most) { $0.name == name }
        case 1: return try repeated(most) { _ in true }
        default:
            let count = try checked(length - 2, most)
            if count > 0 { strings.add(name, at: start) }
            return try characters(count)
        }
    }

    private mutating func repeated(_ most: Int, _ isOfPartition: (StringPlaces.Place) -> Bool) throws(EXIError)
        -> String
    {
        let count = strings.all.count(where: isOfPartition)
        let index = Int(try bits(codeWidth(count)))
        guard index < count else { throw failure(.unknownString(index)) }
        let place = strings.all.lazy.filter(isOfPartition).dropFirst(index).first
        guard let place else { throw failure(.unknownString(index)) }
        let back = position
        try jump(to: Int(place.bit))
        let written = try unsignedInteger()
        let length = try checked(written &- 2, most)
        repeated += length + strings.all.count
        guard repeated <= Self.mostRepeated else { throw failure(.tooMuchRepetition) }
        let text = try characters(length)
        try jump(to: back)
        return text
    }

    private mutating func characters(_ count: Int) throws(EXIError) -> String {
        scratch.removeAll(keepingCapacity: true)
        for _ in 0..<count {
            let first = try bits(8)
            if first < 0x80 {
                scratch.append(UInt8(truncatingIfNeeded: first))
            } else {
                try appendCharacter(first)
            }
        }
        return String(decoding: scratch, as: UTF8.self)
    }

    /// A character that is not ASCII; its least significant seven bits are read.
    private mutating func appendCharacter(_ first: UInt64) throws(EXIError) {
        var value = first & 0x7F
        var shift: UInt64 = 7
        var group = first
        while group >= 0x80 {
            group = try bits(8)
            value |= (group & 0x7F) << shift
            shift += 7
            guard shift <= 28 else { throw failure(.notUnicode(value)) }
        }
        guard let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init) else {
            throw failure(.notUnicode(value))
        }
        if let encoded = UTF8.encode(scalar) { scratch.append(contentsOf: encoded) }
    }
}

/// Bits that tell `count` things apart.
func codeWidth(_ count: Int) -> Int { count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }
