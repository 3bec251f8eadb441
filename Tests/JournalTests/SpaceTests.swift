// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

@testable import Journal

struct SpaceTests {
    let scene: Scene
    init() throws { scene = try Scene() }

    private let budget = JournalSettings.leastBudget

    private func used(_ journal: EvidenceJournal) throws -> Int {
        try journal.withStore { store throws(JournalFault) in try store.usedBytes() }
    }

    @Test func `a flood of decisions removes old decisions and nothing else`() throws {
        let journal = try scene.open(budget: budget)
        var thinned = 0
        var most = 0
        for number in 1...900 {
            scene.pass(.seconds(1))
            var entries = (1...10).map { scene.entry(.decision(.sample(evse: $0, target: .watts(number)))) }
            if number % 100 == 0 { entries.append(scene.entry(.instruction(.received("\(number)", at: scene.wall)))) }
            let receipt = try journal.append(entries, durability: .relaxed)
            for case .thinned(let removed, _) in receipt.notices { thinned += removed }
            most = max(most, try used(journal))
        }
        #expect(thinned > 3_000)
        #expect(most < budget + budget / 4)
        #expect(try journal.instructions(inForceAt: scene.wall).count == 9)
        #expect(try journal.decision(evse: 3, at: scene.wall)?.record.target == .watts(900))
        #expect(try journal.verify().isIntact)
    }

    @Test func `a flood of instructions keeps them all, is reported, and stops before it fills the disk`() throws {
        let journal = try scene.open(budget: budget)
        var acknowledged = 0
        var isReported = false
        let padding = String(repeating: "-", count: 500)
        var fault: JournalFault?
        while fault == nil, acknowledged < 20_000 {
            scene.pass(.seconds(1))
            do throws(JournalFault) {
                let entries = (1...10).map {
                    scene.entry(.instruction(.received("\(acknowledged + $0)" + padding, at: scene.wall)))
                }
                let receipt = try journal.append(entries, durability: .relaxed)
                acknowledged += 10
                for case .overBudget in receipt.notices { isReported = true }
            } catch {
                fault = error
            }
        }
        #expect(isReported)
        guard case .budgetExhausted? = fault?.problem else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(try journal.instructions(inForceAt: scene.wall).count == acknowledged)
        #expect(try journal.verify().isIntact)
        try journal.close()
        let size = try FileManager.default.attributesOfItem(atPath: scene.file)[.size] as? Int
        #expect(try #require(size) <= 2 * budget)
    }

    private func fortyDays() throws -> EvidenceJournal {
        let settings = JournalSettings(file: scene.file, retention: .seconds(30 * 86_400))
        let journal = try EvidenceJournal.open(settings, at: scene.now).journal
        for day in 1...40 {
            _ = try journal.append(
                [
                    scene.entry(.instruction(.received("\(day)", at: scene.wall, for: .minutes(1)))),
                    scene.entry(.decision(.sample(evse: day, target: .zero))),
                ], durability: .full)
            scene.pass(.seconds(86_400))
        }
        return journal
    }

    @Test func `what is older than the retention goes, and the rest still verifies`() throws {
        let journal = try fortyDays()
        _ = try journal.keepWithinBounds(at: scene.now, isClockTrusted: true)
        let verification = try journal.verify()
        #expect(verification.isIntact)
        // Thirty days of two records, and one checkpoint for each chain.
        #expect(verification.checked == 62)
        #expect(try journal.decision(evse: 10, at: scene.wall) == nil)
        #expect(try journal.decision(evse: 11, at: scene.wall) != nil)
        _ = try journal.keepWithinBounds(at: scene.now, isClockTrusted: true)
        #expect(try journal.verify().checked == 62)
    }

    @Test func `a clock that is not trusted removes nothing`() throws {
        let journal = try fortyDays()
        scene.wall = WallTime(milliseconds: 4_102_444_800_000)
        _ = try journal.keepWithinBounds(at: scene.now, isClockTrusted: false)
        #expect(try journal.verify().checked == 81)
    }

    @Test func `a record stamped in the future does not keep the old ones`() throws {
        let future = scene.wall + .seconds(9_999 * 86_400)
        let journal = try scene.open()
        _ = try journal.append(
            [
                EvidenceEntry(
                    at: Moment(wall: future, monotonic: scene.monotonic, boot: scene.boot),
                    .clock(.started(version: "1")))
            ],
            durability: .full)
        try journal.close()
        let later = try fortyDays()
        _ = try later.keepWithinBounds(at: scene.now, isClockTrusted: true)
        #expect(try later.verify().checked == 62)
    }
}

/// A file system of its own that is soon full, which only root can make:
///
///     mount -t tmpfs -o size=3m none /mnt/small && SLUICE_JOURNAL_SMALL_DISK=/mnt/small swift test --filter DiskFullTests
struct DiskFullTests {
    static let folder = ProcessInfo.processInfo.environment["SLUICE_JOURNAL_SMALL_DISK"]

    @Test(.enabled(if: folder != nil)) func `a full disk is named, costs nothing that was acknowledged, and passes`()
        throws
    {
        let scene = try Scene()
        let folder = try #require(Self.folder)
        let journal = try EvidenceJournal.open(JournalSettings(file: folder + "/journal.sqlite"), at: scene.now).journal
        let ballast = folder + "/ballast"
        try Data(repeating: 1, count: 1_048_576).write(to: URL(fileURLWithPath: ballast))
        var acknowledged = 0
        func append() throws {
            _ = try journal.append(
                [scene.entry(.instruction(.received("\(acknowledged + 1)", at: scene.wall)))], durability: .full)
            acknowledged += 1
        }
        let fault = #expect(throws: JournalFault.self) { while acknowledged < 100_000 { try append() } }
        #expect(fault?.problem == .diskFull)
        try FileManager.default.removeItem(atPath: ballast)
        try append()
        #expect(try journal.instructions(inForceAt: scene.wall).count == acknowledged)
        #expect(try journal.verify().isIntact)
    }
}
