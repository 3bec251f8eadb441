// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Glibc

/// Serves registers as Modbus units do: many TCP connections, or one serial line. One thread of its own.
package final class ModbusServer: Sendable {
    /// Where it can be reached on TCP, with the real number when port 0 was asked for; nil on a serial line.
    package let port: UInt16?
    private let waker: WakeUp
    private let stopFlag: StopFlag
    private let thread: PlainThread

    /// Listens at once.
    /// - Parameters:
    ///   - host: An IPv4 or IPv6 address.
    ///   - port: 0 takes a free one.
    package static func tcp(
        host: String = "127.0.0.1", port: UInt16 = 0, bounds: ServerBounds = ServerBounds(),
        service: any RegisterService
    ) throws(SystemFault) -> ModbusServer {
        let (listener, port) = try listenTCP(host: host, port: port)
        return ModbusServer(
            port: port, waker: try waker(closing: listener), listener: listener, line: nil, bounds: bounds,
            service: service)
    }

    /// Answers on a serial line or pseudo terminal.
    /// - Parameter descriptor: Raw; belongs to the server from now on.
    package static func rtu(
        adopting descriptor: Int32, service: any RegisterService
    ) throws(SystemFault) -> ModbusServer {
        ModbusServer(
            port: nil, waker: try waker(closing: descriptor), listener: nil, line: descriptor, bounds: ServerBounds(),
            service: service)
    }

    /// Answers on a serial port.
    package static func rtu(
        device: String, settings: SerialSettings, service: any RegisterService
    ) throws(SystemFault) -> ModbusServer {
        try rtu(adopting: try openSerialPort(device, settings), service: service)
    }

    private static func waker(closing descriptor: Int32) throws(SystemFault) -> WakeUp {
        do throws(SystemFault) { return try WakeUp() } catch {
            close(descriptor)
            throw error
        }
    }

    private init(
        port: UInt16?, waker: WakeUp, listener: Int32?, line: Int32?, bounds: ServerBounds,
        service: any RegisterService
    ) {
        self.port = port
        self.waker = waker
        stopFlag = StopFlag()
        thread = PlainThread(name: "modbus server") { [stopFlag] in
            var loop = ServerLoop(
                waker: waker, stop: stopFlag, listener: listener, line: line, bounds: bounds, service: service)
            loop.run()
        }
    }

    /// Closes every connection and returns when the thread has ended.
    package func stop() {
        stopFlag.raise()
        waker.signal()
        thread.join()
    }

    deinit {
        stopFlag.raise()
        waker.signal()
    }
}

/// - Returns: A listening descriptor, non-blocking, and its port.
private func listenTCP(host: String, port: UInt16) throws(SystemFault) -> (Int32, UInt16) {
    let action = "listen on \(host):\(port)"
    guard var address = addresses(of: host, port, flags: AI_NUMERICHOST | AI_PASSIVE).first else {
        throw SystemFault(action, code: EADDRNOTAVAIL)
    }
    let family = Int32(address.withUnsafeBytes { $0.loadUnaligned(as: sa_family_t.self) })
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(family, kind, 0)
    guard descriptor >= 0 else { throw SystemFault(action) }
    setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, Int32(1))
    var size = socklen_t(address.count)
    let code = address.withUnsafeMutableBytes { bytes -> Int32 in
        guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return EINVAL }
        guard bind(descriptor, start, size) == 0, listen(descriptor, 64) == 0 else { return errno }
        return getsockname(descriptor, start, &size) == 0 ? 0 : errno
    }
    guard code == 0 else {
        close(descriptor)
        throw SystemFault(action, code: code)
    }
    // The port lies at the same place for both families, in network order.
    return (descriptor, UInt16(address[2]) << 8 | UInt16(address[3]))
}
