// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import GridConnection
import LinuxIO
import LocalAPI
import Synchronization

/// Takes setpoints and limits from people and programs, remembers them for display and passes them to the loop.
final class CommandDesk: Sendable {
    /// A setpoint or limit in force.
    struct Entry: Sendable {
        var power: Power
        /// nil: until released.
        var expiresAt: Instant?

        func expiresIn(_ now: Instant) -> Interval? { expiresAt.map { $0 - now } }
        func isInForce(_ now: Instant) -> Bool { expiresAt.map { now < $0 } ?? true }
    }

    private struct State: ~Copyable {
        var ring: RingWriter<LoopCommand>
        /// By index of the EVSE; -1 is the site.
        var setpoints: [Int: Entry] = [:]
        var limits: [LimitDirection: Entry] = [:]
    }

    private let state: Mutex<State>
    private let tables: SiteTables

    init(_ cells: SiteCells, _ tables: SiteTables) {
        self.tables = tables
        state = Mutex(State(ring: cells.commands.takeWriter()))
    }

    func setSetpoint(_ power: Power, evse: Int?, for duration: Interval?) throws(APIProblem) {
        let expiresAt = duration.map { MonotonicClock.now() + $0 }
        let place = tables.wishPlace(.person, evse: evse)
        try push(.wish(place: place, power: power, expiresAt: expiresAt ?? .distantFuture)) { state in
            state.setpoints[evse ?? -1] = Entry(power: power, expiresAt: expiresAt)
        }
    }

    func releaseSetpoint(evse: Int?) throws(APIProblem) {
        try push(.noWish(place: tables.wishPlace(.person, evse: evse))) { $0.setpoints[evse ?? -1] = nil }
    }

    func setLimit(_ direction: LimitDirection, to size: Power, for duration: Interval?) throws(APIProblem) {
        let expiresAt = duration.map { MonotonicClock.now() + $0 }
        let limits: PowerLimits =
            switch direction {
            case .import: PowerLimits(from: PowerLimits.unbounded.lower, to: size)
            case .export: PowerLimits(from: Power.zero - size, to: PowerLimits.unbounded.upper)
            }
        let place = tables.limitPlace(isImport: direction == .import)
        try push(.limit(place: place, power: limits, expiresAt: expiresAt ?? .distantFuture)) { state in
            state.limits[direction] = Entry(power: size, expiresAt: expiresAt)
        }
    }

    func releaseLimit(_ direction: LimitDirection) throws(APIProblem) {
        try push(.noLimit(place: tables.limitPlace(isImport: direction == .import))) { $0.limits[direction] = nil }
    }

    func setpoint(evse: Int?, at now: Instant) -> Entry? {
        state.withLock { state in state.setpoints[evse ?? -1].flatMap { $0.isInForce(now) ? $0 : nil } }
    }

    func limit(_ direction: LimitDirection, at now: Instant) -> Entry? {
        state.withLock { state in state.limits[direction].flatMap { $0.isInForce(now) ? $0 : nil } }
    }

    /// Passes on what the operator says; the answer comes with the loop's news.
    func instruct(_ input: ConnectionInput, ticket: UInt64) throws(APIProblem) {
        try push(.connection(input, ticket: ticket)) { _ in }
    }

    /// What the loop has not taken is not remembered as taken.
    private func push(
        _ change: LoopCommand.Change, _ remember: (inout State) -> Void
    ) throws(APIProblem) {
        let isTaken = state.withLock { state in
            guard state.ring.push(LoopCommand(change: change)) else { return false }
            remember(&state)
            return true
        }
        guard isTaken else {
            throw APIProblem.unavailable(
                "The control loop does not take commands.", remedy: "See the loop's state with: sluice status")
        }
    }
}
