// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

/// Short ways to write DER controls.
enum DER {
    static func limit(
        _ id: String, percent: Int = 50, priority: Int, isDefault: Bool = false, start: WallTime? = nil,
        seconds: Int? = nil
    ) -> SetDERControlRequest {
        var body = LimitMaxDischargeType(priority: priority)
        body.pctMaxDischargePower = DecimalNumber(percent)
        body.startTime = start.map { DateTime($0) }
        body.duration = seconds.map { DecimalNumber($0) }
        return SetDERControlRequest(
            isDefault: isDefault, controlId: id, controlType: .limitMaxDischarge, limitMaxDischarge: body)
    }

    static func curve(
        _ id: String, _ type: DERControlEnumType, _ unit: DERUnitEnumType, _ points: [(DecimalNumber, DecimalNumber)]
    ) -> SetDERControlRequest {
        SetDERControlRequest(
            isDefault: true, controlId: id, controlType: type,
            curve: DERCurveType(
                curveData: points.map { DERCurvePointsType(x: $0.0, y: $0.1) }, priority: 1, yUnit: unit))
    }

    static func droop(_ id: String, over: DecimalNumber = 50.2, under: DecimalNumber = 49.8) -> SetDERControlRequest {
        SetDERControlRequest(
            isDefault: true, controlId: id, controlType: .freqDroop,
            freqDroop: FreqDroopType(
                priority: 1, overFreq: over, underFreq: under, overDroop: 0.05, underDroop: 0.05, responseTime: 1))
    }
}

extension DecimalNumber: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) { self.init(thousandths: Int64((value * 1_000).rounded())) }
}

@Suite struct DERControlsTests {
    private let now = WallTime(milliseconds: 1_000_000)

    private func ids(_ outcome: DERControls.Outcome) -> [String]? {
        if case .accepted(let superseded) = outcome { superseded } else { nil }
    }

    @Test func `a stronger default takes over at once, a weaker one never acts`() {
        var controls = DERControls()
        // R04.FR.02.
        #expect(ids(controls.set(DER.limit("a", priority: 5, isDefault: true), at: now)) == [])
        #expect(controls.active(.limitMaxDischarge)?.controlId == "a")
        // R04.FR.03.
        #expect(ids(controls.set(DER.limit("b", priority: 3, isDefault: true), at: now)) == ["a"])
        #expect(controls.active(.limitMaxDischarge)?.controlId == "b")
        #expect(ids(controls.set(DER.limit("c", priority: 4, isDefault: true), at: now)) == ["c"])
        // Of equals the older stays.
        #expect(ids(controls.set(DER.limit("d", priority: 3, isDefault: true), at: now)) == ["d"])
        #expect(controls.active(.limitMaxDischarge)?.controlId == "b")
        // What had been superseded does not come back.
        let isCleared = controls.clear(isDefault: true, type: nil, id: "b")
        #expect(isCleared && controls.active(.limitMaxDischarge) == nil)
    }

    @Test func `a scheduled control acts for its time, to the millisecond, and the default before and after`() {
        var controls = DERControls()
        _ = controls.set(DER.limit("default", priority: 0, isDefault: true), at: now)
        let start = now + .milliseconds(1_500)
        // R04.FR.05.
        #expect(ids(controls.set(DER.limit("a", priority: 5, start: start, seconds: 2), at: now)) == [])
        #expect(controls.nextChange == start)
        #expect(controls.advance(to: start + .milliseconds(-1)) == [])
        #expect(controls.active(.limitMaxDischarge)?.controlId == "default")
        // R04.FR.20.
        #expect(controls.advance(to: start) == [.started("a", superseded: [], at: start)])
        #expect(controls.active(.limitMaxDischarge)?.controlId == "a")
        // R04.FR.04: another default does not touch it.
        #expect(ids(controls.set(DER.limit("e", priority: 7, isDefault: true), at: start)) == ["e"])
        #expect(controls.nextChange == start + .seconds(2))
        // R04.FR.10, R04.FR.11, R04.FR.22.
        #expect(controls.advance(to: start + .seconds(2)) == [.ended("a", at: start + .seconds(2))])
        #expect(controls.active(.limitMaxDischarge)?.controlId == "default")
        #expect(controls.controls.map(\.id) == ["default", "e"])
        #expect(controls.nextChange == nil)
    }

