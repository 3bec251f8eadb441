// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Electricity
import Glibc

/// Wakes one waiting thread (eventfd). Signals that come while nobody waits are kept as one.
package final class WakeUp: Sendable {
    let descriptor: Int32

    /// - Throws: When the process has no descriptor left.
    package init() throws(SystemFault) {
        descriptor = sluice_open_event()
        guard descriptor >= 0 else { throw SystemFault("create an eventfd") }
    }

    deinit { close(descriptor) }

    /// Never blocks.
    package func signal() { signaller.signal() }

    /// For the loop thread, which may not count references. The wake-up must outlive it.
    package var signaller: Signaller { Signaller(descriptor: descriptor) }

    package struct Signaller: Sendable, BitwiseCopyable {
        fileprivate let descriptor: Int32

        /// Never blocks.
        @_noLocks
        package func signal() { sluice_signal(descriptor) }
    }

    /// Waits for a signal, at most until `deadline`.
    /// - Returns: Whether there was one since the last wait.
    package func wait(until deadline: Instant) -> Bool {
        repeat {
            if take() { return true }
        } while awaitInput(descriptor, until: deadline) != .timedOut
        return take()
    }

    /// Whether there was a signal since the last look.
    func take() -> Bool {
        var count: UInt64 = 0
        return Glibc.read(descriptor, &count, 8) == 8
    }
}
