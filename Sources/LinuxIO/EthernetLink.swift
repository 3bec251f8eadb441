// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Electricity
import Glibc

/// Whole Ethernet frames of one type on one interface (AF_PACKET). Needs CAP_NET_RAW. Nothing blocks but `wait`; what the peer
/// or the kernel does not take is lost, as on any wire.
package final class EthernetLink: Sendable {
    package let interface: String
    /// The interface's own, 6 octets.
    package let address: [UInt8]
    private let descriptor: Int32
    /// A frame without its check sequence.
    private static let longest = 1_514

    package init(interface: String, type: UInt16) throws(SystemFault) {
        let index = if_nametoindex(interface)
        guard index > 0 else { throw SystemFault("find the network interface “\(interface)”") }
        // With no protocol it hears nothing until it is bound, so that no other interface's frame slips in.
        let kind = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_PACKET, kind, 0)
        guard descriptor >= 0 else {
            throw SystemFault("send and receive whole frames on “\(interface)” (that needs CAP_NET_RAW)")
        }
        setOption(descriptor, SOL_SOCKET, SO_RCVBUF, Int32(64 * 1_024))
        setOption(descriptor, SOL_SOCKET, SO_SNDBUF, Int32(64 * 1_024))
        do throws(SystemFault) {
            address = try bind(descriptor, to: index, type: type, named: interface)
        } catch {
            close(descriptor)
            throw error
        }
        (self.interface, self.descriptor) = (interface, descriptor)
    }

    deinit { close(descriptor) }

    /// - Returns: whether the kernel has taken it.
    @discardableResult
    package func send(_ frame: [UInt8]) -> Bool {
        Glibc.send(descriptor, frame, frame.count, Int32(MSG_NOSIGNAL)) == frame.count
    }

    /// The next frame that somebody else sent; nil when none waits. A longer one than Ethernet's is cut.
    package func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: Self.longest)
        // Own frames come by too: bounded, so that a storm of them does not hold the caller.
        for _ in 0..<64 {
            var place = LinkLayerAddress()
            var size = socklen_t(LinkLayerAddress.size)
            let count = place.octets.withUnsafeMutableBytes { bytes in
                recvfrom(
                    descriptor, &buffer, buffer.count, 0, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                    &size)
            }
            guard count > 0 else { return nil }
            if !place.isOutgoing { return Array(buffer.prefix(count)) }
        }
        return nil
    }

    /// Waits for a frame or a signal, at most until `deadline`.
    package func wait(until deadline: Instant, or wakeUp: WakeUp) {
        var entries = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        _ = awaitAny(&entries, until: deadline)
        _ = wakeUp.take()
        // An interface that has gone down says so at once and for ever.
        guard entries[0].revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 else { return }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        MonotonicClock.sleep(for: .milliseconds(50))
    }
}

/// `sockaddr_ll`, which the C library's module does not show.
private struct LinkLayerAddress {
    static let size = 20
    var octets = [UInt8](repeating: 0, count: size)

    init() {}

    init(index: UInt32, type: UInt16) {
        octets.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: UInt16(AF_PACKET), toByteOffset: 0, as: UInt16.self)
            bytes.storeBytes(of: type.bigEndian, toByteOffset: 2, as: UInt16.self)
            bytes.storeBytes(of: index, toByteOffset: 4, as: UInt32.self)
        }
    }

    /// ARPHRD_ETHER.
    var isEthernet: Bool { octets[8] == 1 && octets[9] == 0 && octets[11] == 6 }
    /// PACKET_OUTGOING.
    var isOutgoing: Bool { octets[10] == 4 }
    var address: [UInt8] { Array(octets[12..<18]) }
}

/// - Returns: the interface's own address.
private func bind(
    _ descriptor: Int32, to index: UInt32, type: UInt16, named name: String
) throws(SystemFault) -> [UInt8] {
    var place = LinkLayerAddress(index: index, type: type)
    var size = socklen_t(LinkLayerAddress.size)
    let isBound = place.octets.withUnsafeMutableBytes { bytes -> Bool in
        guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
        return Glibc.bind(descriptor, start, size) == 0 && getsockname(descriptor, start, &size) == 0
    }
    guard isBound else { throw SystemFault("hear frames on “\(name)”") }
    guard place.isEthernet else {
        throw SystemFault("hear frames on “\(name)”, which is no Ethernet", code: EPROTONOSUPPORT)
    }
    return place.address
}
