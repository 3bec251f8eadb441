// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What a clock on the wall at the station shows: UTC plus an offset that changes now and then.
public struct LocalClock: Equatable, Sendable {
    public struct Change: Equatable, Sendable {
        /// Seconds since 1970.
        public let at: Int64
        /// Seconds east of Greenwich from then on.
        public let offset: Int64

        public init(at: Int64, offset: Int64) {
            self.at = at
            self.offset = offset
        }
    }

    public let initialOffset: Int64
    /// Ascending.
    public let changes: [Change]

    public init(initialOffset: Int64 = 0, changes: [Change] = []) {
        self.initialOffset = initialOffset
        self.changes = changes.sorted { $0.at < $1.at }
    }

    public static let utc = LocalClock()

    /// What it shows at `time`, as seconds since 1970, and until when it runs on evenly.
    func reading(at time: Int64) -> (civil: Int64, until: Int64) {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= time { low = middle + 1 } else { high = middle }
        }
        let offset = low == 0 ? initialOffset : changes[low - 1].offset
        return (time + offset, low < changes.count ? changes[low].at : .max)
    }
}
