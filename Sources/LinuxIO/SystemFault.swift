// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Electricity
import Glibc

/// A call to the operating system that failed: what was tried and what it answered.
package struct SystemFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let action: String
    package let code: Int32

    /// Takes `errno` of the call that has just failed.
    init(_ action: String) { self.init(action, code: errno) }

    package init(_ action: String, code: Int32) {
        self.action = action
        self.code = code
    }

    package var description: String { "Cannot \(action): \(errorText(code))." }
}

/// What the system calls an errno value, `No such device`.
func errorText(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

enum Readiness { case ready, timedOut, failed }

/// Waits until `descriptor` can be read without blocking, or has failed. Signals do not shorten it.
func awaitInput(_ descriptor: Int32, until deadline: Instant) -> Readiness {
    awaitEvents(Int16(POLLIN), on: descriptor, until: deadline)
}

/// Waits until bytes can be written to `descriptor`, or it has failed.
func awaitOutput(_ descriptor: Int32, until deadline: Instant) -> Readiness {
    awaitEvents(Int16(POLLOUT), on: descriptor, until: deadline)
}

private func awaitEvents(_ events: Int16, on descriptor: Int32, until deadline: Instant) -> Readiness {
    var entries = [pollfd(fd: descriptor, events: events, revents: 0)]
    guard awaitAny(&entries, until: deadline) else { return .timedOut }
    return entries[0].revents & events != 0 ? .ready : .failed
}

/// Waits until one of `entries` is ready or has failed, at most until `deadline`; signals do not shorten it.
/// - Returns: False when the deadline came first.
func awaitAny(_ entries: inout [pollfd], until deadline: Instant) -> Bool {
    let found = sluice_poll_until(&entries, entries.count, deadline.nanoseconds)
    // Poll itself fails only for want of kernel memory; a caller that loops must not spin meanwhile.
    if found < 0 { MonotonicClock.sleep(for: .milliseconds(10)) }
    return found != 0
}