    @Test func `before its start a control gives way to a stronger one, even a later one`() {
        var controls = DERControls()
        _ = controls.set(DER.limit("a", priority: 5, start: now + .seconds(10), seconds: 10), at: now)
        // R04.FR.06.
        #expect(
            ids(controls.set(DER.limit("b", priority: 4, start: now + .seconds(100), seconds: 10), at: now)) == ["a"])
        // R04.FR.09, R04.FR.10: never carried out, deleted at its end without a word.
        #expect(controls.advance(to: now + .seconds(15)) == [])
        #expect(controls.active(.limitMaxDischarge) == nil)
        #expect(controls.advance(to: now + .seconds(20)) == [])
        #expect(controls.controls.map(\.id) == ["b"])
    }

    @Test func `once started a control goes on until the stronger one starts`() {
        var controls = DERControls()
        _ = controls.set(DER.limit("a", priority: 5, start: now, seconds: 100), at: now)
        _ = controls.advance(to: now)
        let start = now + .seconds(10)
        // R04.FR.07.
        #expect(ids(controls.set(DER.limit("b", priority: 4, start: start, seconds: 5), at: now)) == [])
        #expect(controls.active(.limitMaxDischarge)?.controlId == "a")
        // R04.FR.21.
        #expect(controls.advance(to: start) == [.started("b", superseded: ["a"], at: start)])
        // Superseded, it does not resume.
        #expect(controls.advance(to: start + .seconds(5)) == [.ended("b", at: start + .seconds(5))])
        #expect(controls.active(.limitMaxDischarge) == nil)
        #expect(controls.advance(to: now + .seconds(100)) == [])
        #expect(controls.controls.isEmpty)
    }

    @Test func `a weaker control is superseded as it comes`() {
        var controls = DERControls()
        _ = controls.set(DER.limit("a", priority: 1, start: now, seconds: 100), at: now)
        _ = controls.advance(to: now)
        // R04.FR.08.
        #expect(ids(controls.set(DER.limit("b", priority: 2, start: now, seconds: 500), at: now)) == ["b"])
        #expect(controls.controls.map(\.isSuperseded) == [false, true])
        // Equals do not disturb each other before they meet, and then the older stays.
        #expect(ids(controls.set(DER.limit("c", priority: 1, start: now + .seconds(50), seconds: 9), at: now)) == [])
        #expect(controls.advance(to: now + .seconds(50)) == [])
        #expect(controls.active(.limitMaxDischarge)?.controlId == "a")
    }

    @Test func `what was missed while the station was off is not made up for`() {
        var controls = DERControls()
        _ = controls.set(DER.limit("a", priority: 1, start: now + .seconds(10), seconds: 10), at: now)
        _ = controls.set(DER.limit("b", priority: 1, start: now + .seconds(20), seconds: 10), at: now)
        let events = controls.advance(to: now + .seconds(25))
        #expect(events.last == .started("b", superseded: [], at: now + .seconds(20)))
        #expect(controls.controls.map(\.id) == ["b"])
    }

    @Test(
        arguments: [
            // R04.FR.13.
            DER.limit("x", priority: 0, isDefault: true, seconds: 5),
            DER.limit("x", priority: 0, isDefault: true, start: WallTime(milliseconds: 0)),
            // R04.FR.15.
            SetDERControlRequest(
                isDefault: false, controlId: "x", controlType: .gradients,
                gradient: GradientType(priority: 0, gradient: 1, softGradient: 1)),
            // R04.FR.17.
            SetDERControlRequest(isDefault: true, controlId: "x", controlType: .gradients),
            SetDERControlRequest(
                isDefault: true, controlId: "x", controlType: .freqDroop,
                gradient: GradientType(priority: 0, gradient: 1, softGradient: 1)),
            SetDERControlRequest(
                isDefault: true, controlId: "x", controlType: .gradients,
                freqDroop: DER.droop("x").freqDroop, gradient: GradientType(priority: 0, gradient: 1, softGradient: 1)),
            // R04.FR.50, R04.FR.53.
            DER.curve("x", .voltWatt, .pctMaxVar, [(100, 100)]), DER.curve("x", .freqWatt, .notApplicable, [(50, 100)]),
            DER.droop("x", over: 49, under: 50), DER.limit("x", percent: 101, priority: 0, isDefault: true),
            DER.limit("x", priority: 0, seconds: 0),
        ])
    func `what cannot be is rejected`(request: SetDERControlRequest) {
        var controls = DERControls()
        #expect(ids(controls.set(request, at: now)) == nil)
        #expect(controls.controls.isEmpty)
    }

    @Test func `there is an end to how many there may be`() {
        var controls = DERControls()
        for number in 0..<DERControls.most + 10 {
            _ = controls.set(
                DER.limit("\(number)", priority: 1, start: now + .seconds(number + 1), seconds: 1), at: now)
        }
        #expect(controls.controls.count == DERControls.most)
        // One that takes the place of another still may.
        #expect(ids(controls.set(DER.limit("0", priority: 1, start: now, seconds: 1), at: now)) != nil)
    }
}

