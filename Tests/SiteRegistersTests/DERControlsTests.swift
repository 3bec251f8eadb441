// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import SiteRegisters

struct DERControlsTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)
    private func fresh() -> DERControls {
        DERControls(
            DERControls.Settings(discharging: .watts(10_000), charging: .watts(22_000), silentAfter: .minutes(5)))
    }
    private func after(_ seconds: Int) -> Instant { start + .seconds(seconds) }

    @Test func `at first nothing is asked and nothing is limited`() {
        let controls = fresh()
        #expect(controls.setpoint == nil)
        #expect(controls.deliveryShare == nil)
        #expect(!controls.isAtRest)
    }

    @Test(arguments: [
        (1, 4_000, 0, -4_000), (1, -7_000, 0, 7_000), (0, 0, 500, -5_000), (0, 0, -250, 5_500), (1, 0, 900, 0),
    ])
    func `a setpoint turns the generator's sign around, and percent are of delivery or of charging`(
        mode: Int64, watts: Int64, tenths: Int64, expected: Int
    ) throws {
        var controls = fresh()
        try controls.write(
            [
                ControlWrite(.setEnabled, 1), ControlWrite(.setMode, mode), ControlWrite(.set, watts),
                ControlWrite(.setShare, tenths),
            ], at: start)
        #expect(controls.setpoint == .watts(expected))
    }

    @Test(
        arguments: [
            // Enabled after the timer, nanoseconds before or after its end, what is asked then.
            (0, -1, Power.watts(-4_000)), (0, 0, nil), (1, -1, .watts(-4_000)), (1, 0, .watts(-1_000)),
            (1, 1, .watts(-1_000)),
        ] as [(Int64, Int64, Power?)])
    func `at the end of its timer a setpoint is replaced by the one written for that case`(
        enabledAfter: Int64, offset: Int64, expected: Power?
    ) throws {
        var controls = fresh()
        try controls.write(
            [
                ControlWrite(.setEnabled, 1), ControlWrite(.set, 4_000), ControlWrite(.setAfter, 1_000),
                ControlWrite(.setEnabledAfter, enabledAfter), ControlWrite(.setTimeout, 30),
            ], at: start)
        controls.advance(to: after(30) + Interval(nanoseconds: offset))
        #expect(controls.setpoint == expected)
    }

    @Test func `every write to a function starts its timer anew, a write to the other does not`() throws {
        var controls = fresh()
        try controls.write(
            [ControlWrite(.setEnabled, 1), ControlWrite(.set, 4_000), ControlWrite(.setTimeout, 30)], at: start)
        try controls.write([ControlWrite(.set, 3_000)], at: after(20))
        try controls.write([ControlWrite(.limit, 300), ControlWrite(.setAfter, 5)], at: after(40))
        #expect(controls.setpoint == .watts(-3_000))
        #expect(controls.asked.remaining(at: after(40)) == 10)
        controls.advance(to: after(50))
        #expect(controls.setpoint == nil)
    }

    @Test func `a setpoint without a timer ends with the controller's silence, a limit without one stays`() throws {
        var controls = fresh()
        try controls.write(
            [
                ControlWrite(.setEnabled, 1), ControlWrite(.set, 4_000), ControlWrite(.limitEnabled, 1),
                ControlWrite(.limit, 600),
            ], at: start)
        try controls.write([ControlWrite(.controllerHeartbeat, 1)], at: after(200))
        controls.advance(to: after(500) - Interval(nanoseconds: 1))
        #expect(controls.setpoint == .watts(-4_000))
        controls.advance(to: after(500))
        #expect(controls.setpoint == nil)
        #expect(controls.deliveryShare == 600)
        #expect(controls.deliveryLimit == .watts(6_000))
    }

    @Test func `a write that is out of range in one place changes nothing`() {
        var controls = fresh()
        let before = controls
        #expect(throws: RegisterRefusal.badValue) {
            try controls.write([ControlWrite(.limitEnabled, 1), ControlWrite(.limit, 1_001)], at: start)
        }
        #expect(controls == before)
    }

    @Test(arguments: [(ControlPoint.operation, 0), (.operation, 2), (.service, 0)] as [(ControlPoint, Int64)])
    func `stop, standby and no permission to serve put the site at rest`(point: ControlPoint, value: Int64) throws {
        var controls = fresh()
        try controls.write([ControlWrite(point, value)], at: start)
        #expect(controls.isAtRest)
        try controls.write([ControlWrite(point, point == .service ? 1 : 3)], at: after(1))
        #expect(!controls.isAtRest)
    }

    @Test func `the limiting half comes back after a restart with what is left of its timer`() throws {
        var controls = fresh()
        try controls.write(
            [
                ControlWrite(.limitEnabled, 1), ControlWrite(.limit, 300), ControlWrite(.limitAfter, 800),
                ControlWrite(.limitEnabledAfter, 1), ControlWrite(.limitTimeout, 100), ControlWrite(.operation, 2),
                ControlWrite(.setEnabled, 1),
            ], at: start)
        var restored = DERControls(
            controls.settings, restored: controls.memory, remaining: .seconds(40), at: after(1_000))
        #expect(restored.memory == controls.memory)
        #expect(restored.isAtRest)
        #expect(restored.setpoint == nil)
        restored.advance(to: after(1_040))
        #expect(restored.deliveryShare == 800)
    }

    @Test func `ten thousand random writes neither trap nor leave what a register cannot hold`() {
        var random = SplitMix(seed: 4)
        var controls = fresh()
        var now = start
        for _ in 0..<10_000 {
            now = now + .seconds(Int(random.next() % 400))
            let writes = (0..<Int(random.next() % 4)).map { _ in
                ControlWrite(
                    ControlPoint.allCases[Int(random.next() % UInt64(ControlPoint.allCases.count))],
                    Int64(truncatingIfNeeded: random.next() % 5 == 0 ? random.next() : random.next() % 2_000))
            }
            try? controls.write(writes, at: now)
            controls.advance(to: now + .seconds(1))
            #expect(controls.limitShare <= 1_000)
            #expect((controls.deliveryLimit ?? .zero) <= .watts(10_000))
        }
    }
}

/// Numbers that a failure repeats.
struct SplitMix {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
