// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Testing

@testable import SimulatedSite

@Suite struct SimulatedRAPITests {
    private func wallbox() -> SimulatedCharger {
        let hardware = SimulatedCharger.Hardware(
            ratings: ChargerRatings(
                power: PowerLimits(from: .zero, to: .watts(7_360)), phaseCount: 1, minimumCharge: .watts(1_380),
                minimumDischarge: .zero, step: .watts(230)),
            dynamics: ChargerDynamics(
                deadTime: .seconds(1), timeConstant: .seconds(1), rampUp: .zero, rampDown: .zero,
                directionChangePause: .zero),
            efficiency: 1, refresh: .zero)
        return pluggedCharger(hardware)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Command checksums from the firmware's own header file; every reply's checksum is the exclusive-or of the text.
    @Test(arguments: [
        ("$GC^20\r", "$OK 6 32 32 32"), ("$GV^35\r", "$OK 8.2.1 5.2.1"), ("$FE*AF\r", "$OK"), ("$FD*AE\r", "$OK"),
        ("$GS^30\r", "$OK 02 0 02 0040"), ("$GG^24\r", "$OK 0 230000"), ("$GU^36\r", "$OK 0 0"),
        ("$GC^21\r", "$NK"), ("$SL A*24\r", "$NK"), ("$GC :1F\r", "$OK 6 32 32 32 :1F"), ("$SC 10 V\r", "$OK 10"),
        ("$SC 99 V\r", "$NK 32"), ("noise\r$GV\r", "$OK 8.2.1 5.2.1"), ("$SC\r", "$NK 32"), ("$\r", "$NK"),
    ])
    func `answers commands as the firmware does`(command: String, reply: String) throws {
        var rapi = SimulatedRAPI()
        var charger = wallbox()
        let answer = rapi.receive(Array(command.utf8), charger: &charger, at: start)
        let expected = Array(reply.utf8)
        let lines = text(answer).split(separator: "\r").filter { !$0.hasPrefix("$AT") }
        #expect(lines == ["\(reply)^\(hexadecimal(expected.reduce(0, ^), digits: 2))"[...]])
    }

    @Test func `a missed heartbeat limits the current until it is acknowledged`() {
        var rapi = SimulatedRAPI()
        var charger = wallbox()
        func send(_ command: String, at time: Int) -> String {
            text(rapi.receive(Array((command + "\r").utf8), charger: &charger, at: after(time)))
        }
        #expect(send("$SY 20 6", at: 0).hasPrefix("$OK 20 6 0^"))
        #expect(send("$SC 16 V", at: 0).hasPrefix("$OK 16^"))
        _ = send("$SY", at: 19_999)
        #expect(charger.power == .watts(3_680))
        // The pulse is due at 39.999 s, and nobody looks until the pilot's change has just taken effect.
        _ = rapi.poll(charger: &charger, at: after(50_000))
        #expect(charger.power == .watts(1_380))
        #expect(send("$SY", at: 60_000).hasPrefix("$NK 20 6 2^"))
        #expect(send("$SY 165", at: 60_000).hasPrefix("$OK 20 6 1^"))
        _ = send("$SY", at: 75_000)
        #expect(charger.power == .watts(3_680))
    }

    @Test func `a change of state is announced once`() {
        var rapi = SimulatedRAPI()
        var charger = wallbox()
        #expect(rapi.poll(charger: &charger, at: start).isEmpty)
        #expect(text(rapi.poll(charger: &charger, at: after(3_000))).hasPrefix("$AT 03 03 32 0040^"))
        #expect(rapi.poll(charger: &charger, at: after(4_000)).isEmpty)
        charger.plugOut()
        #expect(text(rapi.poll(charger: &charger, at: after(5_000))).hasPrefix("$AT 01 01 32 0040^"))
    }
}

@Suite struct SimulatedP1Tests {
    @Test func `the checksum is CRC-16-ARC`() { #expect(SimulatedP1.checksum(Array("123456789".utf8)) == 0xBB3D) }

    @Test func `a telegram names both directions and closes with its checksum`() throws {
        let load = HouseholdLoad(
            profile: .flat(PerPhase(.watts(-1_500), .watts(200), .watts(55))), noise: 0)
        var site = SimulatedSite(chargers: [], load: load, startingAt: start)
        site.advance(to: after(3_600_000))
        var port = SimulatedP1(midnight: start - .seconds(86_400 * 58), firstAt: after(3_600_000))
        let bytes = port.poll(meter: site.meter, at: after(3_600_000))
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        let expected = [
            "1-0:1.7.0(00.000*kW)", "1-0:2.7.0(01.245*kW)", "1-0:22.7.0(01.500*kW)", "1-0:21.7.0(00.000*kW)",
            "1-0:61.7.0(00.055*kW)", "1-0:32.7.0(230.0*V)", "1-0:31.7.0(007*A)", "0-0:1.0.0(260228010000W)",
            "1-0:2.8.1(000001.245*kWh)",
        ]
        #expect(expected.filter { line in !lines.contains { $0 == line } } == [])
        #expect(lines.first == "/SLU5\\253833635_A" && lines[1].isEmpty && lines.last?.isEmpty == true)
        let end = try #require(bytes.lastIndex(of: 0x21))
        let crc = UInt16(String(decoding: bytes[(end + 1)..<(end + 5)], as: UTF8.self), radix: 16)
        #expect(crc == SimulatedP1.checksum(Array(bytes[...end])))
        #expect(port.poll(meter: site.meter, at: after(3_600_500)).isEmpty)
        #expect(!port.poll(meter: site.meter, at: after(3_601_000)).isEmpty)
        site.meter.condition = .cut
        #expect(port.poll(meter: site.meter, at: after(3_602_000)).isEmpty)
    }
}

@Suite struct SimulatedDevicesTests {
    @Test func `a simulated charger takes control, follows orders and falls back when it is left alone`() throws {
        let watchdog = HardwareWatchdog(kind: .any, timeout: .seconds(6), fallback: .zero)
        let site = SharedSite(
            SimulatedSite(chargers: [pluggedCharger(watchdog: watchdog)], startingAt: start))
        let device = try #require(SimulatedChargerDevice(site: site, evse: 1, at: start))
        let order = Order(power: .watts(-4_000), phaseCount: 3, confirmedAt: start)
        var now = start
        var events: [DeviceEvent] = []
        while now < after(20_000) {
            now = max(now, device.nextTurn(order: order))
            events += try device.takeTurn(at: now, order: order)
        }
        #expect(events.contains(.underControl(.after(.seconds(6), holds: .zero))))
        #expect(events.filter { $0 == .carriedOut(order) }.count > 5)
        guard case .charger(let reading) = events.last(where: { if case .charger = $0 { true } else { false } }) else {
            Issue.record("no reading")
            return
        }
        #expect(reading.power == .watts(-4_000))
        #expect(reading.state == .discharging)
        #expect(site.access(at: now + .seconds(30)) { $0.charger(1)?.power } == .zero)
    }

