// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import ISO15118
import Journal
import LinuxIO
import Logging
import Synchronization
import VehicleLinks

/// Sessions that cars have paused, one an EVSE at most: kept in the journal, so that a restart does not take a car for a new one.
final class PausedSessions: Sendable {
    private let evidence: EvidenceDesk?
    private let entries: Mutex<[Int: WaitingSession]>
    /// One change after the other, so that what is written down last is what holds.
    private let turn = Mutex(())

    /// - Parameters:
    ///   - evidence: has the journal; nil keeps nothing over a restart.
    ///   - evses: whose cars the gateway speaks to; what was kept for others is forgotten.
    init(_ evidence: EvidenceDesk?, evses: [Int], logger: Logger) {
        self.evidence = evidence
        let now = MonotonicClock.now()
        let kept = StoredPause.read(evidence, logger).filter { evses.contains($0.key) }
            .compactMapValues { $0.waiting(at: now, wall: WallTime.now()) }
        entries = Mutex(kept)
        for (evse, _) in kept.sorted(by: { $0.key < $1.key }) {
            logger.notice(
                "a car may come back to the session it paused before the restart", metadata: ["evse": "\(evse)"])
        }
    }

    func waiting(_ evse: Int) -> WaitingSession? { entries.withLock { $0[evse] } }

    /// What a session's end means for the car that comes next.
    func note(_ end: StationEnd, evse: Int) {
        switch end {
        case .paused(let session):
            keep(WaitingSession(session, until: MonotonicClock.now() + PausedSession.longest), evse)
        case .finished: keep(nil, evse)
        // A car whose resumption fails half-way may try again.
        case .byOwner, .disconnected, .silent, .refused, .unsupported, .noCommonProtocol, .notV2GTP, .notUnderstood,
            .inexpressible:
            break
        }
    }

    private func keep(_ waiting: WaitingSession?, _ evse: Int) {
        turn.withLock { _ in
            let (before, all) = entries.withLock { entries in
                let before = entries[evse]
                entries[evse] = waiting
                return (before, entries)
            }
            guard before != waiting else { return }
            let (now, wall) = (MonotonicClock.now(), WallTime.now())
            let stored = all.filter { now < $0.value.until }.mapValues { StoredPause($0, at: now, wall: wall) }
            evidence?.record([], state: [StoredPause.key: StoredPause.data(stored)], durability: .full)
        }
    }
}

/// How the journal keeps one.
struct StoredPause: Codable, Hashable {
    var session: [UInt8]
    var vehicle: String
    var account: String?
    var deadline: StoredDeadline

    static let key = "paused sessions"

    init(_ waiting: WaitingSession, at now: Instant, wall: WallTime?) {
        (session, vehicle) = (waiting.session.sessionID, waiting.session.vehicle)
        account = waiting.session.emaid
        deadline = StoredDeadline(waiting.until, at: now, wall: wall)
    }

    /// - Returns: nil once its time has passed.
    func waiting(at now: Instant, wall: WallTime?) -> WaitingSession? {
        let left = deadline.remaining(at: now, wall: wall)
        guard left > .zero else { return nil }
        return WaitingSession(
            PausedSession(sessionID: session, vehicle: vehicle, emaid: account),
            until: now + min(left, PausedSession.longest))
    }

    /// - Returns: nil, which deletes, for none.
    static func data(_ pauses: [Int: StoredPause]) -> Data? {
        guard !pauses.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try? encoder.encode(pauses)
    }

    static func read(_ evidence: EvidenceDesk?, _ logger: Logger) -> [Int: StoredPause] {
        do {
            guard let data = try evidence?.journal?.state(key) else { return [:] }
            return try JSONDecoder().decode([Int: StoredPause].self, from: data)
        } catch {
            logger.error("the sessions paused before the restart cannot be read; their cars begin anew: \(error)")
            return [:]
        }
    }
}
