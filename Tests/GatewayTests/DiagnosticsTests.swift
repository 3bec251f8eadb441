// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Foundation
import StationWork
import Testing

@testable import Gateway

@Suite struct RecentLogTests {
    @Test func `the newest lines take the place of the oldest`() {
        let log = RecentLog()
        for number in 0..<(RecentLog.most + 3) { log.add("line \(number)", at: Int64(number)) }
        let lines = log.lines()
        #expect(lines.count == RecentLog.most)
        #expect(lines.first == "line 3" && lines.last == "line \(RecentLog.most + 2)")
    }

    @Test func `lines are told between two times, cut to their bound`() {
        let log = RecentLog()
        for number in 1...5 { log.add("\(number)", at: Int64(number)) }
        #expect(log.lines(from: 2, until: 4) == ["2", "3", "4"])
        #expect(log.lines(from: 6).isEmpty)
        log.add(String(repeating: "x", count: RecentLog.longest + 1), at: 6)
        #expect(log.lines(from: 6).map(\.count) == [RecentLog.longest])
    }

    @Test(arguments: [
        ("wss://csms.example/ocpp", "wss://csms.example/ocpp"),
        ("wss://me:secret@csms.example:9000/ocpp", "wss://csms.example:9000/ocpp"),
        ("wss://me:p@ss@csms.example", "wss://csms.example"), ("ws://host/a@b", "ws://host/a@b"),
    ])
    func `an address is told without its login`(url: String, told: String) {
        #expect(DiagnosedSite.withoutLogin(url) == told)
    }
}

@Suite struct InstallerProgramTests {
    /// A program in a folder of its own, which goes with the test.
    private final class Program {
        let path: String
        let folder: String

        init(_ script: String) throws {
            folder =
                FileManager.default.temporaryDirectory.appendingPathComponent("sluice-installer-\(UUID().uuidString)")
                .path
            path = folder + "/install"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try "#!/bin/sh\n\(script)\n".write(toFile: path + ".text", atomically: true, encoding: .utf8)
            // By another process: a program that this one had open for writing cannot be run while a child, forked by another
            // test in that moment, has not let go of it.
            let install = Process()
            install.executableURL = URL(fileURLWithPath: "/usr/bin/install")
            install.arguments = ["--mode", "755", path + ".text", path]
            try install.run()
            install.waitUntilExit()
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }
    }

    @Test(arguments: [
        ("exit 0", FirmwareInstallation.done(needsReboot: false)), ("exit 2", .done(needsReboot: true)),
    ])
    func `an exit code says what became of the firmware`(script: String, outcome: FirmwareInstallation) async throws {
        let program = try Program(script)
        #expect(await InstallerProgram(program.path).install("/tmp/file") == outcome)
    }

    @Test func `other ends are faults with words`() async throws {
        let wrong = try Program("exit 3")
        guard case .unverified = await InstallerProgram(wrong.path).install("/f") else {
            Issue.record("taken")
            return
        }
        for script in ["exit 1", "kill -9 $$"] {
            let program = try Program(script)
            guard case .failed(let words) = await InstallerProgram(program.path).install("/f") else {
                Issue.record("taken: \(script)")
                continue
            }
            #expect(words.contains(program.path))
        }
        guard case .failed(let words) = await InstallerProgram("/nowhere/install").install("/f") else {
            Issue.record("taken")
            return
        }
        #expect(words.contains("cannot be started"))
    }

    @Test func `it is given the file, and asked after a restart`() async throws {
        let program = try Program("echo \"$@\" >> \"$(dirname \"$0\")/asked\"; test \"$1\" = --confirm || exit 2")
        #expect(await InstallerProgram(program.path).install("/var/lib/f") == .done(needsReboot: true))
        #expect(await InstallerProgram(program.path).runsNewFirmware())
        #expect(try String(contentsOfFile: program.folder + "/asked", encoding: .utf8) == "/var/lib/f\n--confirm\n")
        let denies = try Program("exit 1")
        #expect(await InstallerProgram(denies.path).runsNewFirmware() == false)
    }

    @Test func `one that takes too long is ended`() async throws {
        let program = try Program("exec sleep 86400")
        guard case .failed(let words) = await InstallerProgram(program.path, patience: .milliseconds(200)).install("/f")
        else {
            Issue.record("waited")
            return
        }
        #expect(words.contains("took longer"))
    }
}
