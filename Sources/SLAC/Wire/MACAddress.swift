// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// An Ethernet address, 48 bits.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    /// The first octet on the wire is the highest of the 48 bits.
    public let bits: UInt64

    public init(bits: UInt64) { self.bits = bits & 0xFFFF_FFFF_FFFF }

    /// - Returns: nil unless there are 6 octets.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        self.init(bits: octets.reduce(0) { $0 << 8 | UInt64($1) })
    }

    public static let broadcast = MACAddress(bits: 0xFFFF_FFFF_FFFF)
    /// Where a host reaches the modem it is wired to, by the convention of the modems of the QCA7000 family.
    public static let localModem = MACAddress(bits: 0x00B0_5200_0001)

    public var octets: [UInt8] { bigEndianOctets(bits, count: 6) }

    public var description: String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}

func bigEndianOctets(_ bits: UInt64, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * (count - 1 - $0))) }
}
