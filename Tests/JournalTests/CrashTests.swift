// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Glibc
import Testing

@testable import Journal

/// Kills a process that writes a journal, again and again, and looks whether what it had acknowledged is there. This
/// shows what a killed daemon leaves; only a real power cut tries whether the disk keeps its word.
struct CrashTests {
    static let victimFile = ProcessInfo.processInfo.environment["SLUICE_JOURNAL_VICTIM"]
    /// Fifteen; as many as SLUICE_JOURNAL_KILLS says for a longer run.
    static let kills = ProcessInfo.processInfo.environment["SLUICE_JOURNAL_KILLS"].flatMap(Int.init) ?? 15

    @Test(.enabled(if: victimFile == nil))
    func `what was acknowledged is there, whenever the process is killed`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("crash test with seed \(seed), \(Self.kills) kills")
        var random = SeededGenerator(seed: seed)
        let scene = try Scene()
        var acknowledged: [Int64] = []
        for _ in 0..<Self.kills {
            let victim = try Victim(writing: scene.file)
            victim.awaitFirstWord()
            // Opening takes some tens of milliseconds, an acknowledgement one to five.
            usleep(UInt32.random(in: 0...150_000, using: &random))
            acknowledged += victim.kill()
        }
        print("\(acknowledged.count) instructions were acknowledged")
        try check(scene, acknowledged)
    }

    private func check(_ scene: Scene, _ acknowledged: [Int64]) throws {
        let (journal, notices) = try EvidenceJournal.open(scene.settings(), at: scene.now)
        #expect(notices.isEmpty)
        let verification = try journal.verify()
        #expect(verification.isIntact, "\(verification)")
        let there = Set(try journal.instructions(inForceAt: scene.wall).map(\.id))
        let missing = acknowledged.filter { !there.contains("\($0)") }
        #expect(missing.isEmpty, "missing: \(missing.prefix(10))")
        #expect(acknowledged.count > Self.kills)
        // The counter is written with the instruction that explains it, so neither is ever there alone.
        let counter = try journal.state("counter").map { String(decoding: $0, as: UTF8.self) }
        #expect(counter == there.compactMap(Int64.init).max().map(String.init))
    }

    /// Runs only inside a victim: appends, and says so on descriptor 3, until it is killed.
    @Test(.enabled(if: victimFile != nil)) func `the victim writes until it is killed`() throws {
        let scene = try Scene()
        say(0)
        let (journal, _) = try EvidenceJournal.open(JournalSettings(file: #require(Self.victimFile)), at: scene.now)
        var counter = try journal.state("counter").flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
        while true {
            counter += 1
            _ = try journal.append(
                [
                    scene.entry(.instruction(.received("\(counter)", at: scene.wall))),
                    scene.entry(.decision(.sample(evse: 1, target: .watts(Int(counter))))),
                ], state: ["counter": Data("\(counter)".utf8)], durability: .full)
            say(counter)
            if counter % 5 == 0 {
                _ = try journal.append([scene.entry(.minuteTrace(.sample(scene.wall)))], durability: .relaxed)
            }
        }
    }

    private func say(_ number: Int64) {
        var number = number
        if write(3, &number, MemoryLayout<Int64>.size) != MemoryLayout<Int64>.size { _exit(1) }
    }
}

/// This test program once more, as the process to be killed.
private struct Victim {
    private let process: pid_t
    private let pipe: Int32

    init(writing file: String) throws {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        defer { close(ends[1]) }
        pipe = ends[0]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 3)
        // Its report would read as if it were ours.
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        let words = [
            CommandLine.arguments[0], "--testing-library", "swift-testing", "--filter",
            "the victim writes until it is killed",
        ]
        let variables = ProcessInfo.processInfo.environment.map { "\($0)=\($1)" } + ["SLUICE_JOURNAL_VICTIM=\(file)"]
        var arguments = words.map { strdup($0) } + [nil]
        var environment = variables.map { strdup($0) } + [nil]
        defer { (arguments + environment).forEach { free($0) } }
        var process: pid_t = 0
        try #require(posix_spawn(&process, "/proc/self/exe", &actions, nil, &arguments, &environment) == 0)
        self.process = process
    }

    /// Blocks until the victim is about to open the journal.
    func awaitFirstWord() {
        var word: Int64 = 0
        _ = read(pipe, &word, MemoryLayout<Int64>.size)
    }

    /// - Returns: What the victim had acknowledged by then.
    func kill() -> [Int64] {
        Glibc.kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        var words: [Int64] = []
        var word: Int64 = 0
        while read(pipe, &word, MemoryLayout<Int64>.size) == MemoryLayout<Int64>.size { words.append(word) }
        close(pipe)
        return words
    }
}
