// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import Journal

private let noon = WallTime(milliseconds: 1_772_366_400_000)

struct EvidenceRecordTests {
    static let all: [EvidenceRecord] = [
        .instruction(.received("7", at: noon, for: .minutes(15))),
        .instruction(
            InstructionRecord(
                id: "8",
                .received(
                    .init(
                        channel: "relay", who: "W4", direction: .export, scope: "connection point", power: .zero,
                        current: Current(milli: 16_125), starts: noon)))),
        .instruction(
            InstructionRecord(
                id: "7",
                .effective(
                    .init(after: .milliseconds(840), floor: .watts(4_200), outcome: .commanded, isBelowMinimum: false)))
        ),
        .instruction(
            InstructionRecord(
                id: "7", .effective(.init(after: .zero, floor: nil, outcome: .alreadyBelow, isBelowMinimum: true)))),
        .instruction(InstructionRecord(id: "7", .released)),
        .instruction(InstructionRecord(id: "7", .expired)),
        .instruction(InstructionRecord(id: "7", .superseded(by: "8"))),
        .instruction(InstructionRecord(id: "7", .superseded(by: nil))),
        .instruction(InstructionRecord(id: "7", .cancelled)),
        .instruction(InstructionRecord(id: "7", .refused(reason: "negative “limit”\n\u{1}\\ \"quoted\""))),
        .failsafe(FailsafeRecord(.entered, mechanism: "LPC", reason: "no heartbeat for 120 s")),
        .failsafe(FailsafeRecord(.left, mechanism: "LPC", reason: "heartbeat and a limit")),
        .limitInForce(
            LimitRecord(
                scope: "evse 2", importPower: Power(milli: 3_100_000), exportPower: nil, importCurrent: .amperes(16),
                source: "7", reason: "share of 4.2 kW")),
        .decision(.sample(evse: 2, target: Power(milli: -3_100_001))),
        .minuteTrace(.sample(noon)),
        .minuteTrace(MinuteTrace(minute: noon, flow: nil, controllable: nil, samples: 0, covered: 0, clock: .free)),
        .setting(SettingChange("failsafe.import", from: nil, to: "4.2 kW", who: "local API")),
        .clock(.jumped(before: noon, after: WallTime(milliseconds: -1))),
        .clock(.started(version: "0.1.0")),
        .clock(.stopped(reason: "SIGTERM")),
        .gridCode(GridCodeRecord(function: "enter service", state: "waiting", detail: "60 s")),
        .journal(.began(after: "journal.sqlite.corrupt-2026")),
        .journal(
            .pruned(
                .init(
                    chain: .detail, through: ChainPosition(sequence: 12, hash: .beginning), removed: 12, first: noon,
                    last: noon, reason: .budget))),
        .journal(.discrepancy(.init(chain: .evidence, expected: .beginning, found: 3, witness: .headFile))),
    ]

    @Test(arguments: all) func `a record comes back from its stored form as it went`(_ record: EvidenceRecord) {
        #expect(EvidenceRecord(kind: record.kind, payloadText: record.payloadText) == record)
    }

    @Test(arguments: all) func `every field of a record has a column`(_ record: EvidenceRecord) {
        #expect(record.fields.values.keys.allSatisfy(CSV.fields.contains))
    }

    @Test func `the stored form of a record is sorted and carries its units`() {
        let record = EvidenceRecord.instruction(
            .received("7", limit: Power(milli: 4_200_500), at: noon, for: .minutes(15)))
        let expected =
            #"{"channel":"LPC","direction":"import","duration_s":900,"event":"received","instruction_id":"7","#
            + #""limit_W":4200.5,"scope":"controllable","starts_utc":"2026-03-01T12:00:00.000Z","who":"grid operator"}"#
        #expect(record.payloadText == expected)
    }

    @Test func `a minute is stored without names`() {
        let text = EvidenceRecord.minuteTrace(.sample(noon)).payloadText
        #expect(text == #"[1772366400000,18250.125,-900,24000.5,4187.25,600,60,"synchronised"]"#)
    }

    @Test(arguments: EvidenceRecord.Kind.allCases)
    func `what is no payload is refused, not trusted`(_ kind: EvidenceRecord.Kind) {
        for text in [
            "", "{}", "[]", "null", "7", "{\"event\":7}", "[1,2,3,4,5,6,7,8]", "{\"event\":\"received\"}", "\u{FFFD}",
        ] {
            #expect(EvidenceRecord(kind: kind, payloadText: text) == nil)
        }
    }

    @Test func `a long text is cut, so that one message cannot fill the disk`() {
        let record = InstructionRecord(id: "1", .refused(reason: String(repeating: "ä", count: 1_000_000)))
        let text = EvidenceRecord.instruction(record).payloadText
        #expect(text.utf8.count < 1_200)
        #expect(text.contains("ä…"))
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_772_373_720_005, "2026-03-01T14:02:00.005Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (Int64.max, "9223372036854775807 ms"),
        ] as [(Int64, String)])
    func `a time is written as RFC 3339 and read back`(_ milliseconds: Int64, _ text: String) {
        #expect(WallTime(milliseconds: milliseconds).utcText == text)
        #expect(WallTime(utcText: text) == WallTime(milliseconds: milliseconds))
    }
}
