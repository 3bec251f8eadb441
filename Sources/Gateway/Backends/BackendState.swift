// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import ConfigurationFiles
import Electricity
import Foundation
import LinuxIO
import LocalAPI
import OCPP
import Synchronization

/// What people and metrics see of a backend, written by its desk and read by anyone.
final class BackendState: Sendable {
    struct Counts: Sendable {
        var sent = 0
        var received = 0
        var connections = 0
        var refused = 0
        var violations = 0
        /// From a message that came in to the order in the loop's ring.
        var reaction = DurationCounts()
    }

    private struct State {
        var isConnected = false
        var version: OCPPVersion?
        var boot = "not connected"
        var queue = 0
        var waiting = 0
        var error: String?
        var counts = Counts()
        var aliveAt = MonotonicClock.now()
        var violationSaidAt = Instant.distantPast
        var drivers: [DriverView?] = []
    }

    private let backend: SiteConfiguration.Backend
    private let state = Mutex(State())

    init(_ backend: SiteConfiguration.Backend) { self.backend = backend }

    var counts: Counts { state.withLock { $0.counts } }
    var aliveAt: Instant { state.withLock { $0.aliveAt } }

    func isAlive(at now: Instant) { state.withLock { $0.aliveAt = now } }

    func count(_ what: WritableKeyPath<Counts, Int> & Sendable) { state.withLock { $0.counts[keyPath: what] &+= 1 } }

    func ordered(after duration: Interval) { state.withLock { $0.counts.reaction.add(duration) } }

    func opened(_ version: OCPPVersion) {
        state.withLock {
            $0.isConnected = true
            $0.version = version
            $0.error = nil
            $0.counts.connections &+= 1
        }
    }

    func closed() { state.withLock { $0.isConnected = false } }

    func failed(_ words: String) {
        state.withLock {
            $0.isConnected = false
            $0.error = words
            $0.counts.refused &+= 1
        }
    }

    /// - Returns: Whether to say it in the log; a backend that does nothing else is named once a minute.
    func misbehaved() -> Bool {
        state.withLock {
            $0.counts.violations &+= 1
            let now = MonotonicClock.now()
            guard now - $0.violationSaidAt > .seconds(60) else { return false }
            $0.violationSaidAt = now
            return true
        }
    }

    func show(queue: Int, waiting: Int, boot: String) {
        state.withLock {
            $0.queue = queue
            $0.waiting = waiting
            $0.boot = boot
        }
    }

    /// - Parameter drivers: For the display of each EVSE, in the order of the configuration.
    func show(_ drivers: [DriverView?]) { state.withLock { $0.drivers = drivers } }

    /// - Parameter index: Of the EVSE in the configuration.
    func driver(_ index: Int) -> DriverView? {
        state.withLock { $0.drivers.indices.contains(index) ? $0.drivers[index] : nil }
    }

    var status: BackendStatus {
        state.withLock {
            BackendStatus(
                name: backend.name, url: backend.url, identity: backend.identity, role: backend.role.rawValue,
                isConnected: $0.isConnected, state: $0.isConnected ? $0.boot : "not connected",
                version: $0.version.map { String($0.subprotocol.dropFirst(4)) },
                securityProfile: backend.securityProfile,
                queue: $0.queue, waiting: $0.waiting, lastError: $0.error)
        }
    }
}