    @Test func `handing back leaves the charger at zero`() throws {
        let site = SharedSite(SimulatedSite(chargers: [pluggedCharger()], startingAt: start))
        let device = try #require(SimulatedChargerDevice(site: site, evse: 1, at: start))
        let order = Order(power: .watts(5_000), phaseCount: 3, confirmedAt: start)
        for time in [0, 1, 20_000] { _ = try device.takeTurn(at: after(time), order: order) }
        try device.handBack(at: after(20_000)) { after(20_000) + $0 }
        #expect(site.access(at: after(60_000)) { $0.charger(1)?.power } == .zero)
        #expect(SimulatedChargerDevice(site: site, evse: 9, at: after(60_000)) == nil)
    }

    @Test func `a frozen meter keeps the time of its sample and a cut one does not answer`() throws {
        let site = SharedSite(SimulatedSite(chargers: [], startingAt: start))
        let device = SimulatedMeterDevice(site: site, at: start)
        _ = try device.takeTurn(at: start, order: nil)
        try site.perform(.meter(.frozen), at: after(1_500))
        guard case .meter(let reading) = try device.takeTurn(at: after(9_000), order: nil).first else {
            Issue.record("no reading")
            return
        }
        #expect(reading.measuredAt == after(1_000))
        try site.perform(.cutMeter, at: after(9_500))
        #expect(throws: DeviceFault.self) { try device.takeTurn(at: after(10_000), order: nil) }
    }
}
