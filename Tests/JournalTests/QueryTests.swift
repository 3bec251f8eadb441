// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import Journal

struct QueryTests {
    let scene: Scene
    let journal: EvidenceJournal
    let start: WallTime

    /// Half an hour: an instruction at 14:00 that is obeyed after 840 ms, EVSE 2 at 3.1 kW from 14:01, released at 14:20.
    init() throws {
        scene = try Scene()
        journal = try scene.open()
        start = scene.wall
        try add(.instruction(.received("7", limit: .watts(4_200), at: start)))
        try add(
            .limitInForce(
                LimitRecord(
                    scope: "controllable", importPower: .watts(4_200), exportPower: nil, source: "7", reason: "LPC")))
        scene.pass(.milliseconds(840))
        try add(
            .instruction(
                InstructionRecord(
                    id: "7",
                    .effective(
                        .init(
                            after: .milliseconds(840), floor: .watts(4_200), outcome: .commanded, isBelowMinimum: false)
                    ))))
        scene.pass(.minutes(1))
        try add(.decision(.sample(evse: 2, target: .watts(3_100))))
        try add(.decision(.sample(evse: 1, target: .watts(1_100))))
        scene.pass(.minutes(19))
        try add(.instruction(InstructionRecord(id: "7", .released)))
        try add(
            .limitInForce(
                LimitRecord(
                    scope: "controllable", importPower: nil, exportPower: nil, source: "agreement", reason: "released"))
        )
        try add(.decision(.sample(evse: 2, target: .watts(11_000))))
    }

    private func add(_ record: EvidenceRecord) throws {
        _ = try journal.append([scene.entry(record)], durability: .full)
    }

    @Test func `who limited EVSE 2 to 3.1 kW at 14:02, and what was ordered`() throws {
        let at = start + .minutes(2)
        let decision = try #require(try journal.decision(evse: 2, at: at))
        #expect(decision.record.target == .watts(3_100))
        #expect(decision.record.steps.last?.because == "instruction 7 of LPC")
        let standing = try journal.instructions(inForceAt: at)
        #expect(standing.map(\.id) == ["7"])
        #expect(standing.first?.order.power == .watts(4_200))
        #expect(standing.first?.effect?.after == .milliseconds(840))
        #expect(try journal.limits(at: at).map(\.record.source) == ["7"])
    }

    @Test func `before and after there was no limit`() throws {
        let before = start + .seconds(-1)
        #expect(try journal.instructions(inForceAt: before).isEmpty)
        #expect(try journal.limits(at: before).isEmpty)
        #expect(try journal.decision(evse: 2, at: before) == nil)
        #expect(try journal.instructions(inForceAt: scene.wall).isEmpty)
        #expect(try journal.limits(at: scene.wall).isEmpty)
        #expect(try journal.decision(evse: 2, at: scene.wall)?.record.target == .watts(11_000))
    }

    @Test func `an instruction is in force from its start until it has run out`() throws {
        try add(.instruction(.received("8", at: scene.wall + .minutes(5), for: .minutes(10))))
        #expect(try journal.instructions(inForceAt: scene.wall).isEmpty)
        #expect(try journal.instructions(inForceAt: scene.wall + .minutes(5)).map(\.id) == ["8"])
        #expect(try journal.instructions(inForceAt: scene.wall + .minutes(15)).isEmpty)
    }

    @Test func `an instruction that never ends does not overflow`() throws {
        try add(.instruction(.received("9", at: WallTime(milliseconds: .max - 1), for: .minutes(15))))
        #expect(try journal.instructions(inForceAt: WallTime(milliseconds: .max)).map(\.id) == ["9"])
    }
}
