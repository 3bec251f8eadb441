// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Matching, seen from one station (EVSE): who of the cars that are heard is on its cable. Several stations hear the same
/// sounds; each tells how, and the car decides.
public struct StationMatching: Sendable {
    public enum Phase: Hashable, Sendable {
        /// Without a network of its own: one is awaited.
        case unkeyed
        case keying(attempt: Int)
        case unplugged
        /// A car is there and has not asked.
        case waiting
        case matching
        /// The car has the key; the link is awaited.
        case joining(Match)
        case matched(Match)
        /// A car is there and did not ask in time. It may still.
        case failed(SLACFailure)
    }

    public enum Input: Sendable {
        /// A fresh network, at the start and whenever `left` asks for one.
        case network(LogicalNetwork)
        case pilot(ControlPilot)
        case frame(ManagementFrame)
        /// The car was heard over the new link.
        case linked
        /// The link is no longer wanted (D-LINK_TERMINATE), or broken (D-LINK_ERROR): the car, plugged in or not, has to be matched
        /// anew.
        case terminate
        case deadlinePassed
    }

    public enum Output: Hashable, Sendable {
        case send(ManagementFrame)
        /// The own modem has its key.
        case ready
        /// The car has the key; its discovery may follow.
        case matched(Match)
        /// One car's run came to nothing; the next may do better.
        case runFailed(MACAddress, SLACFailure)
        /// What the control pilot does next is the charger's business.
        case failed(SLACFailure)
        /// The network is left, within TP_match_leave: who knows its key must not be in the next car's. Wants `network`.
        case left
    }

    public let own: MACAddress
    let modem: MACAddress
    /// Whether edges of the control pilot arrive as they happen, so that CM_VALIDATE can be answered.
    let watchesPilot: Bool

    public private(set) var phase = Phase.unkeyed
    var pilot = ControlPilot.a
    private(set) var network: LogicalNetwork?
    /// A car knows the network's key.
    private var isGiven = false
    private var phaseEnd: Instant?
    var sessions: [MatchingSession] = []

    public init(own: MACAddress, modem: MACAddress = .localModem, watchesPilot: Bool = false) {
        (self.own, self.modem, self.watchesPilot) = (own, modem, watchesPilot)
    }

    /// When `deadlinePassed` is due.
    public var deadline: Instant? {
        ([phaseEnd].compactMap { $0 } + sessions.map(\.deadline)).min()
    }

    public mutating func handle(_ input: Input, at now: Instant) -> [Output] {
        switch input {
        case .network(let network):
            self.network = network
            isGiven = false
            sessions = []
            return key(attempt: 1, at: now)
        case .pilot(let pilot): return sees(pilot, at: now)
        case .frame(let frame):
            guard frame.destination == own || frame.destination == .broadcast, frame.source != own else { return [] }
            return hears(frame, at: now)
        case .linked:
            guard case .joining(let match) = phase else { return [] }
            enter(.matched(match))
            return []
        case .terminate: return terminate()
        case .deadlinePassed: return deadlinePassed(at: now)
        }
    }

    mutating func enter(_ phase: Phase, until end: Instant? = nil) {
        self.phase = phase
        phaseEnd = end
        if case .joining = phase { isGiven = true }
    }

    // MARK: The own modem

    private mutating func key(attempt: Int, at now: Instant) -> [Output] {
        guard let network else { return [] }
        enter(.keying(attempt: attempt), until: now + SLACTiming.modemAnswer)
        return [.send(ManagementFrame(to: modem, from: own, .setKeyRequest(network)))]
    }

    /// Whatever the result says: modems exist that take the key and confirm 1. The link shows it.
    mutating func keyed(at now: Instant) -> [Output] {
        guard case .keying = phase else { return [] }
        rest(at: now)
        return [.ready]
    }

    private mutating func rest(at now: Instant) {
        if pilot.hasCar {
            enter(.waiting, until: now + SLACTiming.TT_EVSE_SLAC_init)
        } else {
            enter(.unplugged)
        }
    }

    private mutating func leave() -> [Output] {
        sessions = []
        network = nil
        enter(.unkeyed)
        return [.left]
    }

    /// A car that is being matched again is not disturbed.
    private mutating func terminate() -> [Output] {
        switch phase {
        case .joining, .matched: leave()
        case .unkeyed, .keying, .unplugged, .waiting, .matching, .failed: []
        }
    }

    // MARK: The control pilot

    private mutating func sees(_ pilot: ControlPilot, at now: Instant) -> [Output] {
        let before = self.pilot
        self.pilot = pilot
        if before == .b, pilot == .c || pilot == .d {
            for index in sessions.indices { sessions[index].toggled() }
        }
        guard before.hasCar != pilot.hasCar else { return [] }
        return pilot.hasCar ? plugged(at: now) : unplugged()
    }

    private mutating func plugged(at now: Instant) -> [Output] {
        switch phase {
        case .unplugged: rest(at: now)
        case .unkeyed, .keying, .waiting, .matching, .joining, .matched, .failed: break
        }
        return []
    }

    private mutating func unplugged() -> [Output] {
        switch phase {
        case .unkeyed, .keying, .unplugged: return []
        case .waiting, .matching, .failed:
            guard !isGiven else { return leave() }
            sessions = []
            enter(.unplugged)
            return []
        case .joining, .matched: return leave()
        }
    }

    // MARK: Time

    private mutating func deadlinePassed(at now: Instant) -> [Output] {
        var all: [Output] = []
        for car in sessions.map(\.car) {
            guard let index = sessions.firstIndex(where: { $0.car == car }) else { continue }
            all += carryOut(sessions[index].deadlinePassed(at: now), for: car, at: now)
        }
        if phase == .matching && sessions.isEmpty { rest(at: now) }
        guard let phaseEnd, phaseEnd <= now else { return all }
        return all + phaseEnded(at: now)
    }

    private mutating func phaseEnded(at now: Instant) -> [Output] {
        switch phase {
        case .keying(let attempt):
            guard attempt >= SLACTiming.modemAttempts else { return key(attempt: attempt + 1, at: now) }
            enter(.unkeyed)
            return [.failed(.modemSilent)]
        case .waiting:
            enter(.failed(.noRequest))
            return [.failed(.noRequest)]
        case .joining: return [.failed(.noLink)] + leave()
        case .unkeyed, .unplugged, .matching, .matched, .failed:
            enter(phase)
            return []
        }
    }
}
