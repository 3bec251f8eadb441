// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// SECC discovery: how a car finds the station's address and port (ISO 15118-2:2014, 7.10.1; ISO 15118-20:2022, 7.10.1).
/// One datagram each way, to ff02::1 port 15118.
public enum Discovery {
    public static let port: UInt16 = 15_118
    /// Neither payload is longer.
    static let cap = 20

    public enum Security: UInt8, Hashable, Sendable { case tls = 0x00, none = 0x10 }
    public enum Transport: UInt8, Hashable, Sendable { case tcp = 0x00 }

    public struct Request: Hashable, Sendable {
        public var security: Security
        public var transport: Transport

        public init(security: Security, transport: Transport = .tcp) {
            self.security = security
            self.transport = transport
        }

        public init(datagram: [UInt8]) throws(DiscoveryError) {
            let payload = try Discovery.payload(datagram, .discoveryRequest, length: 2)
            security = try Discovery.security(payload[0])
            transport = try Discovery.transport(payload[1])
        }

        public var datagram: [UInt8] {
            V2GTPFrame(type: .discoveryRequest, payload: [security.rawValue, transport.rawValue]).bytes
        }
    }

    public struct Response: Hashable, Sendable {
        /// The 16 bytes of an IPv6 address.
        public let address: [UInt8]
        public var port: UInt16
        public var security: Security
        public var transport: Transport

        /// - Returns: nil unless the address has 16 bytes.
        public init?(address: [UInt8], port: UInt16, security: Security, transport: Transport = .tcp) {
            guard address.count == 16 else { return nil }
            self.address = address
            self.port = port
            self.security = security
            self.transport = transport
        }

        public init(datagram: [UInt8]) throws(DiscoveryError) {
            let payload = try Discovery.payload(datagram, .discoveryResponse, length: 20)
            address = Array(payload[..<16])
            port = UInt16(payload[16]) << 8 | UInt16(payload[17])
            security = try Discovery.security(payload[18])
            transport = try Discovery.transport(payload[19])
        }

        public var datagram: [UInt8] {
            let payload = address + bigEndian(port) + [security.rawValue, transport.rawValue]
            return V2GTPFrame(type: .discoveryResponse, payload: payload).bytes
        }
    }

    /// What the station answers a car.
    /// - Parameter offered: With TLS and without, where the station listens.
    /// - Returns: nil to stay silent, which tells a car that wants TLS only to look elsewhere. A car that asks for no TLS
    ///   where only TLS is offered is told so and may follow.
    public static func answer(_ request: Request, offered: [Response]) -> Response? {
        if let same = offered.first(where: { $0.security == request.security && $0.transport == request.transport }) {
            return same
        }
        return offered.first { $0.transport == request.transport }
    }

    private static func payload(
        _ datagram: [UInt8], _ type: PayloadType, length: Int
    ) throws(DiscoveryError) -> [UInt8] {
        let frame: V2GTPFrame
        do throws(V2GTPError) { frame = try V2GTPFrame(datagram: datagram, atMost: cap) } catch { throw .frame(error) }
        guard frame.type == type else { throw .unexpected(frame.type) }
        guard frame.payload.count == length else { throw .length(frame.payload.count, expected: length) }
        return frame.payload
    }

    private static func security(_ byte: UInt8) throws(DiscoveryError) -> Security {
        guard let security = Security(rawValue: byte) else { throw .security(byte) }
        return security
    }

    private static func transport(_ byte: UInt8) throws(DiscoveryError) -> Transport {
        guard let transport = Transport(rawValue: byte) else { throw .transport(byte) }
        return transport
    }
}

/// A discovery datagram that is not answered.
public enum DiscoveryError: Error, Hashable, Sendable {
    case frame(V2GTPError)
    case unexpected(PayloadType)
    case length(Int, expected: Int)
    case security(UInt8)
    case transport(UInt8)
}
