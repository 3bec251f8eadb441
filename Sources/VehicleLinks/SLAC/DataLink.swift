// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import LinuxIO
import SLAC
import Synchronization

/// The data link to the car on one station's cable (ISO 15118-3): open once the car is matched, until its session ends or it is
/// unplugged. Before that nobody's discovery is answered and no connection is let in.
package final class DataLink: Sendable {
    private let station: SLACStation
    private let inside = Mutex(DataLinkState())
    private let pilot = Mutex<ControlPilot?>(nil)
    private let watch: @Sendable (SLACEvent) -> Void

    /// - Parameter watch: told what matching tells, in order.
    package init(
        on interface: String, modem: PowerLineModem = .common, watch: @escaping @Sendable (SLACEvent) -> Void
    ) throws(LinkProblem) {
        station = try SLACStation(on: interface, modem: modem)
        self.watch = watch
    }

    deinit { station.close() }

    /// To be told where the control pilot is, also again. Where nobody sees it, a car is taken to be there always (`b`).
    package func pilot(_ state: ControlPilot) {
        let isNew = pilot.withLock { told in
            defer { told = state }
            return told != state
        }
        if isNew { station.pilot(state) }
    }

    var isMatched: Bool { inside.withLock { $0.isMatched } }

    /// A discovery request has come: over power line only the matched car's can.
    /// - Returns: whether it may be answered.
    func hears() -> Bool {
        guard isMatched else { return false }
        station.linked()
        return true
    }

    func sessionBegan() { inside.withLock { $0.sessionBegan() } }

    func sessionEnded(_ end: StationEnd?) {
        let now = MonotonicClock.now()
        if inside.withLock({ $0.sessionEnded(end, at: now) }) { station.terminate() }
    }

    /// To be called now and then: a matched car that begins no session gives up its place.
    package func look(at now: Instant) {
        if inside.withLock({ $0.isOverdue(at: now) }) { station.terminate() }
    }

    /// Follows matching until the task is cancelled.
    /// - Returns: why it cannot go on; nil when cancelled.
    func run() async -> LinkProblem? {
        for await event in station.events {
            inside.withLock { $0.hear(event, at: MonotonicClock.now()) }
            watch(event)
            if event == .failed(.modemSilent) { return .notMatched(.modemSilent) }
        }
        return nil
    }
}

/// Whether a car is matched, and how long it may be without a session.
struct DataLinkState: Hashable, Sendable {
    /// From the match to the session, ours: a car's own patience for that is 20 s (ISO 15118-2, V2G_EVCC_CommunicationSetup_Timeout).
    static let patience = Interval.seconds(60)

    /// Each match has another number, also of the same car.
    private var matches: UInt64 = 0
    private(set) var isMatched = false
    /// The match over which a session is under way.
    private var session: UInt64?
    private var deadline: Instant?

    mutating func hear(_ event: SLACEvent, at now: Instant) {
        switch event {
        case .matched:
            isMatched = true
            matches &+= 1
            if session == nil { deadline = now + Self.patience }
        case .left, .failed(.modemSilent): (isMatched, deadline) = (false, nil)
        case .ready, .runFailed, .failed: break
        }
    }

    mutating func sessionBegan() { (session, deadline) = (matches, nil) }

    /// - Returns: whether the link is of no use any more. A car that pauses keeps it, and one that was matched meanwhile.
    mutating func sessionEnded(_ end: StationEnd?, at now: Instant) -> Bool {
        let former = session
        session = nil
        guard isMatched else { return false }
        if case .paused? = end {
            deadline = now + PausedSession.longest
            return false
        }
        guard former != matches else { return true }
        deadline = now + Self.patience
        return false
    }

    /// - Returns: whether the car has let its time pass; once.
    mutating func isOverdue(at now: Instant) -> Bool {
        guard let deadline, deadline <= now else { return false }
        self.deadline = nil
        return true
    }
}
