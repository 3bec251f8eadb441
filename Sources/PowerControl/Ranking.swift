// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Who gives way first when capacity does not suffice for every minimum.
struct Standing: Sendable, BitwiseCopyable {
    /// Smaller stays longer.
    enum Class: UInt8, Sendable, BitwiseCopyable { case inTurn, waiting, turnIsOver, waitingAnew, resting }
    var standing: Class
    /// Between equals the smaller stays: since when the EVSE waits, or, reversed, since when it is on.
    var order: Int64

    @_noLocks init(standing: Class, order: Int64) {
        self.standing = standing
        self.order = order
    }

    @_noLocks static func isAhead(_ lhs: Standing, _ rhs: Standing) -> Bool {
        if lhs.standing.rawValue != rhs.standing.rawValue { return lhs.standing.rawValue < rhs.standing.rawValue }
        return lhs.order < rhs.order
    }
}

/// The slots in the order in which they keep their place. Sorted at most once a tick, and only when it matters; from
/// tick to tick the order hardly changes, so insertion finds it nearly sorted.
struct Ranking: ~Copyable, Sendable {
    var standings: FixedArray<Standing>
    private var slots: FixedArray<Int>
    private var isSorted = false

    init(count: Int) {
        standings = FixedArray(repeating: Standing(standing: .resting, order: 0), count: count)
        slots = FixedArray(Array(0..<count))
    }

    @_noLocks mutating func standingsChanged() { isSorted = false }

    /// The slot that keeps its place at `position`, 0 the longest.
    @_noLocks func slot(at position: Int) -> Int { slots[position] }

    @_noLocks mutating func sort() {
        guard !isSorted else { return }
        isSorted = true
        var index = 1
        while index < slots.count {
            let slot = slots[index]
            let standing = standings[slot]
            var place = index
            while place > 0, Standing.isAhead(standing, standings[slots[place - 1]]) {
                slots[place] = slots[place - 1]
                place -= 1
            }
            slots[place] = slot
            index += 1
        }
    }
}