@Suite struct DERFunctionsTests {
    private func result(
        _ controls: [SetDERControlRequest], _ setpoint: Int?, hertz: Int64? = 50_000, volts: Int? = 230,
        power: Int? = nil, limits: PowerLimits = PowerLimits(from: .watts(-10_000), to: .watts(11_000))
    ) -> DERFunctions.Result {
        var plate = InverterNameplate(PowerLimits(from: .watts(-10_000), to: .watts(11_000)))
        (plate.maxInjected, plate.maxAbsorbed, plate.maxApparent) = (4_000_000, 3_000_000, 10_000_000)
        var command = EVSECommand(limits: limits)
        command.mayTransfer = true
        command.setpoint = setpoint.map { .watts($0) }
        return DERFunctions(
            nameplate: plate, nominalVolts: 230, frequency: hertz.map(Frequency.init(milli:)),
            voltage: volts.map { .volts($0) }, power: power.map { .watts($0) }, offered: nil, droopFrom: nil
        ).apply(controls, to: command)
    }

    @Test func `a limit of discharging is percent of the inverter's power`() {
        let limit = DER.limit("a", percent: 30, priority: 1, isDefault: true)
        #expect(result([limit], -8_000).command.text == "-3000…11000 @ -3000")
        #expect(result([limit], -8_000).cause == .init(type: .limitMaxDischarge, fault: nil))
        // Nobody is kept from anything: no cause.
        #expect(result([limit], -2_000).cause == nil)
        #expect(result([limit], 5_000).command.text == "-3000…11000 @ 5000")
    }

    @Test(
        arguments: [
            (50_200, -5_000, -5_000), (50_700, -5_000, -3_000), (51_700, -5_000, 1_000), (50_000, 4_000, 4_000),
            (49_300, 4_000, 2_000), (48_300, 4_000, -2_000), (30_000, 4_000, -10_000),
        ] as [(Int64, Int, Int)])
    func `droop moves the power with the frequency, within the limits`(hertz: Int64, setpoint: Int, moved: Int) {
        // 5 % of 50 Hz for the rated 10 kW: 4 kW per hertz.
        #expect(result([DER.droop("a")], setpoint, hertz: hertz).command.setpoint == .watts(moved))
    }

    @Test func `without a setpoint droop takes from what flowed when it began`() {
        let charging = PowerLimits(from: .zero, to: .watts(11_000))
        let low = result([DER.droop("a")], nil, hertz: 49_300, power: 6_000, limits: charging)
        #expect(low.command.text == "0…4000")
        #expect(low.droopFrom == .watts(6_000))
        #expect(low.cause == .init(type: .freqDroop, fault: .underFrequency))
        #expect(result([DER.droop("a")], nil, hertz: 51_000, power: 6_000, limits: charging).command.text == "0…11000")
    }

    @Test func `a voltage that rises lets less flow back`() {
        let curve = DER.curve("a", .voltWatt, .pctMaxW, [(106, 100), (110, 0)])
        #expect(result([curve], -9_000, volts: 230).command.setpoint == .watts(-9_000))
        // 248.4 V is 108 %.
        let volts = DER.curve("a", .voltWatt, .pctMaxW, [(244, 100), (253, 0)])
        let high = result([volts], -9_000, volts: 250)
        #expect(high.command.text == "-3333…11000 @ -3333")
        #expect(high.cause == .init(type: .voltWatt, fault: .overVoltage))
        #expect(result([curve], 5_000, volts: 260).command.text == "0…11000 @ 5000")
    }

