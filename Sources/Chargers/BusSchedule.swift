// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Who gets the bus next, and when it may be tried again after a failure. Time is an argument; the caller waits.
package struct BusSchedule: Sendable {
    /// What one device asks for.
    package struct Request: Equatable, Sendable {
        package var at: Instant
        /// Its turn lowers a magnitude or turns a direction: such turns go first.
        package var isProtective: Bool
        package init(at: Instant, isProtective: Bool = false) {
            self.at = at
            self.isProtective = isProtective
        }
    }

    /// The turn to take, not before `at`.
    package struct Turn: Equatable, Sendable {
        package var device: Int
        package var at: Instant
    }

    /// Waits grow from `first`, doubling, to `longest`; one success ends them.
    package struct BackOff: Equatable, Sendable {
        package var first: Interval
        package var longest: Interval
        private(set) var failures = 0

        package init(first: Interval, longest: Interval) {
            self.first = first
            self.longest = longest
        }

        mutating func fail() -> Interval {
            failures += 1
            return min(longest, first * (1 << min(failures - 1, 16)))
        }

        mutating func succeed() { failures = 0 }
    }

    private struct Device: Sendable {
        var isMeter: Bool
        var notBefore = Instant.distantPast
        var servedAt = Instant.distantPast
        var backOff = BackOff(first: .milliseconds(200), longest: .seconds(5))
    }

    private var devices: [Device]
    private var link = BackOff(first: .milliseconds(250), longest: .seconds(15))
    /// Before it the link is not opened again.
    package private(set) var reopenAt = Instant.distantPast

    /// - Parameter meters: Of each device on the bus, whether it is a meter.
    package init(meters: [Bool]) { devices = meters.map { Device(isMeter: $0) } }

    /// The next turn: protective writes, then meters, then who is most overdue; nil on a bus without devices.
    package func next(_ requests: [Request], now: Instant) -> Turn? {
        var best: Turn?
        var bestRank = Int.max
        for (index, request) in requests.enumerated() {
            let at = max(request.at, devices[index].notBefore)
            let rank = at > now ? 3 : (request.isProtective ? 0 : (devices[index].isMeter ? 1 : 2))
            let isBetter =
                best.map { rank < bestRank || (rank == bestRank && isAhead(index, at, of: $0, now: now)) } ?? true
            if isBetter {
                best = Turn(device: index, at: at)
                bestRank = rank
            }
        }
        return best
    }

    /// Among those that are due the one served longest ago goes first, so that nobody starves; else who is due first.
    private func isAhead(_ index: Int, _ at: Instant, of other: Turn, now: Instant) -> Bool {
        if at > now { return at < other.at }
        return devices[index].servedAt < devices[other.device].servedAt
    }

    package mutating func succeeded(_ device: Int, at now: Instant) {
        devices[device].servedAt = now
        devices[device].notBefore = .distantPast
        devices[device].backOff.succeed()
        link.succeed()
    }

    /// A device that does not answer must not keep the others from the bus.
    package mutating func failed(_ device: Int, at now: Instant) {
        devices[device].servedAt = now
        devices[device].notBefore = now + devices[device].backOff.fail()
    }

    /// The link could not be opened, or was lost.
    package mutating func lostLink(at now: Instant) { reopenAt = now + link.fail() }
}
