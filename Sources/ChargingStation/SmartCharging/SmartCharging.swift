// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Profiles and what became of them (blocks K and Q).
struct SmartCharging: Equatable, Sendable {
    var store = ProfileStore()
    /// Which transaction was begun where.
    var begun: [Int: String] = [:]
    /// The transaction with priority, by EVSE (K21, K22).
    var priority: [Int: String] = [:]
    var external = ExternalConstraints()
    /// When an update was asked for last, by dynamic profile, in seconds since 1970.
    var pulledAt: [Int: Int64] = [:]
    /// When the backend set a persistent profile last, by id: what `UpdateRateLimit` counts from.
    var setAt: [Int: Int64] = [:]
    /// What cars have said they need and how they plan to charge, by EVSE.
    var vehicles: [Int: VehicleWishes] = [:]
    /// What was worked out last, by EVSE.
    var inForce: [Int: ProfileInForce] = [:]
    /// The operation mode that the backend knows of, by EVSE with a transaction.
    var modesTold: [Int: OperationMode] = [:]
}

extension Station {
    /// A transaction is authorised and the car connected: relative profiles count from now, delays are drawn (K01.FR.42, K01.FR.93).
    mutating func profilesBegin(evse: Int) {
        smart.begun[evse] = index(ofEVSE: evse).flatMap { evses[$0].transaction?.id }
        for each in smart.store.profiles.installed where each.evse == 0 || each.evse == evse {
            drawDelays(of: each.profile.id, on: evse)
        }
        smart.inForce[evse] = nil
    }

    /// A transaction has ended: its profiles go, and whatever its car has said (K02.FR.05).
    mutating func profilesEnd(transaction id: String) {
        let evse = smart.begun.first { $0.value == id }?.key ?? evses.first { $0.transaction?.id == id }?.id
        smart.store.endTransaction(id, on: evse ?? 0)
        for (evse, priority) in smart.priority where priority == id { endPriority(evse, tells: false) }
        if let evse {
            smart.begun[evse] = nil
            smart.vehicles[evse] = nil
            smart.modesTold[evse] = nil
            bidirectional.operations[evse] = nil
        }
        keepProfiles()
    }

    mutating func drawDelays(of id: Int, on evse: Int) {
        var store = smart.store
        store.drawDelays(of: id, on: evse) { draw($0) }
        smart.store = store
        keepProfiles()
    }

    /// Everything about profiles that is due by now.
    mutating func advanceProfiles() {
        forgetOrphans()
        expireExternalSignals()
        pullUpdates()
        tellExternalLimits()
        sendNeeds()
        offerLateSchedules()
        advanceVehicles()
        keepProfiles()
    }

    /// When a profile, a signal or a question wants the station back.
    var profileDeadline: Instant? {
        var seconds = smart.inForce.values.map(\.until)
        if let at = smart.external.nextExpiry { seconds.append(at) }
        if mayCall(.volatile), let at = nextPull?.at { seconds.append(at) }
        seconds += smart.vehicles.values.compactMap(\.answerBy)
        if let at = bidirectional.signals.next(after: now.wall) { seconds.append(at) }
        let wall = seconds.filter { $0 < .max }.map(instant(ofSecond:))
        return (wall + [bidirectional.grid.trustEnds].compactMap(\.self)).min()
    }

    /// The monotonic time at which the wall clock will show this second, as far as one can know.
    func instant(ofSecond second: Int64) -> Instant {
        // A century is as good as never, and fits.
        let farthest: Int64 = 3_155_760_000
        let ahead = max(-farthest, min(farthest, second.adding(-now.seconds)))
        return now.monotonic + .seconds(Int(ahead)) - .milliseconds(Int(now.wall.milliseconds % 1_000))
    }

    /// A TxProfile exists only with its transaction, also if that did not survive a restart.
    private mutating func forgetOrphans() {
        let running = Set(evses.compactMap { $0.transaction?.id })
        let orphans = smart.store.profiles.installed.compactMap { each -> String? in
            guard each.profile.purpose == .tx, let id = each.profile.transactionID, !running.contains(id) else {
                return nil
            }
            return id
        }
        for id in orphans { profilesEnd(transaction: id) }
        for (evse, id) in smart.priority where !running.contains(id) { endPriority(evse, tells: false) }
    }

    // MARK: Through restarts

    mutating func restoreProfiles(_ kept: [String: [UInt8]]) {
        for (key, bytes) in kept.sorted(by: { $0.key < $1.key }) {
            if let evse = number(after: "priority/", in: key), let text = String(validating: bytes, as: UTF8.self) {
                smart.priority[evse] = text
            }
            guard number(after: "profile/", in: key) != nil else { continue }
            guard smart.store.restore(bytes) else {
                emit(.notice("The charging profile kept as “\(key)” cannot be read and is forgotten."))
                continue
            }
        }
        smart.priority = smart.priority.filter { evse, _ in evses.contains { $0.id == evse } }
    }

    private func number(after prefix: String, in key: String) -> Int? {
        key.hasPrefix(prefix) ? Int(key.dropFirst(prefix.count)) : nil
    }

    /// Keeps what has changed, one key per profile.
    mutating func keepProfiles() {
        for (id, bytes) in smart.store.takeUnsaved() { emit(.keep(key: "profile/\(id)", bytes)) }
    }
}
