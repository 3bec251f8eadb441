// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Finds what a person probably meant.
enum NearestName {
    /// The names nearest to `word`, best first; only those a slip of the hand explains.
    static func candidates(for word: String, among names: [String], atMost count: Int = 3) -> [String] {
        let wanted = Array(word.lowercased().unicodeScalars.prefix(64))
        let allowed = max(1, wanted.count / 3)
        let near = names.map { name in (name, distance(wanted, Array(name.lowercased().unicodeScalars.prefix(64)))) }
            .filter { $0.1 <= allowed && $0.1 < wanted.count }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        return near.prefix(count).map(\.0)
    }

    /// How many insertions, deletions, exchanges and swaps of neighbours turn one word into the other.
    private static func distance(_ lhs: [Unicode.Scalar], _ rhs: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...rhs.count)
        for (row, left) in lhs.enumerated() {
            var current = [row + 1]
            for (column, right) in rhs.enumerated() {
                var best = min(previous[column + 1], current[column]) + 1
                best = min(best, previous[column] + (left == right ? 0 : 1))
                if row > 0, column > 0, left == rhs[column - 1], lhs[row - 1] == right {
                    best = min(best, beforePrevious[column - 1] + 1)
                }
                current.append(best)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[rhs.count]
    }
}

extension [String] {
    /// `a, b and c`, shortened when there are many.
    var listed: String {
        count > 24 ? prefix(24).joined(separator: ", ") + ", …" : joined(separator: ", ")
    }
}
