// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Testing

@testable import SimulatedSite

@Suite struct RegisterImageTests {
    private func quasar() throws -> (RegisterImage, SharedSite) {
        try bench(quasarProfile())
    }

    private func bench(_ profile: FirmwareProfile, evse: Int = 1) throws -> (RegisterImage, SharedSite) {
        var charger = try #require(SimulatedCharger(id: evse, profile: profile, at: start))
        charger.plugIn(eagerVehicle())
        let site = SharedSite(SimulatedSite(chargers: [charger], startingAt: start))
        return (RegisterImage(profile: profile, site: site, backing: .charger(evse)), site)
    }

    private func read(_ image: RegisterImage, _ address: UInt16, _ count: Int = 1, at time: Int) -> [UInt16] {
        (try? image.read(.holding, at: address, count: count, now: after(time)).get()) ?? []
    }

    private func takeOver(_ image: RegisterImage, setpoint: UInt16, at time: Int = 0) {
        for (address, value): (UInt16, UInt16) in [(81, 1), (82, 0), (83, 1), (88, 20), (260, setpoint), (257, 1)] {
            #expect(image.write([value], to: address, table: .holding, now: after(time)) == nil)
        }
    }

    @Test func `a Quasar shows -7000 W as 0xE4A8 after the setpoint has settled`() throws {
        let (image, _) = try quasar()
        takeOver(image, setpoint: 0xE4A8)
        for second in 1...15 { _ = read(image, 526, at: second * 1_000) }
        #expect(read(image, 526, at: 15_500) == [0xE4A8])
        #expect(read(image, 537, at: 15_500) == [11])
        #expect(read(image, 538, at: 15_500) == [50])
    }

    @Test func `a Quasar ignores writes before control is taken and stops when it is given back`() throws {
        let (image, _) = try quasar()
        #expect(image.write([3_000], to: 260, table: .holding, now: after(0)) == nil)
        #expect(read(image, 260, at: 10) == [0])
        takeOver(image, setpoint: 3_000, at: 20)
        #expect(read(image, 526, at: 10_000) == [3_000])
        #expect(image.write([0], to: 81, table: .holding, now: after(10_000)) == nil)
        #expect(read(image, 81, 3, at: 10_010) == [0, 1, 0])
        #expect(read(image, 526, at: 20_000) == [0])
        #expect(read(image, 538, at: 20_500) == [0])
    }

    @Test func `a Quasar that hears nothing stops after its time-out`() throws {
        let (image, site) = try quasar()
        takeOver(image, setpoint: 3_000)
        #expect(site.access(at: after(19_999)) { $0.charger(1)?.power } == .watts(3_000))
        #expect(site.access(at: after(20_001)) { $0.charger(1)?.watchdog.hasExpired } == true)
        #expect(site.access(at: after(30_000)) { $0.charger(1)?.power } == .zero)
    }

    @Test func `registers that do not exist answer exception 2`() throws {
        let (image, _) = try quasar()
        let cases: [(UInt16, Int, UInt8)] = [(84, 1, 2), (81, 5, 2), (526, 126, 3), (65_535, 2, 2), (526, 0, 3)]
        for (address, count, code) in cases {
            #expect(image.read(.holding, at: address, count: count, now: start) == .failure(.exception(code)))
        }
        #expect(image.write([1], to: 526, table: .holding, now: start) == .exception(2))
        #expect(image.write([1], to: 81, table: .input, now: start) == .exception(1))
    }

    /// Walks the chain as the SunSpec specification tells a client to, without a look at the layout.
    @Test func `a SunSpec chain can be walked to its end`() throws {
        let (image, _) = try bench(sunSpecProfile())
        #expect(read(image, 40_000, 2, at: 0) == [0x5375, 0x6E53])
        var address: UInt16 = 40_002
        var found: [UInt16: UInt16] = [:]
        while true {
            let header = read(image, address, 2, at: 0)
            guard header.count == 2, header[0] != 0xFFFF else { break }
            found[header[0]] = address
            address += 2 + header[1]
        }
        #expect(found == [1: 40_002, 701: 40_070, 704: 40_225])
        #expect(read(image, 40_002 + 2, 3, at: 0) == [0x536C, 0x7569, 0x6365])
        // Registers the profile does not name are “not implemented”.
        #expect(read(image, 40_225 + 40, 1, at: 0) == [0xFFFF])
    }

