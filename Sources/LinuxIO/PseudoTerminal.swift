// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Glibc

/// A serial line without wires: whoever opens `path` talks to the holder of `descriptor`. It has no baud rate and no
/// parity.
package final class PseudoTerminal {
    /// The device that the other side opens, `/dev/pts/7`.
    package let path: String
    private var master: Int32?
    private var links: [String] = []

    package init() throws(SystemFault) {
        var buffer = [CChar](repeating: 0, count: 128)
        let descriptor = sluice_open_pseudo_terminal(&buffer, buffer.count)
        guard descriptor >= 0 else { throw SystemFault("open a pseudo terminal") }
        master = descriptor
        path = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        makeRaw()
    }

    deinit { unplug() }

    /// Our side, non-blocking; nil once it is unplugged or given away.
    package var descriptor: Int32? { master }

    /// Gives our side to a server, which closes it.
    /// - Returns: nil when it is unplugged or was given away before.
    package func giveAway() -> Int32? {
        defer { master = nil }
        return master
    }

    /// Lets the device be found under a name of choice until it is unplugged. A symbolic link of that name is replaced.
    package func link(at name: String) throws(SystemFault) {
        var status = stat()
        if lstat(name, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK { Glibc.unlink(name) }
        guard symlink(path, name) == 0 else { throw SystemFault("link \(name) to \(path)") }
        links.append(name)
    }

    /// What pulling the plug is to the other side: its reads end and its writes fail.
    package func unplug() {
        for name in links { Glibc.unlink(name) }
        links = []
        guard let closing = master else { return }
        master = nil
        close(closing)
    }

    /// Bytes pass unchanged, whatever the other side sets.
    private func makeRaw() {
        guard let master else { return }
        var line = termios()
        guard tcgetattr(master, &line) == 0 else { return }
        cfmakeraw(&line)
        tcsetattr(master, TCSANOW, &line)
    }
}
