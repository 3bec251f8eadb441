// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// When the last few excursions were counted.
package struct ExcursionHistory: Sendable, BitwiseCopyable {
    package static var capacity: Int { @_noLocks get { 8 } }

    /// How long ago each one was when the memory was taken. The time a restart takes is not added, so they look younger
    /// than they are and weigh longer.
    package struct Ages: Sendable, BitwiseCopyable {
        package var ages: InlineArray<8, Interval>
        package var count: Int
        @_noLocks package init() {
            ages = InlineArray(repeating: .zero)
            count = 0
        }
    }

    /// A ring; what was never written is long past.
    private var times = InlineArray<8, Instant>(repeating: .distantPast)
    private var next = 0

    @_noLocks init() {}

    init(_ ages: Ages, at now: Instant) {
        // The oldest first, as they came.
        for index in 0..<min(max(ages.count, 0), Self.capacity) {
            let age = ages.ages[index]
            add(now - (age < .zero ? .zero : age))
        }
    }

    @_noLocks mutating func add(_ time: Instant) {
        times[next] = time
        next = (next + 1) % Self.capacity
    }

    @_noLocks func count(within window: Interval, at now: Instant) -> Int {
        var count = 0
        var index = 0
        while index < Self.capacity {
            if times[index] > .distantPast, now - times[index] <= window { count += 1 }
            index += 1
        }
        return count
    }

    @_noLocks func ages(at now: Instant) -> Ages {
        var ages = Ages()
        var step = 0
        while step < Self.capacity {
            let time = times[(next + step) % Self.capacity]
            if time > .distantPast {
                ages.ages[ages.count] = now - time
                ages.count += 1
            }
            step += 1
        }
        return ages
    }
}
