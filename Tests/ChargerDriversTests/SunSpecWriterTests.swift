// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import GridConnection
import Testing

@testable import ChargerDrivers

struct SunSpecWriterTests {
    /// Volt-var through four points, everything else off.
    private static var settings: GridCodeSettings {
        var profile = GridCodeProfile()
        profile.reactivePower.mode = .voltVar
        profile.reactivePower.voltVar = PiecewiseLinear([
            .init(x: 930_000, y: 300_000), .init(x: 970_000, y: 0), .init(x: 1_030_000, y: 0),
            .init(x: 1_070_000, y: -300_000),
        ])
        return GridCodeSettings(profile)
    }

    private func run(
        _ device: inout VoltVarDevice, _ settings: GridCodeSettings = settings, models: [Int: Int] = [705: 100]
    ) -> SunSpecWriter.Outcome? {
        var writer = SunSpecWriter(settings.targets([.voltVar]), models: models, maximumRead: 20)
        var now = Instant(nanoseconds: 0)
        for _ in 0..<500 {
            guard let exchange = writer.exchange else { return writer.outcome }
            now = max(now + .milliseconds(10), writer.nextAt ?? now)
            switch (exchange, device.answer(exchange)) {
            case (.read, .words(let words)): writer.took(words, at: now)
            case (.write, .words): writer.wrote(at: now)
            case (_, .exception(let code)): writer.refused(.exception(code))
            }
        }
        return nil
    }

    private func complaint(_ outcome: SunSpecWriter.Outcome?) -> String {
        if case .differs(let why) = outcome { why } else { "\(String(describing: outcome))" }
    }

    @Test func `the second set is written, adopted and switched on, in this order`() {
        var device = VoltVarDevice()
        #expect(run(&device) == .agrees)
        #expect(device.inForce(.points) == [930, 300, 970, 0, 1_030, 0, 1_070, 0xFED4])
        #expect(device.registers[2] == 1)
        #expect(device.written.suffix(2) == [103, 102], "adopted, then switched on")
    }

    @Test func `what agrees already is not written again`() {
        var device = VoltVarDevice()
        #expect(run(&device) == .agrees)
        device.written = []
        #expect(run(&device) == .agrees)
        #expect(device.written.isEmpty)
    }

    @Test func `a function that is off in the code is switched off`() {
        var device = VoltVarDevice()
        #expect(run(&device) == .agrees)
        device.written = []
        #expect(run(&device, GridCodeSettings(GridCodeProfile())) == .agrees)
        #expect(device.registers[2] == 0 && device.written == [102])
    }

    @Test func `one count of the register is no difference, two are`() {
        var device = VoltVarDevice()
        device.distortion = 1
        #expect(run(&device) == .agrees)
        device = VoltVarDevice()
        device.distortion = 2
        let why = complaint(run(&device))
        #expect(why == "“705.Crv1.Pt1.V” reads 93.2 after 93 was written")
        #expect(device.registers[2] == 0, "what is not as it shall be is not switched on")
    }

    @Test func `a device may take its time to adopt, but not for ever`() {
        var device = VoltVarDevice()
        device.readsUntilAdopted = 5
        #expect(run(&device) == .agrees)
        device = VoltVarDevice()
        device.readsUntilAdopted = .max
        #expect(complaint(run(&device)).contains("did not adopt what was written within 10 s"))
    }

    @Test func `a device that refuses to adopt is named with its result`() {
        var device = VoltVarDevice()
        device.result = 2
        #expect(complaint(run(&device)).contains("model 705 refuses to adopt what was written (result 2)"))
    }

    @Test func `a refused write names the point`() {
        var device = VoltVarDevice()
        device.refuses = 103
        #expect(complaint(run(&device)).contains("“705.AdptCrvReq” cannot be written: Modbus exception 3"))
    }

    @Test func `without a set that can be written, or the points it takes, nothing is written`() {
        var device = VoltVarDevice()
        device.registers[15 + 18 + 9] = 1
        #expect(complaint(run(&device)).contains("model 705 has no set that can be written"))
        #expect(device.written.isEmpty)
        var settings = Self.settings
        settings.voltVar.points += settings.voltVar.points
        device = VoltVarDevice()
        #expect(complaint(run(&device, settings)).contains("model 705 holds 4 points and the grid code needs 8"))
        #expect(device.written.isEmpty)
    }

    @Test func `a model that is not there is named`() {
        var device = VoltVarDevice()
        #expect(complaint(run(&device, models: [:])).contains("the device has no model 705"))
    }

    @Test func `registers of any content end in an outcome and never in a trap`() {
        var state: UInt64 = 7
        for _ in 0..<300 {
            var device = VoltVarDevice()
            for index in 2..<device.registers.count {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                if state >> 33 & 3 == 0 { device.registers[index] = UInt16(truncatingIfNeeded: state >> 40) }
            }
            #expect(run(&device) != nil)
        }
    }
}

/// Model 705 at register 100, four points, two sets.
private struct VoltVarDevice {
    enum Answer { case words([UInt16]), exception(UInt8) }
    enum Part { case points }

    var registers: [UInt16] = {
        var registers = [UInt16](repeating: 0, count: 15 + 2 * 18)
        registers[0] = 705
        registers[1] = UInt16(registers.count - 2)
        registers[4] = 1
        registers[5] = 4
        registers[6] = 2
        // A tenth of a percent and of a second.
        for factor in 12...14 { registers[factor] = 0xFFFF }
        registers[15 + 9] = 1
        // The voltage reference is not implemented.
        for set in [15, 33] { registers[set + 3] = 0xFFFF }
        return registers
    }()
    var written: [Int] = []
    /// Added to the first point when it is adopted.
    var distortion: UInt16 = 0
    var readsUntilAdopted = 0
    var result: UInt16 = 1
    /// An address that takes no writes.
    var refuses: Int?

    func inForce(_ part: Part) -> [UInt16] { Array(registers[25..<33]) }

    mutating func answer(_ exchange: SunSpecWriter.Exchange) -> Answer {
        switch exchange {
        case .read(let address, let count):
            if address == 104, count == 1, readsUntilAdopted > 0 {
                readsUntilAdopted -= 1
                return .words([0])
            }
            let start = address - 100
            guard start >= 0, start + count <= registers.count else {
                return .words([UInt16](repeating: 0xFFFF, count: count))
            }
            return .words(Array(registers[start..<start + count]))
        case .write(let words, let address):
            let start = address - 100
            guard address != refuses, start >= 0, start + words.count <= registers.count else { return .exception(3) }
            written.append(address)
            registers.replaceSubrange(start..<start + words.count, with: words)
            if start == 3 { adopt() }
            return .words([])
        }
    }

    private mutating func adopt() {
        registers[4] = result
        guard result == 1 else { return }
        for offset in 0..<18 where offset != 9 { registers[15 + offset] = registers[33 + offset] }
        registers[25] &+= distortion
    }
}
