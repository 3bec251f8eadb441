// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CSystemd
import Electricity
import Glibc

/// Tells the service manager how we are (sd_notify(3)). Without one every call does nothing.
package enum ServiceNotifier {
    /// Whether somebody listens (`NOTIFY_SOCKET`).
    package static var isSupervised: Bool { getenv("NOTIFY_SOCKET") != nil }

    /// How often the service manager wants to hear `alive`, or nil when it does not watch us. Call it twice as often.
    package static func watchdogInterval() -> Interval? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0, microseconds > 0 else { return nil }
        let nanoseconds = microseconds.multipliedReportingOverflow(by: 1_000)
        guard !nanoseconds.overflow, let length = Int64(exactly: nanoseconds.partialValue) else { return nil }
        return Interval(nanoseconds: length)
    }

    /// Start-up or reload is over.
    /// - Returns: Whether the message was handed over; so for all calls.
    @discardableResult
    package static func ready(status: String? = nil) -> Bool { notify("READY=1", status: status) }

    /// The watchdog's timer starts anew.
    @discardableResult
    package static func alive() -> Bool { notify("WATCHDOG=1") }

    @discardableResult
    package static func stopping(status: String? = nil) -> Bool { notify("STOPPING=1", status: status) }

    /// A reload begins; `ready` ends it. Carries the time, as Type=notify-reload requires.
    @discardableResult
    package static func reloading() -> Bool {
        notify("RELOADING=1\nMONOTONIC_USEC=\(MonotonicClock.now().nanoseconds / 1_000)")
    }

    /// One line for `systemctl status`.
    @discardableResult
    package static func status(_ text: String) -> Bool { notify("", status: text) }

    private static func notify(_ state: String, status: String? = nil) -> Bool {
        var message = state
        if let status {
            // A line break would begin another assignment.
            let line = String(status.map { $0.isNewline || $0 == "\0" ? " " : $0 })
            message += (message.isEmpty ? "" : "\n") + "STATUS=" + line
        }
        return sd_notify(0, message) > 0
    }
}