    @Test func `a SunSpec setpoint discharges until its reversion timer has run down`() throws {
        let (image, site) = try bench(sunSpecProfile())
        let control: UInt16 = 40_225
        func write(_ values: [UInt16], _ offset: UInt16, at time: Int) -> RegisterRefusal? {
            image.write(values, to: control + offset, table: .holding, now: after(time))
        }
        // +500 with a scale factor of 1 injects 5 kW.
        #expect(write([0, 30], 31, at: 0) == nil)
        #expect(write([0, 500], 24, at: 0) == nil)
        #expect(site.access(at: after(5_000)) { $0.charger(1)?.power } == .zero)
        #expect(write([1], 22, at: 5_000) == nil)
        #expect(read(image, control + 33, 2, at: 15_000) == [0, 20])
        #expect(site.access(at: after(20_000)) { $0.charger(1)?.power } == .watts(-5_000))
        // Model 701: W at offset 8 is positive when it injects, scale factor 1.
        #expect(read(image, 40_070 + 8, 1, at: 20_000) == [500])
        #expect(read(image, control + 33, 2, at: 36_000) == [0, 0])
        #expect(read(image, control + 22, 1, at: 36_000) == [0])
        #expect(site.access(at: after(50_000)) { $0.charger(1)?.power } == .zero)
        #expect(write([2], 22, at: 50_000) == .exception(3))
    }

    @Test func `a SunSpec device follows one function of reactive power and refuses a second`() throws {
        let (image, _) = try bench(sunSpecProfile())
        func write(_ value: UInt16, _ offset: UInt16) -> RegisterRefusal? {
            image.write([value], to: 40_225 + offset, table: .holding, now: after(0))
        }
        // A power factor for each direction is one.
        #expect(write(1, 2) == nil && write(1, 8) == nil)
        #expect(write(1, 35) == .exception(3))
        #expect(write(0, 2) == nil && write(0, 8) == nil)
        #expect(write(1, 35) == nil)
        #expect(write(1, 2) == .exception(3))
    }

    @Test func `blocks of connectors that are not fitted read zero`() throws {
        var profile = quasarProfile()
        profile.id = "test/blocks"
        profile.location = .blocks(stride: 100, first: 1, last: 3, scan: "state")
        profile.points = [
            Point(
                name: "state", role: .state, address: 0, isPerConnector: true, encoding: .i32,
                states: [1: .available, 5: .ready, 7: .charging, 8: .discharging]),
            Point(
                name: "power", role: .power, address: 10, isPerConnector: true, encoding: .f32, unit: .watt),
            Point(
                name: "power_setpoint", role: .setpoint, address: 86, isPerConnector: true, encoding: .i32,
                unit: .watt, isWritable: true),
        ]
        profile.charger?.commands = Commands(setPower: [.init(.write(point: "power_setpoint", value: .setpoint))])
        var charger = try #require(SimulatedCharger(id: 7, profile: profile, at: start))
        charger.plugIn(eagerVehicle())
        let site = SharedSite(SimulatedSite(chargers: [charger], startingAt: start))
        let image = RegisterImage(profile: profile, site: site, backing: .chargers([2: 7]))
        #expect(read(image, 100, 2, at: 600) == [0, 0])
        #expect(read(image, 200, 2, at: 600) == [0, 5])
        #expect(image.write([0xFFFF, 0xF448], to: 286, table: .holding, now: after(600)) == nil)
        #expect(read(image, 210, 2, at: 20_000) == [0xC53B, 0x8000])
        #expect(read(image, 286, 2, at: 20_000) == [0xFFFF, 0xF448])
    }