    @Test func `a curve of the frequency bounds what flows back, or demands that something be taken`() {
        let curve = DER.curve("a", .freqWatt, .pctMaxW, [(50.2, 100), (50.7, 0), (51.2, -50)])
        #expect(result([curve], -9_000, hertz: 50_450).command.text == "-5000…11000 @ -5000")
        #expect(result([curve], -9_000, hertz: 51_200).command.setpoint == .watts(5_000))
    }

    @Test(arguments: [
        DER.droop("a"), DER.curve("a", .freqWatt, .pctMaxW, [(50.2, 100)]),
        DER.curve("a", .voltWatt, .pctMaxW, [(106, 100)]),
    ])
    func `without a reading nothing flows back`(control: SetDERControlRequest) {
        #expect(result([control], -9_000, hertz: nil, volts: nil).command.text == "0…11000 @ 0")
    }

    @Test func `no function widens a limit`() {
        var chance = SplitMix64(state: 3)
        for _ in 0..<500 {
            let limits = PowerLimits(
                from: .watts(-Int.random(in: 0...10_000, using: &chance)),
                to: .watts(Int.random(in: 0...11_000, using: &chance)))
            let controls = [
                DER.droop("a"), DER.curve("b", .freqWatt, .pctMaxW, [(50.2, 100), (51.2, -100)]),
                DER.curve("c", .voltWatt, .pctMaxW, [(106, 100), (110, 0)]),
                DER.limit("d", percent: 40, priority: 1, isDefault: true),
            ].filter { _ in Bool.random(using: &chance) }
            let setpoint = Int.random(in: -12_000...12_000, using: &chance)
            let command = result(
                controls, Bool.random(using: &chance) ? setpoint : nil,
                hertz: Int64.random(in: 46_000...54_000, using: &chance),
                volts: Int.random(in: 180...270, using: &chance), power: setpoint, limits: limits
            ).command
            #expect(limits.contains(command.limits.lower) && limits.contains(command.limits.upper))
            // One that lay outside already is not this one's doing.
            if let moved = command.setpoint, limits.contains(.watts(setpoint)) { #expect(limits.contains(moved)) }
        }
    }

    @Test(
        arguments: [
            (DERUnitEnumType.pctMaxVar, 50, -2_000_000), (.pctMaxVar, -50, 1_500_000), (.pctMaxW, 20, -2_000_000),
            (.pctMaxW, 90, -4_000_000),
            // √(10² − 8²) = 6 kvar, of which the inverter has 4.
            (.pctVarAvail, 100, -4_000_000),
        ] as [(DERUnitEnumType, Int, Int64)])
    func `fixed reactive power is inductive where it is absorbed`(unit: DERUnitEnumType, percent: Int, millivars: Int64)
    {
        let control = SetDERControlRequest(
            isDefault: true, controlId: "a", controlType: .fixedVar,
            fixedVar: FixedVarType(priority: 1, setpoint: DecimalNumber(percent), unit: unit))
        #expect(result([control], -8_000).command.reactive == ReactivePower(millivars: millivars))
    }

    @Test func `a power factor makes reactive power of the active, each direction by its own control`() {
        let factor = FixedPFType(priority: 1, displacement: 0.8, excitation: true)
        let inject = SetDERControlRequest(
            isDefault: true, controlId: "a", controlType: .fixedPFInject, fixedPFInject: factor)
        // tan φ = 0.75.
        #expect((result([inject], -4_000).command.reactive?.millivars ?? 0) / 1_000 == -3_000)
        #expect(result([inject], 4_000).command.reactive == nil)
    }

    @Test(arguments: [(220, -4_000_000), (230, 0), (240, 3_000_000)] as [(Int, Int64)])
    func `the voltage moves reactive power along its curve`(volts: Int, millivars: Int64) {
        let curve = DER.curve("a", .voltVar, .pctMaxVar, [(220, 100), (230, 0), (240, -100)])
        #expect(result([curve], -4_000, volts: volts).command.reactive?.millivars == millivars)
    }
}
