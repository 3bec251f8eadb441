// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Electricity
import Glibc

/// A device's side of a pseudo terminal as a stream of bytes, for devices that are no Modbus units. What nobody hears is
/// lost, as on a real line.
package final class TerminalLine: Sendable {
    /// What whoever wants to talk to the device opens, `/dev/pts/7`.
    package let path: String
    private let descriptor: Int32

    /// - Throws: When the terminal is unplugged or belongs to somebody else.
    package init(adopting terminal: PseudoTerminal) throws(SystemFault) {
        path = terminal.path
        guard let adopted = terminal.giveAway() else { throw SystemFault("use the terminal \(path)", code: EBADF) }
        descriptor = adopted
        // A terminal that nobody ever opened counts as heard; one that was opened and closed does not.
        let once = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        if once >= 0 { close(once) }
    }

    deinit { close(descriptor) }

    /// Whether anybody has the other side open.
    package var isHeard: Bool {
        var entry = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&entry, 1, 0) <= 0 || entry.revents & Int16(POLLHUP | POLLERR) == 0
    }

    /// What has arrived, waiting at most `patience` for the first byte; empty when nothing came.
    package func read(waiting patience: Interval) -> [UInt8] {
        let deadline = MonotonicClock.now() + patience
        guard awaitInput(descriptor, until: deadline) == .ready else {
            // While nobody is there a terminal fails at once instead of waiting; somebody may come.
            if !isHeard { MonotonicClock.sleep(until: min(deadline, MonotonicClock.now() + .milliseconds(10))) }
            return []
        }
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count > 0 ? Array(buffer.prefix(count)) : []
    }

    /// Never waits: what the line does not take, because nobody hears it or reads it, is lost.
    package func write(_ bytes: [UInt8]) {
        guard isHeard else { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