    @Test func `a meter's registers show the sample and no number when it lies`() throws {
        let profile = FirmwareProfile(
            id: "test/meter", title: "Meter", kind: .meter, revision: 1, wireProtocol: .modbus,
            transport: Transport(kinds: [.tcp]),
            points: [
                Point(name: "p", role: .power, table: .input, address: 52, encoding: .f32, unit: .kilowatt),
                Point(
                    name: "i", role: .currentL1, table: .input, address: 60, encoding: .i32, order: .littleEndian,
                    scale: 0.001, unit: .ampere),
            ], timing: Timing(poll: .seconds(1), refresh: .seconds(1), maximumAge: .seconds(3)))
        let load = HouseholdLoad(profile: .flat(PerPhase(all: .watts(-2_300))), noise: 0)
        let site = SharedSite(SimulatedSite(chargers: [], load: load, startingAt: start))
        let image = RegisterImage(profile: profile, site: site, backing: .meter)
        #expect(try image.read(.input, at: 52, count: 2, now: after(100)).get() == [0xC0DC, 0xCCCD])
        #expect(try image.read(.input, at: 60, count: 2, now: after(100)).get() == [10_000, 0])
        try site.perform(.meter(.notANumber), at: after(200))
        let lie = try image.read(.input, at: 52, count: 2, now: after(300)).get()
        #expect(Float(bitPattern: UInt32(lie[0]) << 16 | UInt32(lie[1])).isNaN)
        try site.perform(.cutMeter, at: after(400))
        #expect(image.read(.input, at: 52, count: 2, now: after(500)) == .failure(.silence))
    }

    @Test(arguments: [
        (Point.Encoding.i16, 40_000.0, UInt64(0x7FFF)), (.i16, -7_000, 0xE4A8), (.u16, -1, 0),
        (.u32, 70_000, 70_000), (.i32, .nan, 0x8000_0000), (.f32, 1, 0x3F80_0000), (.u64, 1e30, .max),
        (.i64, -2, 0xFFFF_FFFF_FFFF_FFFE), (.bool, 3, 1),
    ])
    func `numbers become bits inside their encoding`(encoding: Point.Encoding, raw: Double, bits: UInt64) {
        #expect(RegisterWords.bits(raw, as: encoding) == bits)
    }
}

private let dynamics = ChargerDynamics(
    deadTime: .milliseconds(300), timeConstant: .milliseconds(500), rampUp: .zero, rampDown: .zero,
    directionChangePause: .seconds(1))

private func timing() -> Timing {
    Timing(poll: .seconds(1), refresh: .milliseconds(500), maximumAge: .seconds(5))
}

/// The registers of a Wallbox Quasar 1 as its open clients know them.
func quasarProfile() -> FirmwareProfile {
    func write(_ point: String, _ value: Commands.Value, when: [Condition] = []) -> Commands.Step {
        Commands.Step(.write(point: point, value: value), when: when)
    }
    func setting(_ name: String, _ address: Int, example: Double = 0, unit: Point.Unit = .none) -> Point {
        Point(name: name, address: address, encoding: .u16, unit: unit, isWritable: true, example: .number(example))
    }
    let idle = Condition(point: "state", test: .noneOf([1, 11]))
    return FirmwareProfile(
        id: "wallbox/quasar-1", title: "Quasar", kind: .charger, revision: 1, wireProtocol: .modbus,
        transport: Transport(kinds: [.tcp], readsAcrossGaps: false),
        points: [
            setting("control_mode", 81), setting("autostart", 82, example: 1), setting("setpoint_type", 83),
            setting("idle_timeout", 88, unit: .second), setting("action", 257),
            Point(
                name: "power_setpoint", role: .setpoint, address: 260, encoding: .i16, unit: .watt, isWritable: true),
            Point(name: "ac_power", role: .power, address: 526, encoding: .i16, unit: .watt),
            Point(
                name: "state", role: .state, address: 537, encoding: .u16,
                states: [
                    0: .available, 1: .charging, 2: .ready, 3: .ready, 4: .suspended, 7: .faulted, 11: .discharging,
                ]),
            Point(
                name: "soc", role: .stateOfCharge, address: 538, encoding: .u16, unit: .percent,
                validWhen: Condition(point: "state", test: .oneOf([1, 11]))),
        ],
        timing: timing(),
        charger: ChargerProfile(
            ratings: ChargerRatings(
                power: PowerLimits(from: .watts(-7_400), to: .watts(7_400)), phaseCount: 1,
                minimumCharge: .watts(100), minimumDischarge: .watts(100), step: .watts(1)),
            dynamics: dynamics,
            commands: Commands(
                takeControl: [
                    write("control_mode", .number(1)), write("autostart", .number(0)),
                    write("setpoint_type", .number(1)), write("idle_timeout", .timeout),
                ],
                setPower: [write("power_setpoint", .setpoint), write("action", .number(1), when: [idle])],
                setZero: [write("power_setpoint", .number(0)), write("action", .number(2))],
                release: [write("control_mode", .number(0))]),
            watchdog: Watchdog(kind: .any, timeoutPoint: "idle_timeout", timeout: .seconds(20))))
}

