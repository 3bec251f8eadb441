// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

@testable import Journal

/// What a power cut may leave of the write-ahead log: a part of it, the rest missing or rubbish.
struct TornWriteTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `a torn log loses an end, never the middle`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let scene = try Scene()
        let journal = try scene.open()
        for number in 1...40 {
            _ = try journal.append(
                [scene.entry(.instruction(.received("\(number)", at: scene.wall)))], durability: .full)
        }
        let torn = try tornCopy(of: scene, &random)
        let (survivor, notices) = try EvidenceJournal.open(JournalSettings(file: torn), at: scene.now)
        #expect(notices.isEmpty, "without a head file there is nothing to compare with")
        #expect(try survivor.verify().isIntact, "seed \(seed)")
        let there = try survivor.instructions(inForceAt: scene.wall).map(\.id)
        #expect(there == (1...40).map(String.init).prefix(there.count).map { $0 }, "seed \(seed)")
        // The log of a journal is never torn behind the last full commit unless the disk lied; then the head file tells.
        try survivor.close()
        try Data(contentsOf: URL(fileURLWithPath: scene.file + ".head")).write(to: URL(fileURLWithPath: torn + ".head"))
        let (_, told) = try EvidenceJournal.open(JournalSettings(file: torn), at: scene.now)
        #expect(told.isEmpty == (there.count == 40), "seed \(seed)")
        try journal.close()
    }

    private func tornCopy(of scene: Scene, _ random: inout SeededGenerator) throws -> String {
        let torn = scene.folder + "/torn.sqlite"
        try FileManager.default.copyItem(atPath: scene.file, toPath: torn)
        var log = try Data(contentsOf: URL(fileURLWithPath: scene.file + "-wal"))
        let kept = Int.random(in: 0...log.count, using: &random)
        let isRubbish = Bool.random(using: &random)
        for index in kept..<log.count where isRubbish { log[index] = UInt8.random(in: 0...255, using: &random) }
        try (isRubbish ? log : log.prefix(kept)).write(to: URL(fileURLWithPath: torn + "-wal"))
        return torn
    }
}
