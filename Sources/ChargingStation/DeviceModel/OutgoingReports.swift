// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Reports that are too long for one message. A part leaves when the one before it has been answered, so that a report
/// of any length takes one place in the queue.
struct OutgoingReports: Equatable, Sendable {
    /// At a time; further ones are rejected as temporarily impossible.
    static let most = 4
    fileprivate(set) var waiting: [[CSMSRequest]] = []

    var hasRoom: Bool { waiting.count < Self.most }
}

extension Station {
    /// - Parameter parts: In their order; at least one. They are what a backend has asked for, so they leave while it
    /// has the station   waiting, too (B02.FR.02).
    mutating func sendInParts(_ parts: [CSMSRequest]) {
        guard let first = parts.first else { return }
        call(first, .triggered)
        reports.waiting.append(parts)
    }

    /// Answered or given up: the next part follows. A lost part does not make the others worthless, since each names
    /// its number.
    mutating func partIsDone(_ request: CSMSRequest) {
        guard let index = reports.waiting.firstIndex(where: { $0.first == request }) else { return }
        reports.waiting[index].removeFirst()
        guard let next = reports.waiting[index].first else {
            reports.waiting.remove(at: index)
            return
        }
        call(next, .triggered)
    }

    /// Nobody waits for reports over a lost connection.
    mutating func dropReports() { reports.waiting = [] }
}

/// Cuts a list into parts within both bounds; an element that is too large by itself gets a part of its own.
/// - Returns: At least one part, which is empty for an empty list.
func parts<Element: OCPPObject>(_ elements: [Element], mostItems: Int, mostBytes: Int) -> [[Element]] {
    var parts: [[Element]] = [[]]
    var bytes = 0
    for element in elements {
        let size = byteCount(of: element) + 1
        if let last = parts.last, !last.isEmpty, last.count >= mostItems || bytes + size > mostBytes {
            parts.append([])
            bytes = 0
        }
        parts[parts.count - 1].append(element)
        bytes += size
    }
    return parts
}
