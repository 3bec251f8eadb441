// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The local time of one place without a calendar library: a table of offsets that the composition makes from the system's
/// time zone data at start-up, for the past year and at least the next three.
///
/// Outside the table local time is unknown, never guessed: what asks must then choose its strictest answer.
package struct TimeZoneRules: ~Copyable, Sendable {
    /// From `at` on, local time is UTC plus `offset`.
    package struct Transition: Sendable, BitwiseCopyable, Equatable {
        /// UTC, in seconds since 1970.
        package var at: Int64
        /// In seconds, positive east of Greenwich; at most a day.
        package var offset: Int32
        package init(at: Int64, offset: Int32) {
            self.at = at
            self.offset = offset
        }
    }

    private let transitions: FixedArray<Transition>
    /// UTC, in seconds since 1970; not part of the table any more.
    package let end: Int64

    /// - Parameters:
    ///   - transitions: Oldest first. The first one says from when on the table is valid. A table out of order or with an
    ///     impossible offset is not used at all, so every local time is unknown.
    ///   - end: Seconds since 1970 from which on the table says nothing.
    package init(_ transitions: [Transition], until end: Int64) {
        let isOrdered = zip(transitions, transitions.dropFirst()).allSatisfy { $0.at < $1.at }
        let isPossible = transitions.allSatisfy { $0.offset.magnitude <= 86_400 }
        self.transitions = FixedArray(isOrdered && isPossible ? transitions : [])
        self.end = end
    }

    /// A zone that never changes its offset.
    package init(fixedOffset offset: Int32) {
        self.init([Transition(at: 0, offset: offset)], until: .max)
    }

    /// Seconds to add to UTC, or nil where the table says nothing.
    @_noLocks package func offset(at wall: WallTime) -> Int? { offset(atSecond: wall.seconds) }

    /// Local date and time, or nil where the table says nothing.
    @_noLocks package func local(at wall: WallTime?) -> LocalTime? {
        guard let wall = WallTime.believable(wall), let offset = offset(at: wall) else { return nil }
        return LocalTime(seconds: Int(wall.seconds) + offset)
    }

    @_noLocks func offset(atSecond second: Int64) -> Int? {
        guard second < end else { return nil }
        var index = transitions.count
        while index > 0 {
            index -= 1
            if transitions[index].at <= second { return Int(transitions[index].offset) }
        }
        return nil
    }

    /// The instants at which local clocks jump, for display.
    package var jumps: [Int64] { transitions.copy().map(\.at) }

    /// The UTC seconds at which local clocks show this time: none in the hour that is skipped in spring, two in the
    /// one that is repeated in autumn.
    package func seconds(whenLocalClockShows second: Int) -> [Int64] {
        let candidates = Set(transitions.copy().map { Int64(second) - Int64($0.offset) })
        return candidates.filter { offset(atSecond: $0).map { Int64(second) - Int64($0) } == .some($0) }.sorted()
    }
}
