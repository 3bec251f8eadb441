// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What a simulated charger does by itself when it no longer hears from us.
package struct HardwareWatchdog: Equatable, Sendable {
    /// A sign of life, as far as the hardware can tell one from another.
    package enum Contact: Sendable { case request, read, setpoint, token }

    package var kind: Watchdog.Kind
    /// Zero turns it off.
    package private(set) var timeout: Interval
    package var fallback: Power
    /// The time-out has passed; a contact that feeds the watchdog ends it.
    package private(set) var hasExpired = false
    /// Nil until something arms it: the first setpoint where setpoints feed it, otherwise the first contact.
    private(set) var fedAt: Instant?

    package init(kind: Watchdog.Kind, timeout: Interval, fallback: Power = .zero) {
        self.kind = kind
        self.timeout = max(timeout, .zero)
        self.fallback = fallback
    }

    /// When it falls back unless it is fed before.
    package var expiry: Instant? {
        guard let fedAt, timeout > .zero, !hasExpired else { return nil }
        return fedAt + timeout
    }

    package mutating func heard(_ contact: Contact, at now: Instant) {
        guard feeds(contact) else { return }
        fedAt = now
        hasExpired = false
    }

    /// A new time-out counts from now, if the watchdog is armed at all.
    mutating func setTimeout(_ timeout: Interval, at now: Instant) {
        self.timeout = max(timeout, .zero)
        if fedAt != nil { fedAt = now }
    }

    mutating func expire() { hasExpired = true }

    mutating func disarm() {
        fedAt = nil
        hasExpired = false
    }

    private func feeds(_ contact: Contact) -> Bool {
        switch (kind, contact) {
        case (.any, _), (.read, .read), (.rewrite, .setpoint), (.revert, .setpoint), (.token, .token): true
        case (.read, .request), (.read, .setpoint), (.read, .token): false
        case (.rewrite, .request), (.rewrite, .read), (.rewrite, .token): false
        case (.revert, .request), (.revert, .read), (.revert, .token): false
        case (.token, .request), (.token, .read), (.token, .setpoint): false
        case (.none, _): false
        }
    }
}
