// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A management message with its Ethernet header.
public struct ManagementFrame: Hashable, Sendable {
    public static let etherType: UInt16 = 0x88E1
    /// A frame of Ethernet without its check sequence.
    public static let longest = 1_514
    /// Shorter frames are filled up with zeros.
    static let shortest = 60

    public var destination: MACAddress
    public var source: MACAddress
    public var message: ManagementMessage

    public init(to destination: MACAddress, from source: MACAddress, _ message: ManagementMessage) {
        (self.destination, self.source, self.message) = (destination, source, message)
    }

    /// What follows the message is padding and not looked at.
    public init(bytes: [UInt8]) throws(FrameError) {
        guard bytes.count <= Self.longest else { throw .tooLong(bytes.count) }
        var reader = FrameReader(bytes)
        destination = try reader.address()
        source = try reader.address()
        let etherType = try reader.bigEndian16()
        guard etherType == Self.etherType else { throw .etherType(etherType) }
        let version = try reader.octet()
        // 0 (HomePlug AV 1.0) has no fragmentation fields and carries no message of matching.
        guard version == 1 || version == 2 else { throw .version(version) }
        let type = try reader.littleEndian16()
        guard try reader.littleEndian16() == 0 else { throw .fragmented }
        message = try ManagementMessage(type: type, &reader)
    }

    /// At least 60 octets, as modems want it.
    public var bytes: [UInt8] {
        var bytes = destination.octets + source.octets
        bytes += [0x88, 0xE1, 1]
        bytes += [UInt8(truncatingIfNeeded: message.type), UInt8(truncatingIfNeeded: message.type >> 8), 0, 0]
        bytes += message.payload
        return bytes + Array(repeating: 0, count: max(0, Self.shortest - bytes.count))
    }
}

/// A frame that is left alone.
public enum FrameError: Error, Hashable, Sendable {
    /// It ends at this offset, within a field.
    case ended(at: Int)
    case tooLong(Int)
    case etherType(UInt16)
    case version(UInt8)
    case fragmented
    /// A message that matching does not know: modems say much else.
    case unknown(UInt16)
    /// A field has a value that matching does not have; the octet after it.
    case value(at: Int)
}

/// Reads octets front to back, never beyond the end.
struct FrameReader {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func octets(_ count: Int) throws(FrameError) -> [UInt8] {
        guard count <= bytes.count - position else { throw .ended(at: bytes.count) }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func octet() throws(FrameError) -> UInt8 {
        guard position < bytes.count else { throw .ended(at: bytes.count) }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func skip(_ count: Int) throws(FrameError) { _ = try octets(count) }

    mutating func bigEndian16() throws(FrameError) -> UInt16 {
        let high = try octet()
        return UInt16(high) << 8 | UInt16(try octet())
    }

    mutating func littleEndian16() throws(FrameError) -> UInt16 {
        let low = try octet()
        return UInt16(try octet()) << 8 | UInt16(low)
    }

    mutating func address() throws(FrameError) -> MACAddress {
        MACAddress(bits: try octets(6).reduce(0) { $0 << 8 | UInt64($1) })
    }

    mutating func run() throws(FrameError) -> RunID {
        RunID(bits: try octets(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    mutating func expect(_ value: UInt8) throws(FrameError) {
        guard try octet() == value else { throw .value(at: position) }
    }

    mutating func expect(_ value: UInt16) throws(FrameError) {
        guard try littleEndian16() == value else { throw .value(at: position) }
    }
}
