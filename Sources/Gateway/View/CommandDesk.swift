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
    /// A setpoint in force.
    struct Entry: Sendable {
        var power: Power
        /// nil: until released.
        var expiresAt: Instant?

        func expiresIn(_ now: Instant) -> Interval? { expiresAt.map { $0 - now } }
        func isInForce(_ now: Instant) -> Bool { expiresAt.map { now < $0 } ?? true }
    }

    private struct Place: Hashable {
        let source: SiteConfiguration.Source
        /// Index; nil is the site.
        let evse: Int?
    }

    private struct State: ~Copyable {
        var ring: RingWriter<LoopCommand>
        var setpoints: [Place: Entry] = [:]
    }

    private let state: Mutex<State>
    private let tables: SiteTables

    init(_ cells: SiteCells, _ tables: SiteTables) {
        self.tables = tables
        state = Mutex(State(ring: cells.commands.takeWriter()))
    }

    func setSetpoint(
        _ power: Power, evse: Int?, until expiresAt: Instant?, by source: SiteConfiguration.Source = .person
    ) throws(APIProblem) {
        let place = tables.wishPlace(source, evse: evse)
        try push(.wish(place: place, power: power, expiresAt: expiresAt ?? .distantFuture)) { state in
            state.setpoints[Place(source: source, evse: evse)] = Entry(power: power, expiresAt: expiresAt)
        }
    }

    func releaseSetpoint(evse: Int?, by source: SiteConfiguration.Source = .person) throws(APIProblem) {
        try push(.noWish(place: tables.wishPlace(source, evse: evse))) {
            $0.setpoints[Place(source: source, evse: evse)] = nil
        }
    }

    func setpoint(evse: Int?, by source: SiteConfiguration.Source = .person, at now: Instant) -> Entry? {
        state.withLock { state in
            state.setpoints[Place(source: source, evse: evse)].flatMap { $0.isInForce(now) ? $0 : nil }
        }
    }

    /// Puts a limit at the connection point in force; `HeldLimits` remembers it.
    func impose(_ kind: HeldLimits.Kind, _ size: Power, until expiresAt: Instant?) throws(APIProblem) {
        let limits: PowerLimits =
            switch kind.direction {
            case .import: PowerLimits(from: PowerLimits.unbounded.lower, to: size)
            case .export: PowerLimits(from: Power.zero - size, to: PowerLimits.unbounded.upper)
            }
        let change = LoopCommand.Change.limit(
            place: tables.limitPlace(kind), power: limits, expiresAt: expiresAt ?? .distantFuture)
        try push(change) { _ in }
    }

    func lift(_ kind: HeldLimits.Kind) throws(APIProblem) {
        try push(.noLimit(place: tables.limitPlace(kind))) { _ in }
    }

    /// What the building's controller allows one EVSE; nil: whatever else holds.
    func impose(_ limits: PowerLimits?, evse: Int) throws(APIProblem) {
        let place = tables.controllerLimitPlace(evse: evse)
        guard let limits else { return try push(.noLimit(place: place)) { _ in } }
        try push(.limit(place: place, power: limits, expiresAt: .distantFuture)) { _ in }
    }

    /// What a backend in charge allows one EVSE, until it says otherwise.
    func allow(_ limits: PowerLimits, backend: Int, evse: Int) throws(APIProblem) {
        guard let place = tables.backendLimitPlace(backend, evse: evse) else { return }
        try push(.limit(place: place, power: limits, expiresAt: .distantFuture)) { _ in }
    }

    /// Where a backend in charge wants the power to go; nil: nowhere in particular.
    func wish(_ power: Power?, backend: Int, evse: Int, until expiresAt: Instant) throws(APIProblem) {
        let place = tables.backendWishPlace(backend, evse: evse)
        guard let power else { return try push(.noWish(place: place)) { _ in } }
        try push(.wish(place: place, power: power, expiresAt: expiresAt)) { _ in }
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
