// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import SiteRegisters

struct SiteRegistersTests {
    static let nameplate = SiteNameplate(
        site: "Depot", version: "1.2.3", unit: 1, charging: .watts(22_000), discharging: .watts(10_000),
        voltage: .volts(230), isThreePhase: true, evseIDs: [1, 7])
    private let registers = SiteRegisters(nameplate)
    private let controls = DERControls(
        DERControls.Settings(discharging: .watts(10_000), charging: .watts(22_000), silentAfter: .minutes(5)))
    private let now = Instant(nanoseconds: 5)

    private func read(_ address: Int, _ count: Int, _ change: (inout SiteFigures) -> Void = { _ in }) throws -> [UInt16]
    {
        var figures = SiteFigures()
        figures.evses = [SiteFigures.EVSE(id: 1), SiteFigures.EVSE(id: 7)]
        change(&figures)
        return try registers.read(address, count: count, figures: figures, controls: controls, at: now)
    }

    @Test func `what is not known reads as not available, never as zero`() throws {
        #expect(try read(100, 10) == [0x8000, 0, 0x8000, 0, 0x8000, 0, 0x8000, 0, 0xFFFF, 0xFFFF])
        #expect(try read(118, 2) == [0xFFFF, 0xFFFF])
        #expect(try read(200, 4) == [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF])
        #expect(try read(40_078, 4)[2] == 0x8000)
    }

    @Test func `a value lies with its higher register first`() throws {
        #expect(try read(100, 2) { $0.power = .watts(-70_000) } == [0xFFFE, 0xEE90])
        #expect(try read(118, 2) { $0.importLimit = .watts(70_000) } == [1, 0x1170])
    }

    @Test(arguments: [
        (4, 1), (3, 2), (121, 2), (199, 2), (1_015, 1), (1_040, 1), (39_999, 2), (40_374, 1), (65_535, 1),
    ])
    func `a read that touches what does not exist is refused`(address: Int, count: Int) {
        #expect(throws: RegisterRefusal.notThere) { try read(address, count) }
        #expect(!registers.has(address, count: count))
    }

    /// Lengths as SunSpec's model definitions have them.
    @Test func `the chain's models have their standard lengths`() throws {
        #expect(SunSpecChain.models.map(\.id) == [1, 701, 702, 703, 704, 715])
        #expect(SunSpecChain.models.map(\.length) == [66, 153, 50, 17, 65, 7])
        #expect(try read(40_000, 4) == [0x5375, 0x6E53, 1, 66])
        #expect(try read(40_070, 2) == [701, 153])
        #expect(try read(40_225, 2) == [702, 50])
        #expect(try read(40_277, 2) == [703, 17])
        #expect(try read(40_296, 2) == [704, 65])
        #expect(try read(40_363, 2) == [715, 7])
        #expect(try read(40_372, 2) == [0xFFFF, 0])
    }

    @Test(
        arguments: [
            (200, [0], .heartbeat(.import)),
            (201, [1, 0, 4_200, 0, 600], .limit(.import, .watts(4_200), isActive: true, duration: .seconds(600))),
            (301, [1, 1, 0, 0, 0], .limit(.export, .watts(65_536), isActive: true, duration: nil)),
            (201, [0, 0, 0, 0, 0], .limit(.import, .zero, isActive: false, duration: nil)),
            (206, [0, 5_000], .failsafe(.import, .watts(5_000))),
            (308, [0, 7_200], .failsafeDuration(.export, .minutes(120))),
            (400, [1, 0, 4_200, 0, 0], .reduction(.watts(4_200), duration: nil)),
            (400, [0, 0, 0, 0, 0], .reduction(nil, duration: nil)),
            (421, [2], .contact(.s2, .unknown)),
            (520, [1, 0, 800, 0, 9], .controllerLimit(.export, .watts(800), duration: .seconds(9))),
            (600, [0xFFFF, 0xFC18, 0, 60], .setpoint(evse: nil, .watts(-1_000), duration: .seconds(60))),
            (604, [1], .setpoint(evse: nil, nil, duration: nil)),
            (1_028, [0, 100, 0, 60], .setpoint(evse: 1, .watts(100), duration: .seconds(60))),
            (40_320, [0, 4_000], .controls([ControlWrite(.set, 4_000)])),
            (
                40_318, [1, 1, 0, 4_000],
                .controls([
                    ControlWrite(.setEnabled, 1), ControlWrite(.setMode, 1), ControlWrite(.set, 4_000),
                ])
            ),
            (40_371, [2], .controls([ControlWrite(.operation, 2)])),
        ] as [(Int, [UInt16], RegisterOrder)])
    func `one request is one order`(address: Int, words: [UInt16], order: RegisterOrder) throws {
        #expect(try registers.order(address, words) == order)
    }

    @Test(
        arguments: [
            // Half of an order, or more than one.
            (201, [1], .badValue), (202, [0, 4_200], .badValue), (201, [1, 0, 4_200], .badValue),
            (206, [0, 5_000, 0, 7_200], .badValue), (600, [0, 100], .badValue), (602, [0, 60], .badValue),
            (200, [1, 1], .badValue),
            // Values out of range: no flag, no such power, more than a year, a setpoint without an end.
            (201, [2, 0, 1, 0, 0], .badValue), (201, [1, 0x8000, 0, 0, 0], .badValue),
            (201, [1, 0, 1, 0xFFFF, 0], .badValue), (600, [0, 100, 0, 0], .badValue), (604, [0], .badValue),
            (420, [3], .badValue), (206, [0xFFFF, 0xFFFF], .badValue),
            // What is only read, and what does not exist.
            (100, [1], .notThere), (210, [1], .notThere), (4, [1], .notThere), (1_004, [0, 1], .notThere),
            (40_000, [1], .notThere), (40_080, [1], .notThere), (40_329, [0, 1], .notThere),
            // Half a value of SunSpec, and a whole one out of range.
            (40_320, [0], .badValue), (40_321, [4_000], .badValue), (40_311, [1_001], .badValue),
            (40_371, [4], .badValue),
            (40_320, [0x8000, 0], .badValue),
        ] as [(Int, [UInt16], RegisterRefusal)])
    func `what is half an order, out of range or not written is refused`(
        address: Int, words: [UInt16], refusal: RegisterRefusal
    ) {
        #expect(throws: refusal) { try registers.order(address, words) }
    }

    @Test func `no write of random words traps`() {
        var random = SplitMix(seed: 11)
        for round in 0..<200_000 {
            let address = round % 3 == 0 ? 40_000 + Int(random.next() % 400) : Int(random.next() % 1_100)
            let words = (0..<Int(random.next() % 9 + 1)).map { _ in
                UInt16(truncatingIfNeeded: random.next() % 3 == 0 ? random.next() : random.next() % 3)
            }
            _ = try? registers.order(address, words)
        }
    }
}
