// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Reads bit-packed EXI from untrusted bytes: nothing is taken that is not there, and nothing is allocated before the
/// bytes that would fill it were seen to exist.
public struct BitReader: Sendable {
    let bytes: [UInt8]
    /// The next byte that is not yet in `window`.
    private var next = 0
    /// The bits ahead, left-aligned; what follows them is zero.
    private var window: UInt64 = 0
    /// How many bits of `window` are of the message.
    private var ahead = 0
    /// Accept lists that were written without the end EXI gives to a full list (see `eventAfterItem`).
    let isLenientAboutFullLists: Bool
    /// Where each string of this message began, for compact identifiers.
    var strings = StringPlaces()
    /// What compact identifiers have cost so far: the characters taken from there, and the places looked through.
    var repeated = 0
    /// The most they may cost in one message: a short one must not fill the memory or keep the processor.
    public static let mostRepeated = 65_536
    /// Characters of the string at hand.
    var scratch: [UInt8] = []

    public init(_ bytes: [UInt8], lenientAboutFullLists: Bool = false) {
        self.bytes = bytes
        isLenientAboutFullLists = lenientAboutFullLists
    }

    /// Bits read so far.
    public var position: Int { next * 8 - ahead }
    var remainingBits: Int { bytes.count * 8 - position }

    func failure(_ reason: EXIError.Reason) -> EXIError { EXIError(bit: position, reason: reason) }

    /// - Parameter count: 0…32.
    mutating func bits(_ count: Int) throws(EXIError) -> UInt64 {
        if ahead < count { try refill(count) }
        // Two shifts, because a shift by 64 for `count` 0 must give 0.
        let value = (window &>> 1) &>> UInt64(63 - count)
        window &<<= UInt64(count)
        ahead -= count
        return value
    }

    @inline(never) private mutating func refill(_ wanted: Int) throws(EXIError) {
        while ahead <= 56, next < bytes.count {
            window |= UInt64(bytes[next]) << UInt64(56 - ahead)
            next += 1
            ahead += 8
        }
        if ahead < wanted { throw failure(.endOfMessage(missingBits: wanted - ahead)) }
    }

    /// Reads from another place, for a string that was already in the message; `back` returns.
    mutating func jump(to position: Int) throws(EXIError) {
        next = position / 8
        window = 0
        ahead = 0
        _ = try bits(position % 8)
    }

    /// What is left must be less than a byte, and zero.
    public mutating func endOfMessage() throws(EXIError) {
        guard remainingBits < 8, try bits(remainingBits) == 0 else { throw failure(.trailingData) }
    }
}

/// The places of the strings of one message, with the names that give them their local identifiers.
struct StringPlaces: Sendable {
    struct Place {
        let name: UInt16
        /// Bit position of the string's length.
        let bit: UInt32
    }
    private(set) var all: [Place] = []

    mutating func add(_ name: UInt16, at bit: Int) {
        if all.isEmpty { all.reserveCapacity(16) }
        all.append(Place(name: name, bit: UInt32(truncatingIfNeeded: bit)))
    }
}
