// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GRDB
import Testing

@testable import Journal

/// A folder of its own for the journal of one test, removed when the test ends.
final class Scene {
    let folder: String
    let boot: BootID
    /// 2026-03-01T14:00:00Z.
    var wall = WallTime(milliseconds: 1_772_373_600_000)
    var monotonic = Instant(nanoseconds: 1_000_000_000)

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/sluice-journal-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        boot = try #require(BootID("3b0b7d9c-1f0e-4c6e-9a54-0d6c1f1f7d11"))
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            print("cannot remove \(folder): \(error)")
        }
    }

    var file: String { folder + "/journal.sqlite" }
    var now: Moment { Moment(wall: wall, monotonic: monotonic, boot: boot) }

    func settings(budget: Int = JournalSettings.defaultBudget) -> JournalSettings {
        JournalSettings(file: file, budget: budget)
    }

    func open(budget: Int = JournalSettings.defaultBudget) throws -> EvidenceJournal {
        try EvidenceJournal.open(settings(budget: budget), at: now).journal
    }

    func pass(_ interval: Interval) {
        wall = wall + interval
        monotonic = monotonic + interval
    }

    func entry(_ record: EvidenceRecord) -> EvidenceEntry { EvidenceEntry(at: now, record) }

    /// Changes the closed database behind the journal's back.
    func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(path: file)
        try queue.write { database in try database.execute(sql: sql) }
        try queue.close()
    }

    /// Destroys all but the first pages of the file, under an open journal.
    func overwriteEnd() throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
        let size = try handle.seekToEnd()
        // The first pages hold the schema and the small tables; what follows is mostly the large ones.
        for page in stride(from: UInt64(24), to: size / 4_096, by: 1) {
            try handle.seek(toOffset: page * 4_096)
            try handle.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
        }
        try handle.close()
    }

    var files: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
    }
}

extension InstructionRecord {
    static func received(
        _ id: String, limit: Power = .watts(4_200), at starts: WallTime, for duration: Interval? = nil
    ) -> InstructionRecord {
        InstructionRecord(
            id: id,
            .received(
                Order(
                    channel: "LPC", who: "grid operator", direction: .import, scope: "controllable", power: limit,
                    starts: starts, duration: duration)))
    }
}

extension DecisionRecord {
    static func sample(evse: Int, target: Power) -> DecisionRecord {
        DecisionRecord(
            evse: evse, target: target,
            steps: [
                Step(stage: "wish", value: .watts(11_000), because: "local API"),
                Step(stage: "grid", value: target, because: "instruction 7 of LPC"),
            ])
    }
}

extension MinuteTrace {
    static func sample(_ minute: WallTime) -> MinuteTrace {
        MinuteTrace(
            minute: minute,
            flow: Flow(mean: Power(milli: 18_250_125), least: .watts(-900), greatest: Power(milli: 24_000_500)),
            controllable: Power(milli: 4_187_250), samples: 600, covered: 60, clock: .synchronised)
    }
}
