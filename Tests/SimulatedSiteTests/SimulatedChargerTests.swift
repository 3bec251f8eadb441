// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Testing

@testable import SimulatedSite

@Suite struct SimulatedChargerTests {
    @Test(arguments: [
        (999, 0.0), (1_000, 0), (3_000, 6_321), (5_000, 8_647), (7_000, 9_502), (30_000, 10_000),
    ])
    func `power follows a step as a first-order lag after the dead time`(milliseconds: Int, watts: Double) {
        var charger = pluggedCharger()
        charger.setpoint(.watts(10_000), at: start)
        charger.advance(to: after(milliseconds))
        #expect(abs(charger.power.inUnits - watts) < 2)
    }

    @Test func `a rate limit bounds the rise`() {
        var charger = pluggedCharger(bidirectionalHardware(rampUp: .watts(500)))
        charger.setpoint(.watts(10_000), at: start)
        charger.advance(to: after(5_000))
        #expect(abs(charger.power.inUnits - 2_000) < 1)
    }

    @Test(arguments: [
        (3_333, 3_300), (-3_399, -3_300), (499, 0), (-499, 0), (550, 500), (20_000, 10_000), (-20_000, -9_000),
    ])
    // The car delivers 10 kW at its battery, of which 9 kW arrive.
    func `setpoints are clamped, quantised toward zero and dead near zero`(asked: Int, held: Int) {
        var charger = pluggedCharger()
        charger.setpoint(.watts(asked), at: start)
        charger.advance(to: after(40_000))
        #expect(charger.power == .watts(held))
    }

    @Test func `a change of direction rests at zero for the pause`() {
        var charger = pluggedCharger()
        charger.setpoint(.watts(5_000), at: start)
        charger.advance(to: after(30_000))
        charger.setpoint(.watts(-5_000), at: after(30_000))
        var zeroFrom: Int?
        var zeroUntil: Int?
        for time in stride(from: 30_000, through: 60_000, by: 10) {
            charger.advance(to: after(time))
            if charger.power == .zero, zeroFrom == nil { zeroFrom = time }
            if charger.power < .zero, zeroUntil == nil { zeroUntil = time }
        }
        let rested = (zeroUntil ?? 0) - (zeroFrom ?? 0)
        #expect((2_000...2_040).contains(rested))
        #expect(charger.power == .watts(-5_000))
    }

    @Test(arguments: [(true, 0.9), (false, 0.9), (true, 1), (false, 1)])
    func `the battery gains what flowed in less the losses`(isCharging: Bool, efficiency: Double) {
        var charger = pluggedCharger(bidirectionalHardware(efficiency: efficiency))
        let before = charger.vehicle?.stored.inUnits ?? 0
        charger.setpoint(.watts(isCharging ? 8_000 : -8_000), at: start)
        charger.advance(to: after(1_800_000))
        let gained = (charger.vehicle?.stored.inUnits ?? 0) - before
        let expected =
            charger.imported.inUnits * efficiency * 0.97 - charger.exported.inUnits / efficiency / 0.97
        #expect(abs(gained - expected) < 0.1)
        #expect(abs(gained) > 3_000)
    }

    @Test func `charge tapers above the knee and ends at full`() {
        var charger = pluggedCharger(vehicle: eagerVehicle(at: 95))
        charger.setpoint(.watts(10_000), at: start)
        charger.advance(to: after(20_000))
        #expect(charger.power == .watts(10_000))
        charger.advance(to: after(3_600_000 * 4))
        #expect(charger.vehicle?.stateOfCharge == .percent(100))
        #expect(charger.state == .suspended)
    }

    @Test(arguments: [(19, true), (50, false)])
    func `an empty or unable car does not discharge`(percent: Int, canDischarge: Bool) {
        var charger = pluggedCharger(vehicle: eagerVehicle(at: percent, canDischarge: canDischarge))
        charger.setpoint(.watts(-5_000), at: start)
        charger.advance(to: after(30_000))
        #expect(charger.power == .zero)
        #expect(charger.offered.lower == .zero)
        #expect(charger.state == .suspended)
    }

    @Test func `a fault opens the contactors at once and clearing it resumes`() {
        var charger = pluggedCharger()
        charger.setpoint(.watts(5_000), at: start)
        charger.advance(to: after(30_000))
        charger.inject(faults: 4)
        #expect(charger.power == .zero)
        #expect(charger.state == .faulted)
        charger.clearFaults()
        charger.advance(to: after(60_000))
        #expect(charger.state == .charging)
    }

    @Test func `a session goes through the states a person would see`() {
        var hardware = bidirectionalHardware()
        hardware.needsAuthorisation = true
        var charger = SimulatedCharger(
            id: 1, hardware: hardware, watchdog: HardwareWatchdog(kind: .none, timeout: .zero), at: start)
        var seen = [charger.state]
        charger.plugIn(SimulatedVehicle())
        charger.advance(to: after(10_000))
        seen.append(charger.state)
        charger.swipe()
        seen.append(charger.state)
        charger.setpoint(.watts(-5_000), at: after(10_000))
        charger.advance(to: after(20_000))
        seen.append(charger.state)
        charger.pause()
        charger.advance(to: after(60_000))
        seen.append(charger.state)
        charger.swipe()
        seen.append(charger.state)
        charger.plugOut()
        seen.append(charger.state)
        #expect(seen == [.available, .preparing, .ready, .discharging, .suspended, .finished, .available])
    }

    @Test func `phases switch at zero power and halfway ratings follow`() {
        var hardware = bidirectionalHardware()
        hardware.switchesPhases = true
        var charger = pluggedCharger(hardware)
        charger.setpoint(.watts(9_000), at: start)
        charger.advance(to: after(30_000))
        charger.use(phaseCount: 1, at: after(30_000))
        #expect(charger.phaseCount == 3)
        charger.advance(to: after(80_000))
        #expect(charger.phaseCount == 1)
        #expect(charger.power == .watts(3_300))
        #expect(charger.liveReading.current?.l2 == .zero)
    }

    @Test func `a sleeping car takes its time`() {
        var vehicle = eagerVehicle()
        vehicle.habits.sleepsAfter = .seconds(60)
        vehicle.habits.wakeDelay = .seconds(15)
        var charger = pluggedCharger(vehicle: vehicle)
        charger.advance(to: after(120_000))
        charger.setpoint(.watts(5_000), at: after(120_000))
        charger.advance(to: after(135_900))
        #expect(charger.power == .zero)
        charger.advance(to: after(150_000))
        #expect(charger.power > .watts(4_000))
    }

    @Test func `the driver leaves at departure`() {
        var vehicle = eagerVehicle()
        vehicle.departure = after(5_000)
        var charger = pluggedCharger(vehicle: vehicle)
        charger.advance(to: after(4_999))
        #expect(charger.state == .ready)
        charger.advance(to: after(5_000))
        #expect(charger.state == .available)
    }
}
