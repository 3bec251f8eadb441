// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Testing

@testable import SimulatedSite

@Suite struct HardwareWatchdogTests {
    @Test(arguments: [Watchdog.Kind.any, .rewrite, .revert])
    func `the fallback takes effect exactly at the time-out`(kind: Watchdog.Kind) {
        var charger = pluggedCharger(
            watchdog: HardwareWatchdog(kind: kind, timeout: .seconds(20), fallback: .watts(1_000)))
        charger.setpoint(.watts(8_000), at: start)
        charger.advance(to: Instant(nanoseconds: after(20_000).nanoseconds - 1))
        #expect(!charger.watchdog.hasExpired)
        #expect(charger.power == .watts(8_000))
        charger.advance(to: after(20_000))
        #expect(charger.watchdog.hasExpired)
        charger.advance(to: after(22_000))
        #expect(abs(charger.power.inUnits - (1_000 + 7_000 * 0.36788)) < 5)
        charger.advance(to: after(60_000))
        #expect(charger.power == .watts(1_000))
    }

    /// Which contact keeps which kind alive.
    @Test(arguments: [
        (Watchdog.Kind.any, HardwareWatchdog.Contact.request, true), (.any, .read, true), (.any, .setpoint, true),
        (.read, .request, false), (.read, .read, true), (.rewrite, .read, false), (.rewrite, .setpoint, true),
        (.token, .setpoint, false), (.token, .token, true), (.revert, .read, false), (.revert, .setpoint, true),
    ])
    func `only its own contact feeds it`(kind: Watchdog.Kind, contact: HardwareWatchdog.Contact, feeds: Bool) {
        var watchdog = HardwareWatchdog(kind: kind, timeout: .seconds(10))
        watchdog.heard(contact, at: start)
        #expect(watchdog.expiry == (feeds ? after(10_000) : nil))
    }

    @Test func `without a watchdog the last setpoint stays`() {
        var charger = pluggedCharger()
        charger.setpoint(.watts(2_000), at: start)
        charger.advance(to: after(3_600_000))
        #expect(charger.power == .watts(2_000))
    }
}
