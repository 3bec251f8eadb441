// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What metering remembers of one transaction.
struct TransactionSampling: Equatable, Sendable {
    /// A value for the event Ended, under a key of its own in what is kept.
    struct Collected: Equatable, Sendable {
        var key: Int
        var value: MeterValueType
    }

    /// No more values go into one event Ended; half of those in between make room (E06.FR.13, J02.FR.20).
    static let mostCollected = 100

    private(set) var collected: [Collected] = []
    private(set) var nextKey = 0
    /// Of the values that fall due, every how many-th is collected: doubled whenever half of them are dropped.
    private(set) var stride = 1
    private var skipped = 0
    /// When the next value of an interval falls due.
    var updatedDue: Instant?
    var endedDue: Instant?
    /// What the registers read at the last value of each use.
    var before: [MeterUse: Registers] = [:]

    init() {}

    init(restoring collected: [Collected], stride: Int) {
        self.collected = collected
        self.stride = max(1, stride)
        nextKey = (collected.map(\.key).max() ?? -1) + 1
    }

    /// Whether the value that falls due now is one of those to collect.
    mutating func takesNext() -> Bool {
        skipped += 1
        guard skipped >= stride else { return false }
        skipped = 0
        return true
    }

    /// Adds a value.
    /// - Returns: The keys of those dropped for it: the second, the fourth, and so on, never the first or the last.
    mutating func collect(_ value: MeterValueType) -> (key: Int, dropped: [Int]) {
        let key = nextKey
        collected.append(Collected(key: key, value: value))
        nextKey += 1
        guard collected.count > Self.mostCollected else { return (key, []) }
        let last = collected.count - 1
        let dropped = collected.indices.filter { $0 % 2 == 1 && $0 != last }
        let keys = dropped.map { collected[$0].key }
        for index in dropped.reversed() { collected.remove(at: index) }
        stride = min(stride * 2, 1 << 20)
        return (key, keys)
    }
}
