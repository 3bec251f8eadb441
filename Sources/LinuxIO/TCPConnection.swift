// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Glibc

/// Opens a TCP connection within a bounded time, the look-up of the name included.
/// - Returns: A blocking descriptor the caller closes. Sends give up after a second, and a peer that acknowledges nothing
///   for ten seconds counts as gone.
func connectTCP(host: String, port: UInt16, until deadline: Instant) throws(LinkFault) -> Int32 {
    let addresses = try lookUp(host, port, until: deadline)
    var reason = "“\(host)” has no address"
    for (index, address) in addresses.enumerated() {
        let now = MonotonicClock.now()
        // Each address gets its share, so that a dead first one leaves time for the next.
        let share = (deadline - now) / (addresses.count - index)
        switch connect(to: address, until: now + share) {
        case .success(let descriptor): return descriptor
        case .failure(let fault): reason = errorText(fault.code)
        }
    }
    throw .connectionLost("\(host):\(port): \(reason)")
}

private func connect(to address: [UInt8], until deadline: Instant) -> Result<Int32, SystemFault> {
    let family = Int32(address.withUnsafeBytes { $0.loadUnaligned(as: sa_family_t.self) })
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(family, kind, 0)
    guard descriptor >= 0 else { return .failure(SystemFault("open a socket")) }
    var code = address.withUnsafeBytes { bytes -> Int32 in
        guard let start = bytes.baseAddress else { return EINVAL }
        let result = Glibc.connect(
            descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        return result == 0 ? 0 : errno
    }
    if code == EINPROGRESS {
        code = awaitOutput(descriptor, until: deadline) == .timedOut ? ETIMEDOUT : pendingError(of: descriptor)
    }
    guard code == 0 else {
        close(descriptor)
        return .failure(SystemFault("connect", code: code))
    }
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(10_000))
    setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, Int32(1))
    setOption(descriptor, SOL_SOCKET, SO_SNDTIMEO, timeval(tv_sec: 1, tv_usec: 0))
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    return .success(descriptor)
}

/// Takes a waiting connection, which then does not block; a peer that acknowledges nothing for ten seconds counts as gone.
/// - Returns: A descriptor below zero where there is none; the peer's address and port in words.
func acceptConnection(from listener: Int32) -> (descriptor: Int32, peer: String) {
    var address = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
    var size = socklen_t(address.count)
    let descriptor = address.withUnsafeMutableBytes { bytes in
        Glibc.accept(listener, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &size)
    }
    guard descriptor >= 0 else { return (descriptor, "") }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(10_000))
    setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, Int32(1))
    return (descriptor, name(of: address.prefix(Int(size))))
}

/// `192.0.2.7:40112`.
private func name(of address: ArraySlice<UInt8>) -> String {
    var host = [CChar](repeating: 0, count: 64)
    var service = [CChar](repeating: 0, count: 16)
    let code = Array(address).withUnsafeBytes { bytes -> Int32 in
        guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return EINVAL }
        return getnameinfo(
            start, socklen_t(bytes.count), &host, socklen_t(host.count), &service, socklen_t(service.count),
            NI_NUMERICHOST | NI_NUMERICSERV)
    }
    guard code == 0 else { return "unknown" }
    let text = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let port = String(decoding: service.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.contains(":") ? "[\(text)]:\(port)" : "\(text):\(port)"
}

/// Best effort: without an option the connection works, only less well.
func setOption<Value: BitwiseCopyable>(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Value) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Value>.size))
}

private func pendingError(of descriptor: Int32) -> Int32 {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
}

/// The addresses of `host` as the bytes of a `sockaddr`. The system's look-up has no deadline, so names are looked up on a
/// thread that is left behind when it is late.
private func lookUp(_ host: String, _ port: UInt16, until deadline: Instant) throws(LinkFault) -> [[UInt8]] {
    let numeric = addresses(of: host, port, flags: AI_NUMERICHOST)
    if !numeric.isEmpty { return numeric }
    let answer: LookUp
    do throws(SystemFault) { answer = LookUp(waker: try WakeUp()) } catch { throw .connectionLost("\(error)") }
    _ = PlainThread(name: "look-up") { answer.finish(with: addresses(of: host, port, flags: 0)) }
    guard answer.waker.wait(until: deadline) else {
        throw .connectionLost("the name “\(host)” could not be looked up in time")
    }
    return answer.addresses
}

private final class LookUp: @unchecked Sendable {
    let waker: WakeUp
    /// Written before the signal, read after it.
    private(set) var addresses: [[UInt8]] = []

    init(waker: WakeUp) { self.waker = waker }

    func finish(with addresses: [[UInt8]]) {
        self.addresses = addresses
        waker.signal()
    }
}

func addresses(of host: String, _ port: UInt16, flags: Int32) -> [[UInt8]] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = flags | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var found: [[UInt8]] = []
    var next = list
    while let entry = next {
        if let address = entry.pointee.ai_addr {
            found.append(Array(UnsafeRawBufferPointer(start: address, count: Int(entry.pointee.ai_addrlen))))
        }
        next = entry.pointee.ai_next
    }
    return found
}
