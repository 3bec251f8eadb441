// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Glibc
import NIOCore

/// A network interface that leads to a car or a station, with its link-local address.
package struct NetworkInterface: @unchecked Sendable {
    package let name: String
    let device: NIONetworkDevice
    /// With its scope; port 0.
    package let linkLocal: SocketAddress

    package init(_ name: String) throws(LinkProblem) {
        let devices = (try? System.enumerateDevices()) ?? []
        let own = devices.filter { $0.name == name }
        guard !own.isEmpty else {
            throw .noSuchInterface(name, have: Array(Set(devices.map(\.name))).sorted())
        }
        for device in own {
            guard case .v6(let found)? = device.address, found.address.isLinkLocal else { continue }
            var address = found.address
            address.sin6_scope_id = UInt32(clamping: device.interfaceIndex)
            address.sin6_port = 0
            self.name = name
            self.device = device
            linkLocal = SocketAddress(address)
            return
        }
        throw .noLinkLocalAddress(name)
    }

    /// Where discovery requests go: all nodes of this link.
    var allNodes: SocketAddress {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_scope_id = UInt32(clamping: device.interfaceIndex)
        withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
            bytes[0] = 0xFF
            bytes[1] = 0x02
            bytes[15] = 0x01
        }
        return SocketAddress(address).on(port: discoveryPort)
    }
}

extension sockaddr_in6 {
    var isLinkLocal: Bool { withUnsafeBytes(of: sin6_addr) { $0[0] == 0xFE && $0[1] & 0xC0 == 0x80 } }
}

extension SocketAddress {
    func on(port: Int) -> SocketAddress {
        var copy = self
        copy.port = port
        return copy
    }

    /// The 16 bytes of an IPv6 address; nil for others.
    var bytes: [UInt8]? {
        guard case .v6(let address) = self else { return nil }
        return withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
    }

    /// - Parameters:
    ///   - bytes: 16 of them.
    ///   - scope: the interface, for a link-local address.
    init?(bytes: [UInt8], port: UInt16, scope: SocketAddress) {
        guard bytes.count == 16, case .v6(let near) = scope else { return nil }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
        if address.isLinkLocal { address.sin6_scope_id = near.address.sin6_scope_id }
        self.init(address)
    }
}
