// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import LocalAPI
import Synchronization

/// What was decided, for the question why. Kept in memory, an entry whenever target or reason changed.
final class DecisionHistory: Sendable {
    /// Entries per EVSE; at one a second more than an hour.
    private static let capacity = 4_000
    private let entries: Mutex<[[Explanation]]>

    init(evseCount: Int) { entries = Mutex(Array(repeating: [], count: evseCount)) }

    /// - Returns: Whether it differs from the one before.
    func remember(_ explanation: Explanation, evse: Int) -> Bool {
        entries.withLock { entries in
            if let last = entries[evse].last, last.target == explanation.target, last.steps == explanation.steps {
                return false
            }
            if entries[evse].count >= Self.capacity { entries[evse].removeFirst(Self.capacity / 4) }
            entries[evse].append(explanation)
            return true
        }
    }

    /// The decision that was in force at `time`; nil where it is not remembered.
    func explanation(evse: Int, at time: Date) -> Explanation? {
        entries.withLock { entries in entries[evse].last { $0.time <= time } }
    }
}
