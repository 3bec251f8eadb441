// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GRDB
import Testing

@testable import Journal

/// Whatever the journal does itself leaves the chains whole, and whatever else is done to the file shows.
struct ChainPropertyTests {
    /// Ten; as many as SLUICE_JOURNAL_HISTORIES says for a longer run.
    static let seeds: ClosedRange<UInt64> =
        1...(ProcessInfo.processInfo.environment["SLUICE_JOURNAL_HISTORIES"].flatMap(UInt64.init) ?? 10)

    @Test(arguments: seeds)
    func `any history verifies, and any change of it shows`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let scene = try Scene()
        try live(scene, &random)
        let journal = try EvidenceJournal.open(settings(scene), at: scene.now).journal
        let verification = try journal.verify()
        #expect(verification.isIntact, "seed \(seed): \(verification)")
        try journal.close()
        let change = try #require(try Self.change(scene, &random))
        try scene.tamper(change)
        let changed = try EvidenceJournal.open(settings(scene), at: scene.now).journal
        #expect(try !changed.verify().isIntact, "seed \(seed): \(change)")
    }

    private func settings(_ scene: Scene) -> JournalSettings {
        JournalSettings(file: scene.file, retention: .seconds(40 * 86_400), budget: JournalSettings.leastBudget)
    }

    /// Some months in a few hundred steps: records of all kinds, jumps of the clock, restarts, removals.
    private func live(_ scene: Scene, _ random: inout SeededGenerator) throws {
        var journal = try EvidenceJournal.open(settings(scene), at: scene.now).journal
        for step in 0..<Int.random(in: 100...500, using: &random) {
            scene.pass(.seconds(Int.random(in: 1...40_000, using: &random)))
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                try journal.close()
                journal = try EvidenceJournal.open(settings(scene), at: scene.now).journal
            case 1...4: _ = try journal.keepWithinBounds(at: scene.now, isClockTrusted: true)
            case 5: scene.wall = scene.wall + .seconds(Int.random(in: -90_000...90_000, using: &random))
            case _: try append(step, journal, scene, &random)
            }
        }
        try journal.close()
    }

    private func append(
        _ step: Int, _ journal: EvidenceJournal, _ scene: Scene, _ random: inout SeededGenerator
    ) throws {
        let entries: [EvidenceEntry] = (0..<Int.random(in: 1...12, using: &random)).map { _ in
            switch Int.random(in: 0..<4, using: &random) {
            case 0: scene.entry(.instruction(.received("\(step)", at: scene.wall)))
            case 1: scene.entry(.minuteTrace(.sample(scene.wall)))
            case 2:
                scene.entry(
                    .limitInForce(
                        LimitRecord(scope: "site", importPower: .zero, exportPower: nil, source: "7", reason: "")))
            case _: scene.entry(.decision(.sample(evse: step, target: .watts(step))))
            }
        }
        _ = try journal.append(
            entries, state: ["step": Data("\(step)".utf8)], durability: Bool.random(using: &random) ? .full : .relaxed)
    }

    /// One change of one row that matters, as SQL.
    private static func change(_ scene: Scene, _ random: inout SeededGenerator) throws -> String? {
        let table = (Chain.allCases.randomElement(using: &random) ?? .evidence).rawValue
        let queue = try DatabaseQueue(path: scene.file)
        let rows = try queue.read { database in try Int64.fetchAll(database, sql: "SELECT sequence FROM \(table)") }
        try queue.close()
        guard let row = rows.randomElement(using: &random) else { return nil }
        let changes = [
            "DELETE FROM \(table) WHERE sequence = \(row)",
            "DELETE FROM \(table) WHERE sequence >= \(row)",
            "DELETE FROM \(table) WHERE sequence <= \(row)",
            "UPDATE \(table) SET payload = payload || ' ' WHERE sequence = \(row)",
            "UPDATE \(table) SET time = time - 1 WHERE sequence = \(row)",
            "UPDATE \(table) SET monotonic = monotonic + 1 WHERE sequence = \(row)",
            "UPDATE \(table) SET kind = 'clock' WHERE sequence = \(row)",
            "UPDATE \(table) SET sequence = sequence + 1000000 WHERE sequence = \(row)",
            "UPDATE \(table) SET sequence = -sequence WHERE sequence = \(row)",
            "INSERT INTO \(table) SELECT -1, time, monotonic, boot, kind, payload, previous, hash FROM \(table) WHERE sequence = \(row)",
            "UPDATE \(table) SET hash = randomblob(32) WHERE sequence = \(row)",
            "UPDATE \(table) SET hash = x'00' WHERE sequence = \(row)",
            "INSERT INTO \(table) SELECT sequence + 1000000, time, monotonic, boot, kind, payload, previous, hash FROM \(table) WHERE sequence = \(row)",
            "UPDATE chain SET head_hash = randomblob(32) WHERE name = '\(table)'",
            "UPDATE chain SET base_hash = randomblob(32) WHERE name = '\(table)'",
        ]
        return changes.randomElement(using: &random)
    }
}
