// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Synchronization

/// What the daemon logged last, for the diagnostics a backend asks for: the log itself belongs to the service manager.
package final class RecentLog: Sendable {
    /// The most lines.
    package static let most = 2_000
    /// Of each; the rest is cut off.
    package static let longest = 1_000

    private struct Line: Sendable {
        /// Since 1970.
        let milliseconds: Int64
        let text: String
    }

    private struct Ring: Sendable {
        var lines: [Line] = []
        /// Where the oldest lies once all places are taken.
        var oldest = 0
    }

    private let ring = Mutex(Ring())

    package init() {}

    package func add(_ text: String, at milliseconds: Int64) {
        let line = Line(milliseconds: milliseconds, text: String(text.prefix(Self.longest)))
        ring.withLock {
            guard $0.lines.count == Self.most else { return $0.lines.append(line) }
            $0.lines[$0.oldest] = line
            $0.oldest = ($0.oldest + 1) % Self.most
        }
    }

    /// Oldest first.
    /// - Parameters:
    ///   - oldest: In milliseconds since 1970; leaves out what was before. Nil is without end.
    ///   - latest: Leaves out what was after.
    package func lines(from oldest: Int64? = nil, until latest: Int64? = nil) -> [String] {
        let all = ring.withLock { Array($0.lines[$0.oldest...] + $0.lines[..<$0.oldest]) }
        return all.filter { $0.milliseconds >= oldest ?? .min && $0.milliseconds <= latest ?? .max }.map(\.text)
    }
}