/// A SunSpec charger with models 1, 701 and 704; DER sign, scale factors of ten.
func sunSpecProfile() -> FirmwareProfile {
    func point(
        _ name: String, _ offset: Int, _ encoding: Point.Encoding, role: Role? = nil, model: Int = 704,
        scaleFactor: String? = nil, unit: Point.Unit = .none, isWritable: Bool = false, example: Double? = nil
    ) -> Point {
        Point(
            name: name, role: role, address: offset, sunspecModel: model, encoding: encoding, scaleFactor: scaleFactor,
            unit: unit, sign: .dischargePositive, isWritable: isWritable, example: example.map { .number($0) })
    }
    var vendor = point("Mn", 2, .text(registers: 16), role: .vendor, model: 1)
    vendor.example = .text("Sluice")
    return FirmwareProfile(
        id: "sunspec/v2g", title: "SunSpec", kind: .charger, revision: 1, wireProtocol: .modbus,
        transport: Transport(kinds: [.tcp]),
        location: .sunspec(
            bases: [40_000, 50_000, 0],
            models: [.init(id: 1, length: 66), .init(id: 701, length: 153), .init(id: 704, length: 65)]),
        points: [
            vendor, point("W", 8, .i16, role: .power, model: 701, scaleFactor: "W_SF", unit: .watt),
            point("W_SF", 120, .i16, model: 701, example: 1),
            point("WSetEna", 22, .u16, isWritable: true, example: 0),
            point("WSet", 24, .i32, role: .setpoint, scaleFactor: "WSet_SF", unit: .watt, isWritable: true),
            point("PFWInjEna", 2, .u16, isWritable: true, example: 0),
            point("PFWAbsEna", 8, .u16, isWritable: true, example: 0),
            point("VarSetEna", 35, .u16, isWritable: true, example: 0),
            point("WSetEnaRvrt", 30, .u16, isWritable: true, example: 0),
            point("WSetRvrtTms", 31, .u32, unit: .second, isWritable: true, example: 0),
            point("WSetRvrtRem", 33, .u32, unit: .second), point("WSet_SF", 55, .i16, example: 1),
        ],
        timing: timing(),
        charger: ChargerProfile(
            ratings: ChargerRatings(
                power: PowerLimits(from: .watts(-9_000), to: .watts(9_000)), phaseCount: 3,
                minimumCharge: .zero, minimumDischarge: .zero, step: .watts(10)),
            dynamics: dynamics,
            commands: Commands(setPower: [
                .init(.write(point: "WSet", value: .setpoint)), .init(.write(point: "WSetEna", value: .number(1))),
            ]),
            watchdog: Watchdog(kind: .revert, timeoutPoint: "WSetRvrtTms", timeout: .seconds(30))))
}
