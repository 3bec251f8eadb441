// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Where a journal lives and how much it may keep.
package struct JournalSettings: Hashable, Sendable {
    /// The database; `-wal` and `.head` stand beside it.
    package var file: String
    /// Evidence is kept at least this long: two years and a month (BK6-22-300 Annex 1, 7.3).
    package var retention: Interval
    /// Bytes of the database above which details are removed from the front. The file never grows beyond twice this.
    package var budget: Int

    package static let defaultRetention = Interval.seconds(762 * 86_400)
    package static let defaultBudget = 512 * 1_048_576
    /// Below this, a day of one site does not fit.
    package static let leastBudget = 1_048_576

    package init(file: String, retention: Interval = defaultRetention, budget: Int = defaultBudget) {
        self.file = file
        self.retention = retention
        self.budget = max(budget, Self.leastBudget)
    }
}
