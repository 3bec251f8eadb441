// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// One frame of the V2G transfer protocol: eight bytes of header, then the payload (ISO 15118-2:2014, 7.8.3).
public struct V2GTPFrame: Hashable, Sendable {
    public static let headerLength = 8
    static let version: UInt8 = 0x01

    public var type: PayloadType
    public var payload: [UInt8]

    public init(type: PayloadType, payload: [UInt8]) {
        self.type = type
        self.payload = payload
    }

    public var bytes: [UInt8] {
        let length = UInt32(truncatingIfNeeded: payload.count)
        return [Self.version, ~Self.version] + bigEndian(type.rawValue) + bigEndian(length) + payload
    }

    /// One frame that fills a datagram.
    public init(datagram: [UInt8], atMost cap: Int) throws(V2GTPError) {
        let header = try V2GTPHeader(datagram[...], atMost: cap)
        let payload = datagram.dropFirst(Self.headerLength)
        guard payload.count == header.length else {
            throw .wrongLength(announced: header.length, found: payload.count)
        }
        self.init(type: header.type, payload: Array(payload))
    }
}

/// The peer does not speak V2GTP, or not as agreed. There is no way to find the next frame: the connection has to end.
public enum V2GTPError: Error, Hashable, Sendable, CustomStringConvertible {
    case truncatedHeader(Int)
    /// Not version 1 followed by its complement.
    case wrongVersion(UInt8, UInt8)
    case unknownPayloadType(UInt16)
    case tooLong(Int, atMost: Int)
    case wrongLength(announced: Int, found: Int)

    public var description: String {
        switch self {
        case .truncatedHeader(let count): "The peer's datagram has \(count) of the 8 bytes of a V2GTP header."
        case .wrongVersion(let version, let inverse):
            "The peer sent \(version), \(inverse) where V2GTP has 1, 254. Does it speak another protocol, or TLS?"
        case .unknownPayloadType(let type): "V2GTP payload type \(type) from the peer has no meaning here."
        case .tooLong(let length, let cap): "The peer announced \(length) bytes; at most \(cap) are taken."
        case .wrongLength(let announced, let found): "The peer announced \(announced) bytes and sent \(found)."
        }
    }
}

struct V2GTPHeader {
    let type: PayloadType
    let length: Int

    /// - Parameter bytes: Starts with the header; more may follow.
    init(_ bytes: ArraySlice<UInt8>, atMost cap: Int) throws(V2GTPError) {
        let head = Array(bytes.prefix(V2GTPFrame.headerLength))
        guard head.count == V2GTPFrame.headerLength else { throw .truncatedHeader(head.count) }
        guard head[0] == V2GTPFrame.version, head[1] == ~V2GTPFrame.version else {
            throw .wrongVersion(head[0], head[1])
        }
        let number = UInt16(head[2]) << 8 | UInt16(head[3])
        guard let type = PayloadType(rawValue: number) else { throw .unknownPayloadType(number) }
        let length = head[4...].reduce(0) { $0 << 8 | Int($1) }
        guard length <= cap else { throw .tooLong(length, atMost: cap) }
        self.type = type
        self.length = length
    }
}

func bigEndian<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number) -> [UInt8] {
    stride(from: Number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> Number($0)) }
}
