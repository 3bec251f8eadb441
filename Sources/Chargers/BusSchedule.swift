// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Who gets a bus next. A bus thread asks `next`, waits until the turn's instant (asking again when orders change), gives
/// the device its turn or reopens the link, and records what came of it.
///
/// Protective writes go first, then meters that are due, then chargers by lateness. A device that does not answer is
/// asked less and less often, so that it cannot starve the others with its time-outs.
package struct BusSchedule: Sendable {
    package enum Kind: Sendable { case meter, charger }

    /// What a device wants, asked anew for every decision.
    package struct Wish: Equatable, Sendable {
        package var at: Instant
        package var isProtective: Bool
        package init(at: Instant, isProtective: Bool = false) {
            self.at = at
            self.isProtective = isProtective
        }
    }

    package enum Turn: Equatable, Sendable {
        /// The device with this index, not before `at`.
        case device(Int, at: Instant)
        /// Open the link again, not before `at`; then `recordReconnection`.
        case reconnect(at: Instant)

        package var at: Instant {
            switch self {
            case .device(_, let at), .reconnect(let at): at
            }
        }
    }

    package enum Outcome: Equatable, Sendable {
        case done
        /// The device did not answer, or not sensibly.
        case failed
        case connectionLost
    }

    /// Doubles from `first` to `cap` with every failure in a row.
    package struct BackOff: Equatable, Sendable {
        package var first: Interval
        package var cap: Interval
        package init(first: Interval, cap: Interval) {
            self.first = first
            self.cap = cap
        }
        package func interval(after failures: Int) -> Interval {
            guard failures > 0 else { return .zero }
            let doublings = min(failures - 1, 20)
            return min(first * (1 << doublings), cap)
        }
    }

    private struct Member: Sendable {
        var kind: Kind
        var failures = 0
        var notBefore = Instant.distantPast
        var servedAt = Instant.distantPast
    }

    private var members: [Member]
    private let interFrameGap: Interval
    private let reconnection: BackOff
    private let silence: BackOff
    private var isConnected: Bool
    private var failedReconnections = 0
    private var reconnectAt = Instant.distantPast
    private var busFreeAt = Instant.distantPast

    /// Lateness that makes a charger go before a meter, so that fast meters leave room.
    private static let patience = Interval.seconds(1)
    /// Single lost answers are normal on a bus; only more of them in a row slow a device down.
    private static let toleratedFailures = 2

    /// - Parameters:
    ///   - interFrameGap: Silence between two exchanges on the wire, from the profiles' and the baud rate's needs.
    ///   - isConnected: false begins with opening the link.
    package init(
        _ kinds: [Kind], interFrameGap: Interval = .zero, isConnected: Bool = false,
        reconnection: BackOff = BackOff(first: .seconds(1), cap: .seconds(30)),
        silence: BackOff = BackOff(first: .seconds(1), cap: .seconds(30))
    ) {
        members = kinds.map { Member(kind: $0) }
        self.interFrameGap = interFrameGap
        self.isConnected = isConnected
        self.reconnection = reconnection
        self.silence = silence
    }

    /// - Parameter wishes: One per device, in the order of `init`; missing ones want nothing.
    /// - Returns: nil when there is nothing to do for ever.
    package func next(_ now: Instant, wishes: [Wish]) -> Turn? {
        guard isConnected else { return .reconnect(at: max(reconnectAt, now)) }
        let free = max(now, busFreeAt)
        var best: (index: Int, at: Instant, rank: Int, since: Instant)?
        for (index, (member, wish)) in zip(members, wishes).enumerated() where wish.at < .distantFuture {
            let wanted = max(wish.at, member.notBefore)
            // Waiting counts from the last turn, so that a device which always wants the bus does not win always.
            let since = max(wanted, member.servedAt)
            let candidate = (
                index: index, at: max(wanted, free), rank: Self.rank(member.kind, wish, lateness: free - since),
                since: since
            )
            guard let found = best else {
                best = candidate
                continue
            }
            if (candidate.at, candidate.rank, since) < (found.at, found.rank, found.since) { best = candidate }
        }
        return best.map { .device($0.index, at: $0.at) }
    }

    private static func rank(_ kind: Kind, _ wish: Wish, lateness: Interval) -> Int {
        if wish.isProtective { return 0 }
        switch kind {
        case .meter: return 2
        case .charger: return lateness > patience ? 1 : 3
        }
    }

    /// - Parameter now: After the exchange, so that its length counts toward nobody's gap.
    package mutating func record(_ outcome: Outcome, of index: Int, at now: Instant) {
        busFreeAt = now + interFrameGap
        guard members.indices.contains(index) else { return }
        members[index].servedAt = now
        switch outcome {
        case .done:
            members[index].failures = 0
            members[index].notBefore = .distantPast
        case .failed:
            members[index].failures += 1
            let excess = members[index].failures - Self.toleratedFailures
            if excess > 0 { members[index].notBefore = now + silence.interval(after: excess) }
        case .connectionLost:
            isConnected = false
            reconnectAt = now + reconnection.interval(after: failedReconnections)
            // A link that opens and breaks at the first exchange must not be reopened without end.
            failedReconnections += 1
            return
        }
        failedReconnections = 0
    }

    package mutating func recordReconnection(succeeded: Bool, at now: Instant) {
        isConnected = succeeded
        busFreeAt = now + interFrameGap
        if succeeded {
            for index in members.indices {
                members[index].failures = 0
                members[index].notBefore = .distantPast
            }
        } else {
            failedReconnections += 1
            reconnectAt = now + reconnection.interval(after: failedReconnections)
        }
    }
}

extension BusSchedule.Outcome {
    /// What a turn's fault means to the bus.
    package init(_ fault: DeviceFault) {
        switch fault {
        case .link(.connectionLost): self = .connectionLost
        case .link(.timedOut), .link(.malformed): self = .failed
        // The device answered: the bus is well, the device waits by itself.
        case .link(.exception), .wrongDevice, .unexpectedValue, .notAccepted, .refused: self = .done
        }
    }
}
