// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import Synchronization

/// Who may come in: so many half-open connections, one session. Shared by a listener's connections.
final class Entrance: Sendable {
    private struct Inside {
        var halfOpen = 0
        var isBusy = false
        var isShut = false
        var turnedAway = 0
        var waiting: WaitingSession?
    }

    private let inside: Mutex<Inside>
    private let halfOpen: Int

    init(halfOpen: Int, waiting: WaitingSession?) {
        self.halfOpen = halfOpen
        inside = Mutex(Inside(waiting: waiting))
    }

    /// - Returns: nil when too many are at the door.
    func enter() -> Ticket? {
        let mayEnter = inside.withLock { inside in
            guard inside.halfOpen < halfOpen else {
                inside.turnedAway += 1
                return false
            }
            inside.halfOpen += 1
            return true
        }
        return mayEnter ? Ticket(self) : nil
    }

    /// - Returns: false while another car's session lasts, or its power is being switched off.
    func beginSession() -> Bool {
        inside.withLock { inside in
            guard !inside.isBusy, !inside.isShut else {
                inside.turnedAway += 1
                return false
            }
            inside.isBusy = true
            return true
        }
    }

    func endSession(_ end: StationEnd?) {
        inside.withLock { inside in
            inside.isBusy = false
            switch end {
            case .paused(let session)?:
                inside.waiting = WaitingSession(session, until: .now + PausedSession.longest)
            case .finished?: inside.waiting = nil
            // A car whose resumption fails half-way may try again.
            case .byOwner?, .disconnected?, .silent?, .refused?, .unsupported?, .noCommonProtocol?, .notV2GTP?,
                .notUnderstood?, .inexpressible?, nil:
                break
            }
        }
    }

    /// Nobody comes in any more.
    func shut() { inside.withLock { $0.isShut = true } }

    var paused: PausedSession? { inside.withLock { $0.waiting?.session(at: .now) } }
    var turnedAway: Int { inside.withLock { $0.turnedAway } }
    var atTheDoor: Int { inside.withLock { $0.halfOpen } }

    fileprivate func leaveTheDoor() { inside.withLock { $0.halfOpen -= 1 } }
}

/// A half-open connection's place; given back once, when a session begins or the connection ends.
final class Ticket: Sendable {
    private let entrance: Entrance
    private let isHeld = Mutex(true)

    fileprivate init(_ entrance: Entrance) { self.entrance = entrance }

    func giveBack() {
        let wasHeld = isHeld.withLock { held in
            defer { held = false }
            return held
        }
        if wasHeld { entrance.leaveTheDoor() }
    }
}
