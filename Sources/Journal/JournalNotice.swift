// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What the people who run the site must learn although the journal goes on.
package enum JournalNotice: Hashable, Sendable, CustomStringConvertible {
    /// The database was corrupt; a new chain began.
    case setAside(file: String, because: String, recoveredState: [String], lostState: Bool)
    /// The end of a chain is not where it was last confirmed; the chain says so, too.
    case discrepancy(JournalRecord.Discrepancy)
    /// Details were removed before their time.
    case thinned(removed: Int, through: WallTime?)
    /// Details should have been removed, but could not be.
    case notThinned(JournalFault)
    /// Over budget with no details left to remove.
    case overBudget(used: Int, budget: Int)
    /// The file that remembers the end of the chain cannot be written.
    case headFile(String)

    package var description: String {
        switch self {
        case .setAside(let file, let because, let recovered, let isIncomplete):
            "The journal was corrupt (\(because)) and is set aside as \(file). A new one began; \(recovered.count) settings "
                + "were carried over\(isIncomplete ? ", others are lost" : "")."
        case .discrepancy(let found):
            "The journal's \(found.chain) chain should end at record \(found.expected.sequence) according to its "
                + "\(found.witness.rawValue), but ends at \(found.found). Records were removed, or an older file was put back."
        case .thinned(let removed, let through):
            "The journal reached its budget: \(removed) decisions and limit changes up to "
                + "\(through?.utcText ?? "now") were removed."
        case .notThinned(let fault): "The journal reached its budget and could not remove old details. \(fault)"
        case .overBudget(let used, let budget):
            "The journal uses \(used / 1_048_576) MiB of its budget of \(budget / 1_048_576) MiB, and only records that must be "
                + "kept are left. Which source sends so many instructions?"
        case .headFile(let detail):
            "The file beside the journal that remembers its end cannot be written (\(detail)); a removed end would go unnoticed."
        }
    }
}
