// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GRDB
import Testing

@testable import Journal

struct ChainTests {
    let scene: Scene
    init() throws { scene = try Scene() }

    /// The expected value is what `printf 'sluice-evidence-1\n…' | sha256sum` prints.
    @Test func `the hash of a record is that of its documented text`() throws {
        let digest = try #require(Digest())
        let record = ChainedRecord(
            EvidenceEntry(at: scene.now, .instruction(InstructionRecord(id: "7", .released))), sequence: 42,
            after: .beginning,
            digest: digest)
        #expect(record.hash.hexadecimal == "db49202223591abcfca23f0076cbd73a4db25581fe07084e7628c33c43ee03ed")
    }

    /// Ten decisions and ten minutes, alternating, as records 2 to 21.
    private func filled() throws {
        let journal = try scene.open()
        for number in 1...10 {
            scene.pass(.minutes(1))
            _ = try journal.append(
                [
                    scene.entry(.decision(.sample(evse: number, target: .zero))),
                    scene.entry(.minuteTrace(.sample(scene.wall))),
                ], durability: .full)
        }
        try journal.close()
    }

    private func finding(after sql: String) throws -> BrokenRecord? {
        try filled()
        try scene.tamper(sql)
        let journal = try scene.open()
        let broken = try journal.verify().broken
        try journal.close()
        return broken
    }

    @Test func `an untouched journal is intact`() throws {
        try filled()
        #expect(try scene.open().verify() == Verification(checked: 21))
    }

    @Test(arguments: [
        "payload = replace(payload, '18250', '18251')", "time = time + 1", "monotonic = monotonic - 1",
        "kind = 'setting'", "hash = zeroblob(32)", "previous = zeroblob(32)",
    ])
    func `a changed value is found and its record named`(_ change: String) throws {
        let broken = try finding(after: "UPDATE evidence SET \(change) WHERE sequence = 11")
        #expect(broken == BrokenRecord(chain: .evidence, sequence: 11, finding: .changed))
    }

    @Test func `a changed boot is found`() throws {
        #expect(try finding(after: "UPDATE boot SET name = 'another'")?.finding == .changed)
    }

    @Test func `a row deleted in the middle is found`() throws {
        let broken = try finding(after: "DELETE FROM evidence WHERE sequence = 11")
        #expect(broken == BrokenRecord(chain: .evidence, sequence: 13, finding: .missingBefore(after: 9)))
    }

    @Test func `rows in another order are found`() throws {
        let broken = try finding(
            after: """
                UPDATE detail SET sequence = 1000 WHERE sequence = 4;
                UPDATE detail SET sequence = 4 WHERE sequence = 6;
                UPDATE detail SET sequence = 6 WHERE sequence = 1000;
                """)
        #expect(broken == BrokenRecord(chain: .detail, sequence: 4, finding: .changed))
    }

    @Test(arguments: [-5, 0, 1]) func `a row put in front of the beginning is found`(_ sequence: Int64) throws {
        let broken = try finding(
            after: """
                INSERT INTO detail SELECT \(sequence), time, monotonic, boot, kind, payload, previous, hash
                    FROM detail WHERE sequence = 2
                """)
        #expect(broken?.sequence == sequence)
    }

    @Test func `a number beyond all that were given is no trap`() throws {
        try filled()
        try scene.tamper("UPDATE evidence SET sequence = 9223372036854775807 WHERE sequence = 21")
        try Data("sluice journal head 1\nevidence 9223372036854775807 00\ndetail 9223372036854775807 00\n".utf8)
            .write(to: URL(fileURLWithPath: scene.file + ".head"))
        let journal = try scene.open()
        _ = try journal.append([scene.entry(.clock(.started(version: "1")))], durability: .full)
        #expect(try !journal.verify().isIntact)
    }

    @Test func `a removed front is found`() throws {
        let broken = try finding(after: "DELETE FROM detail WHERE sequence < 6")
        #expect(broken == BrokenRecord(chain: .detail, sequence: 6, finding: .missingBefore(after: 0)))
    }

    @Test func `a front removed with a moved base needs a record that explains it`() throws {
        let broken = try finding(
            after: """
                UPDATE chain SET base_sequence = 4, base_hash = (SELECT hash FROM detail WHERE sequence = 4)
                    WHERE name = 'detail';
                DELETE FROM detail WHERE sequence <= 4;
                """)
        #expect(broken == BrokenRecord(chain: .detail, sequence: 4, finding: .unexplainedBeginning))
    }

    @Test func `a removed end is found at the opening, told, and never forgotten`() throws {
        try filled()
        try scene.tamper("DELETE FROM evidence WHERE sequence > 15")
        let (journal, notices) = try EvidenceJournal.open(scene.settings(), at: scene.now)
        #expect(notices.count == 2)
        let verification = try journal.verify()
        #expect(verification.broken == nil)
        #expect(verification.discrepancies.map(\.expected.sequence) == [21, 21])
        #expect(verification.discrepancies.map(\.found) == [15, 15])
        #expect(verification.discrepancies.map(\.witness) == [.database, .headFile])
        try journal.close()
        let (again, none) = try EvidenceJournal.open(scene.settings(), at: scene.now)
        #expect(none.isEmpty)
        #expect(try !again.verify().isIntact)
    }

    @Test func `an end removed together with the memory of it in the database is found by the head file`() throws {
        try filled()
        try scene.tamper(
            """
            DELETE FROM evidence WHERE sequence > 15;
            UPDATE chain SET head_sequence = 15, head_hash = (SELECT hash FROM evidence WHERE sequence = 15)
                WHERE name = 'evidence';
            """)
        let discrepancies = try scene.open().verify().discrepancies
        #expect(discrepancies.map(\.witness) == [.headFile])
    }

    @Test func `an older copy put back is found`() throws {
        try filled()
        try FileManager.default.copyItem(atPath: scene.file, toPath: scene.file + ".copy")
        let journal = try scene.open()
        let receipt = try journal.append([scene.entry(.instruction(.received("7", at: scene.wall)))], durability: .full)
        #expect(receipt.sequences == [22])
        try journal.close()
        try FileManager.default.removeItem(atPath: scene.file)
        try FileManager.default.moveItem(atPath: scene.file + ".copy", toPath: scene.file)
        let older = try scene.open()
        #expect(try older.verify().discrepancies.map(\.expected.sequence) == [22])
        // The number of what is gone is not given again.
        #expect(try older.append([scene.entry(.clock(.started(version: "1")))], durability: .full).sequences == [24])
    }

    @Test func `a deleted database is found by its head file`() throws {
        try filled()
        try FileManager.default.removeItem(atPath: scene.file)
        #expect(try scene.open().verify().discrepancies.count == 2)
    }

    @Test func `an end removed while the journal is open is found by the next walk`() throws {
        let journal = try scene.open()
        _ = try journal.append([scene.entry(.clock(.started(version: "1")))], durability: .full)
        try journal.withStore { store throws(JournalFault) in
            try store.connection.write { database in
                try database.execute(sql: "DELETE FROM evidence WHERE sequence = 2")
            }
        }
        #expect(
            try journal.verify().broken
                == BrokenRecord(chain: .evidence, sequence: 1, finding: .endMissing(expected: 2, witness: .database)))
    }
}
