// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Glibc

/// Opens a serial port raw, non-blocking, and locks it against other programs that ask.
func openSerialPort(_ device: String, _ settings: SerialSettings) throws(SystemFault) -> Int32 {
    let action = "open \(device)"
    guard settings.problem == nil, let speed = settings.speed else {
        throw SystemFault("\(action) (\(settings.problem ?? "unknown baud rate"))", code: EINVAL)
    }
    let descriptor = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFault(action) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, configure(descriptor, settings, speed) else {
        let code = errno == EWOULDBLOCK ? EBUSY : errno
        close(descriptor)
        throw SystemFault(action, code: code)
    }
    return descriptor
}

private func configure(_ descriptor: Int32, _ settings: SerialSettings, _ speed: speed_t) -> Bool {
    var line = termios()
    guard tcgetattr(descriptor, &line) == 0 else { return false }
    cfmakeraw(&line)
    cfsetspeed(&line, speed)
    line.c_cflag &= ~tcflag_t(CSIZE | PARENB | PARODD | CSTOPB)
    line.c_cflag |= tcflag_t(CLOCAL | CREAD) | tcflag_t(settings.dataBits == 7 ? CS7 : CS8)
    switch settings.parity {
    case .none: break
    case .even: line.c_cflag |= tcflag_t(PARENB)
    case .odd: line.c_cflag |= tcflag_t(PARENB | PARODD)
    }
    // Characters with a wrong parity are dropped, so that the checksum above fails instead of a value.
    if settings.parity != .none { line.c_iflag |= tcflag_t(INPCK | IGNPAR) }
    if settings.stopBits == 2 { line.c_cflag |= tcflag_t(CSTOPB) }
    guard tcsetattr(descriptor, TCSANOW, &line) == 0 else { return false }
    tcflush(descriptor, TCIOFLUSH)
    return true
}

/// A serial port as a stream of bytes. Used from one thread at a time.
package final class SerialPort: ByteLink {
    package let device: String
    package let settings: SerialSettings
    private var descriptor: Int32?

    /// - Throws: `.connectionLost` when there is no such port, or it is in use, or cannot be set so.
    package init(device: String, settings: SerialSettings) throws(LinkFault) {
        self.device = device
        self.settings = settings
        try open()
    }

    /// A port that is opened later: the device need not be there yet.
    package init(closed device: String, settings: SerialSettings) {
        self.device = device
        self.settings = settings
    }

    deinit { close() }

    package var isOpen: Bool { descriptor != nil }

    /// Opens the port again; nothing happens when it is open.
    package func open() throws(LinkFault) {
        guard descriptor == nil else { return }
        do throws(SystemFault) { descriptor = try openSerialPort(device, settings) } catch {
            throw .connectionLost("\(device): \(settings.problem ?? errorText(error.code))")
        }
    }

    package func close() {
        guard let closing = descriptor else { return }
        descriptor = nil
        Glibc.close(closing)
    }

    package func write(_ bytes: [UInt8]) throws(LinkFault) {
        let descriptor = try opened()
        // Twice the time the characters take, and a second for the adapter.
        let patience = settings.characterTime * (2 * bytes.count) + .seconds(1)
        let deadline = MonotonicClock.now() + patience
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0 && errno != EAGAIN && errno != EINTR {
                throw lose(errorText(errno))
            } else if awaitOutput(descriptor, until: deadline) == .timedOut {
                throw .timedOut(after: patience)
            }
        }
    }

    package func read(waiting patience: Interval) throws(LinkFault) -> [UInt8] {
        let descriptor = try opened()
        switch awaitInput(descriptor, until: MonotonicClock.now() + patience) {
        case .timedOut: return []
        case .failed: throw lose("the port has gone")
        case .ready: break
        }
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return [] }
        guard count > 0 else { throw lose(count == 0 ? "the port has gone" : errorText(errno)) }
        return Array(buffer.prefix(count))
    }

    package func discardInput() {
        if let descriptor { tcflush(descriptor, TCIFLUSH) }
    }

    private func opened() throws(LinkFault) -> Int32 {
        guard let descriptor else { throw .connectionLost("\(device) is not open") }
        return descriptor
    }

    private func lose(_ why: String) -> LinkFault {
        close()
        return .connectionLost("\(device): \(why)")
    }
}
