// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

@testable import Journal

struct EvidenceJournalTests {
    let scene: Scene
    init() throws { scene = try Scene() }

    @Test func `records are there after the journal is opened again`() throws {
        let first = try scene.open()
        let receipt = try first.append([scene.entry(.instruction(.received("7", at: scene.wall)))], durability: .full)
        #expect(receipt.sequences == [2])
        try first.close()
        let second = try scene.open()
        #expect(try second.instructions(inForceAt: scene.wall).map(\.id) == ["7"])
        #expect(try second.verify() == Verification(checked: 2))
    }

    @Test func `a state value is written with the record that explains it, and survives`() throws {
        let journal = try scene.open()
        let change = EvidenceRecord.setting(SettingChange("failsafe", from: nil, to: "4.2 kW", who: "LPC"))
        _ = try journal.append([scene.entry(change)], state: ["failsafe": Data("4200".utf8)], durability: .full)
        try journal.close()
        let again = try scene.open()
        #expect(try again.state("failsafe") == Data("4200".utf8))
        _ = try again.append([], state: ["failsafe": nil], durability: .full)
        #expect(try again.state("failsafe") == nil)
        #expect(try again.stateKeys() == [])
    }

    @Test func `a damaged state value is not believed`() throws {
        let journal = try scene.open()
        _ = try journal.append([], state: ["failsafe": Data("4200".utf8)], durability: .full)
        try journal.close()
        try scene.tamper("UPDATE state SET value = CAST('9999' AS BLOB)")
        let again = try scene.open()
        #expect(throws: JournalFault(file: scene.file, .damagedState(key: "failsafe"))) { try again.state("failsafe") }
    }

    @Test func `a second owner is turned away with a clear message`() throws {
        let journal = try scene.open()
        let fault = #expect(throws: JournalFault.self) { try scene.open() }
        #expect(fault?.problem == .locked)
        #expect(fault?.description.contains("in use by another process") == true)
        try journal.close()
        try scene.open().close()
    }

    @Test func `a closed journal says so`() throws {
        let journal = try scene.open()
        try journal.close()
        #expect(throws: JournalFault(file: scene.file, .closed)) {
            try journal.append([scene.entry(.clock(.stopped(reason: "")))], durability: .full)
        }
    }

    @Test func `a journal of a newer version is left alone`() throws {
        try scene.open().close()
        try scene.tamper("PRAGMA user_version = 9")
        #expect(throws: JournalFault(file: scene.file, .newerSchema(found: 9, known: 1))) { try scene.open() }
    }

    @Test func `another program's database is left alone`() throws {
        try scene.tamper("CREATE TABLE theirs (a)")
        #expect(throws: JournalFault(file: scene.file, .notAJournal)) { try scene.open() }
        #expect(try scene.files.contains("journal.sqlite"))
    }

    @Test func `a folder that is not there is named, with what to do`() throws {
        let fault = #expect(throws: JournalFault.self) {
            try EvidenceJournal.open(JournalSettings(file: "/nowhere/journal.sqlite"), at: scene.now)
        }
        #expect(fault?.description.hasPrefix("Journal /nowhere/journal.sqlite: cannot be opened") == true)
    }

    @Test func `a file that is no database is set aside, and the new chain says so`() throws {
        try Data("not a database, whatever it is, and long enough to be looked at".utf8)
            .write(to: URL(fileURLWithPath: scene.file))
        let (journal, notices) = try EvidenceJournal.open(scene.settings(), at: scene.now)
        let aside = "journal.sqlite.corrupt-2026-03-01T14-00-00.000Z"
        #expect(try scene.files.contains(aside))
        guard case .setAside(let file, _, _, lostState: true)? = notices.first else {
            Issue.record("\(notices)")
            return
        }
        #expect(file == scene.folder + "/" + aside)
        var lines = ""
        try journal.export(from: .init(milliseconds: 0), to: .init(milliseconds: .max), format: .json) { lines += $0 }
        #expect(lines.contains(#""record":{"event":"began","file":"\#(aside)"}"#))
    }

    @Test func `a database that becomes corrupt while it is open is replaced, with its state`() throws {
        let journal = try scene.open()
        _ = try journal.append([], state: ["failsafe": Data("4200".utf8)], durability: .full)
        for number in 1...2_000 {
            _ = try journal.append([scene.entry(.decision(.sample(evse: number, target: .zero)))], durability: .relaxed)
        }
        try journal.close()
        let again = try scene.open()
        try scene.overwriteEnd()
        #expect(throws: JournalFault.self) { try again.verify() }
        let receipt = try again.append([scene.entry(.instruction(.received("9", at: scene.wall)))], durability: .full)
        guard case .setAside(_, _, recoveredState: ["failsafe"], lostState: false)? = receipt.notices.first else {
            Issue.record("\(receipt.notices)")
            return
        }
        #expect(try again.state("failsafe") == Data("4200".utf8))
        #expect(try again.verify().isIntact)
        #expect(try again.instructions(inForceAt: scene.wall).map(\.id) == ["9"])
    }

    @Test func `a clock that jumps back disturbs nothing`() throws {
        let journal = try scene.open()
        _ = try journal.append([scene.entry(.decision(.sample(evse: 2, target: .watts(3_100))))], durability: .full)
        let before = scene.wall
        scene.wall = scene.wall + .seconds(-3_600)
        _ = try journal.append(
            [
                scene.entry(.clock(.jumped(before: before, after: scene.wall))),
                scene.entry(.decision(.sample(evse: 2, target: .zero))),
            ],
            durability: .full)
        #expect(try journal.verify().isIntact)
        #expect(try journal.decision(evse: 2, at: before)?.record.target == .watts(3_100))
        #expect(try journal.decision(evse: 2, at: scene.wall)?.record.target == .zero)
    }
}
