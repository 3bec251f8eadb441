// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Journal
import LocalAPI

/// The record, a day at a time, so that an export of years neither fills the memory nor keeps the journal busy.
actor JournalPieces: EvidencePieces {
    private let journal: EvidenceJournal
    private let format: ExportFormat
    private let end: WallTime
    private var start: WallTime
    private var isFirst = true

    private static let length = Interval.minutes(24 * 60)

    init(_ journal: EvidenceJournal, from start: WallTime, to end: WallTime, _ format: ExportFormat) {
        self.journal = journal
        self.start = start
        self.end = end
        self.format = format
    }

    func next() async throws(APIProblem) -> String? {
        while start < end || isFirst {
            let until = min(start + Self.length, end)
            var text = ""
            do {
                try journal.export(from: start, to: max(until, start), format: format) { text += $0 }
            } catch {
                throw .unavailable("The record cannot be read: \(error)", remedy: "See the daemon's log.")
            }
            if !isFirst, format == .csv, let end = text.firstIndex(where: \.isNewline) {
                text = String(text[text.index(after: end)...])
            }
            isFirst = false
            start = until
            if !text.isEmpty { return text }
        }
        return nil
    }
}

extension EvidenceDesk {
    func pieces(from: Date, to: Date, format: EvidenceFormat) throws(APIProblem) -> any EvidencePieces {
        JournalPieces(try kept(), from: WallTime(from), to: WallTime(to), format == .csv ? .csv : .json)
    }

    /// The decision of an earlier run, or one that memory has let go of; nil where the record has none.
    func explanation(evse: Int, at time: Date) -> Explanation? {
        do throws(JournalFault) {
            guard let found = try journal?.decision(evse: evse, at: WallTime(time)) else { return nil }
            return Explanation(
                evse: evse, time: Date(timeIntervalSince1970: Double(found.time.milliseconds) / 1_000),
                target: found.record.target,
                steps: found.record.steps.map {
                    Explanation.Step(stage: $0.stage, value: $0.value, because: $0.because)
                })
        } catch {
            complain(error)
            return nil
        }
    }

    func verify() throws(APIProblem) -> EvidenceVerification {
        let journal = try kept()
        do throws(JournalFault) {
            let found = try journal.verify()
            let findings = (found.broken.map { [$0.description] } ?? []) + found.discrepancies.map { "\($0)" }
            return EvidenceVerification(checked: found.checked, isIntact: found.isIntact, findings: findings)
        } catch {
            throw .unavailable("The record cannot be read: \(error)", remedy: "See the daemon's log.")
        }
    }

    private func kept() throws(APIProblem) -> EvidenceJournal {
        guard let journal else {
            throw .conflict(
                "This daemon keeps no record.", remedy: "Name a file under “journal.file” in the configuration.")
        }
        return journal
    }
}

extension WallTime {
    init(_ date: Date) { self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1_000).rounded())) }
}
