// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import ConfigurationFiles
import Electricity
import LocalAPI
import PowerControl
import Synchronization

/// What backends in charge have ordered, on its way to the loop: limits stay until they are replaced, wishes end by
/// themselves unless they are renewed, so that nothing goes on by order of a backend nobody listens to any more.
final class BackendOrders: Sendable {
    /// How long a wish holds without being renewed.
    static let patience = Interval.seconds(5)

    private struct Place: Hashable {
        let backend: Int
        let evse: Int
    }

    private let desk: CommandDesk
    private let names: [String]
    private let commanding: [Int]
    private let orders = Mutex<[Place: EVSECommand]>([:])

    init(_ desk: CommandDesk, _ backends: [SiteConfiguration.Backend]) {
        self.desk = desk
        names = backends.map(\.name)
        commanding = backends.indices.filter { backends[$0].role == .inCharge }
    }

    /// Puts a command in force.
    /// - Parameter evse: Index of the EVSE.
    func carryOut(
        _ command: EVSECommand, backend: Int, evse: Int, at now: Instant
    ) throws(APIProblem) {
        orders.withLock { $0[Place(backend: backend, evse: evse)] = command }
        try desk.allow(command.allowed, backend: backend, evse: evse)
        try desk.wish(command.wish, backend: backend, evse: evse, until: now + Self.patience)
    }

    /// Whether every backend in charge lets energy flow.
    /// - Parameter evse: Index of the EVSE.
    func letsFlow(evse: Int) -> Bool {
        orders.withLock { orders in
            commanding.allSatisfy { orders[Place(backend: $0, evse: evse)]?.mayTransfer ?? false }
        }
    }

    /// The backend's station is still there: its wishes go on.
    func renew(backend: Int, at now: Instant) throws(APIProblem) {
        let until = now + Self.patience
        for (place, command) in orders.withLock({ $0 }) where place.backend == backend && command.wish != nil {
            try desk.wish(command.wish, backend: backend, evse: place.evse, until: until)
        }
    }

    /// Nobody works for this backend any more: its EVSEs come to rest.
    func stop(backend: Int, evses: Int) throws(APIProblem) {
        for evse in 0..<evses { try desk.allow(.zero, backend: backend, evse: evse) }
    }

    /// Whether a wish is what a backend planned, and not only all it allows.
    func isPlanned(_ reason: Reason, evse: Int) -> Bool {
        guard let backend = SiteTables.backend(of: reason.source) else { return true }
        return orders.withLock { $0[Place(backend: backend, evse: evse)] }?.origin != nil
    }

    /// For the question why; nil for a reason that is no backend's.
    func inWords(_ reason: Reason, evse: Int) -> String? {
        guard let backend = SiteTables.backend(of: reason.source), names.indices.contains(backend) else { return nil }
        let name = "backend \(names[backend])"
        guard let command = orders.withLock({ $0[Place(backend: backend, evse: evse)] }) else {
            return "\(name) has allowed nothing yet"
        }
        guard command.mayTransfer else { return "not authorised by \(name)" }
        guard let origin = command.origin else {
            return reason.kind == .wish ? "authorised by \(name)" : "limit by \(name)"
        }
        return "\(origin), \(name)"
    }
}

extension EVSECommand {
    /// What the EVSE may take or deliver.
    var allowed: PowerLimits { mayTransfer ? limits : .zero }
    /// Without a setpoint it takes what there is.
    var wish: Power? { mayTransfer ? setpoint ?? limits.upper : nil }
}
