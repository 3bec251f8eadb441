// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

@testable import Journal

/// Figures, not checks: SLUICE_JOURNAL_MEASURE is the number of minutes to record, two years are 1,051,200.
///
///     SLUICE_JOURNAL_MEASURE=1051200 SLUICE_ROOM=Journal swift test -c release -Xswiftc -enable-testing --filter MeasurementTests
struct MeasurementTests {
    static let minutes = ProcessInfo.processInfo.environment["SLUICE_JOURNAL_MEASURE"].flatMap(Int.init)

    @Test(.enabled(if: minutes != nil)) func `how long it takes and how much it needs`() throws {
        let scene = try Scene()
        let journal = try scene.open()
        print("in \(scene.folder)")
        try latencies(scene, journal)
        let count = try #require(Self.minutes)
        let began = ContinuousClock.now
        let perMinute = try bytes(journal, each: count) {
            for first in stride(from: 0, to: count, by: 1_440) {
                let day = (first..<min(first + 1_440, count)).map { _ in
                    scene.pass(.minutes(1))
                    return scene.entry(.minuteTrace(.sample(scene.wall)))
                }
                _ = try journal.append(day, durability: .relaxed)
            }
        }
        print("\(count) minutes, a day per transaction: \(ContinuousClock.now - began), \(perMinute) bytes each")
        try reading(scene, journal)
    }

    private func latencies(_ scene: Scene, _ journal: EvidenceJournal) throws {
        for (name, durability, record) in [
            ("instruction, full", Durability.full, { EvidenceRecord.instruction(.received("\($0)", at: scene.wall)) }),
            ("decision, relaxed", .relaxed, { EvidenceRecord.decision(.sample(evse: $0 % 10, target: .watts($0))) }),
            ("minute, relaxed", .relaxed, { _ in EvidenceRecord.minuteTrace(.sample(scene.wall)) }),
        ] as [(String, Durability, (Int) -> EvidenceRecord)] {
            var times: [Duration] = []
            let size = try bytes(journal, each: 3_000) {
                for number in 0..<3_000 {
                    scene.pass(.seconds(1))
                    let entry = scene.entry(record(number))
                    let before = ContinuousClock.now
                    _ = try journal.append([entry], durability: durability)
                    times.append(ContinuousClock.now - before)
                }
            }
            times.sort()
            print("\(name): p50 \(times[1_500]), p99 \(times[2_970]), max \(times[2_999]), \(size) bytes each")
        }
    }

    private func reading(_ scene: Scene, _ journal: EvidenceJournal) throws {
        let clock = ContinuousClock()
        var checked = 0
        let verifying = try clock.measure {
            let verification = try journal.verify()
            #expect(verification.isIntact)
            checked = verification.checked
        }
        print("verified \(checked) records in \(verifying)")
        for format in ExportFormat.allCases {
            var size = 0
            var count = 0
            let exporting = try clock.measure {
                count = try journal.export(from: .init(milliseconds: 0), to: .init(milliseconds: .max), format: format)
                {
                    size += $0.utf8.count
                }
            }
            print("exported \(count) records as \(format), \(size / 1_048_576) MiB, in \(exporting)")
        }
        let asking = try clock.measure {
            _ = try journal.instructions(inForceAt: scene.wall)
            _ = try journal.decision(evse: 3, at: scene.wall)
            _ = try journal.limits(at: scene.wall)
        }
        print("three questions (3,000 instructions standing): \(asking)")
    }

    private func bytes(_ journal: EvidenceJournal, each count: Int, _ body: () throws -> Void) throws -> Int {
        func used() throws -> Int { try journal.withStore { store throws(JournalFault) in try store.usedBytes() } }
        let before = try used()
        try body()
        return try (used() - before) / count
    }
}
