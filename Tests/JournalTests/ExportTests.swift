// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import Journal

struct ExportTests {
    let scene: Scene
    init() throws { scene = try Scene() }

    private func export(_ format: ExportFormat, of records: [EvidenceRecord]) throws -> String {
        let journal = try scene.open()
        let start = scene.wall
        for record in records {
            scene.pass(.seconds(1))
            _ = try journal.append([scene.entry(record)], durability: .relaxed)
        }
        var text = ""
        try journal.export(from: start + .seconds(1), to: scene.wall + .seconds(1), format: format) { text += $0 }
        return text
    }

    /// RFC 4180, read strictly; nil for what it does not allow.
    private func parsed(_ text: String) -> [[String]]? {
        var rows: [[String]] = [[""]]
        var isQuoted = false
        var rest = Substring(text)
        func append(_ piece: String) { rows[rows.count - 1][rows[rows.count - 1].count - 1] += piece }
        while let next = rest.first {
            rest.removeFirst()
            switch (isQuoted, next) {
            case (true, "\"") where rest.first == "\"":
                rest.removeFirst()
                append("\"")
            case (true, "\""): isQuoted = false
            case (true, _): append(String(next))
            case (false, "\""): isQuoted = true
            case (false, ","): rows[rows.count - 1].append("")
            case (false, "\r\n"): rows.append([""])
            case (false, "\n"), (false, "\r"): return nil
            case (false, _): append(String(next))
            }
        }
        return rows.popLast() == [""] ? rows : nil
    }

    @Test func `CSV has a row for each record and a cell for each column`() throws {
        let rows = try #require(parsed(try export(.csv, of: EvidenceRecordTests.all)))
        #expect(rows.count == 1 + EvidenceRecordTests.all.count)
        #expect(rows.allSatisfy { $0.count == rows[0].count })
        #expect(Set(rows[0]).count == rows[0].count)
    }

    @Test func `CSV shows an order as a person reads it`() throws {
        let rows = try #require(
            parsed(try export(.csv, of: [.instruction(.received("7", at: scene.wall, for: .minutes(15)))])))
        let cells = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
        #expect(cells["time_utc"] == "2026-03-01T14:00:01.000Z")
        #expect(cells["kind"] == "instruction")
        #expect(cells["channel"] == "LPC")
        #expect(cells["direction"] == "import")
        #expect(cells["limit_W"] == "4200")
        #expect(cells["duration_s"] == "900")
        #expect(cells["mean_W"] == "")
    }

    @Test func `CSV quotes what needs it, and a peer's formula stays text`() throws {
        let nasty = #"=HYPERLINK("http://x","y")"# + "\nnext, line"
        let rows = try #require(
            parsed(try export(.csv, of: [.instruction(InstructionRecord(id: "7", .refused(reason: nasty)))])))
        #expect(rows[1].contains("'" + nasty))
    }

    @Test func `JSON lines carry all that the hash is taken of`() throws {
        let text = try export(
            .json, of: [.instruction(InstructionRecord(id: "7", .released)), .minuteTrace(.sample(scene.wall))])
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines[0].contains(
                #""kind":"instruction","record":{"event":"released","instruction_id":"7"},"previous_hash":""#))
        #expect(lines[1].contains(#""mean_W":18250.125"#))
        #expect(lines[1].contains(#""payload":"[1772373600000,18250.125,"#))
    }

    @Test func `a sink that fails ends the export`() throws {
        struct DiskFull: Error {}
        let journal = try scene.open()
        #expect(throws: DiskFull.self) {
            try journal.export(from: scene.wall, to: scene.wall + .seconds(1), format: .json) { _ in throw DiskFull() }
        }
    }

    @Test func `the order is that of recording, over both chains, in pieces`() throws {
        let records = (0..<1_200).map { number -> EvidenceRecord in
            number % 3 == 0 ? .minuteTrace(.sample(scene.wall)) : .decision(.sample(evse: number, target: .zero))
        }
        let text = try export(.json, of: records)
        let numbers = text.split(separator: "\n").compactMap { line in
            Int(line.dropFirst("{\"sequence\":".count).prefix { $0.isNumber })
        }
        #expect(numbers == Array(2...1_201))
    }
}
