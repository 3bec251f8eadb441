// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Testing

@testable import SimulatedSite

@Suite struct LedOutletTests {
    private static func charger() -> SimulatedCharger {
        SimulatedCharger(
            id: 1,
            hardware: SimulatedCharger.Hardware(
                ratings: ChargerRatings(
                    power: PowerLimits(from: .watts(-22_000), to: .watts(22_000)), phaseCount: 3,
                    minimumCharge: .zero, minimumDischarge: .zero, step: .watts(1)),
                dynamics: ChargerDynamics(
                    deadTime: .zero, timeConstant: .milliseconds(10), rampUp: .zero, rampDown: .zero,
                    directionChangePause: .zero), efficiency: 0.94),
            watchdog: HardwareWatchdog(kind: .none, timeout: .zero, fallback: .zero), at: .distantPast)
    }

    private func order(_ change: (inout OutletOrder) -> Void) -> OutletOrder {
        var order = OutletOrder()
        order.hasVehicle = true
        order.vehicle = PowerLimits(from: .watts(-10_000), to: .watts(11_000))
        change(&order)
        return order
    }

    private var following: OutletOrder {
        order {
            $0.closesContactors = true
            $0.output = .follow(
                power: PowerLimits(from: .watts(-10_000), to: .watts(11_000)), current: .unbounded,
                lowest: .volts(200), highest: .volts(400))
        }
    }

    private static var start: Instant { .distantPast }

    @Test func `a car that speaks is plugged in, and power waits for contactors and converter`() {
        var charger = Self.charger()
        #expect(charger.state == .available)
        charger.lead(order { _ in }, at: Self.start)
        charger.setpoint(.watts(-7_000), at: Self.start)
        charger.advance(to: Self.start + .seconds(1))
        #expect(charger.state == .preparing && charger.power.isZero)
        charger.lead(following, at: Self.start + .seconds(1))
        charger.advance(to: Self.start + .seconds(3))
        #expect(charger.state == .discharging && charger.power == .watts(-7_000))
    }

    @Test func `the car's limits hold at its inlet, behind the losses`() {
        var charger = Self.charger()
        charger.lead(following, at: Self.start)
        charger.setpoint(.watts(-22_000), at: Self.start)
        charger.advance(to: Self.start + .seconds(2))
        #expect(charger.power == .watts(-9_400))
        #expect(charger.offered.lower == .watts(-9_400))
    }

    @Test func `the converter stays within what it is told, and the offer does not shrink with it`() {
        var charger = Self.charger()
        charger.setpoint(.watts(22_000), at: Self.start)
        var order = following
        order.output = .follow(
            power: PowerLimits(from: .zero, to: .watts(4_700)), current: .unbounded, lowest: .zero,
            highest: .volts(400))
        charger.lead(order, at: Self.start)
        charger.advance(to: Self.start + .seconds(2))
        #expect(charger.power == .watts(5_000))
        #expect(charger.offered.upper > .watts(11_000))
        order.output = .follow(
            power: .unbounded, current: CurrentLimits(from: .zero, to: .amperes(10)), lowest: .zero,
            highest: .volts(400))
        charger.lead(order, at: Self.start + .seconds(2))
        charger.advance(to: Self.start + .seconds(4))
        #expect(charger.outletReport?.voltage == .volts(400))
        #expect((charger.outletReport?.current ?? .zero) <= .amperes(10))
    }

    @Test func `opened contactors end the power at once`() {
        var charger = Self.charger()
        charger.lead(following, at: Self.start)
        charger.setpoint(.watts(-7_000), at: Self.start)
        charger.advance(to: Self.start + .seconds(2))
        charger.lead(order { _ in }, at: Self.start + .seconds(2))
        #expect(charger.power.isZero && charger.outletReport?.areContactorsClosed == true)
        charger.advance(to: Self.start + .seconds(3))
        #expect(charger.outletReport?.areContactorsClosed == false)
    }

    @Test(arguments: [false, true]) func `each test of the insulation has its own result`(isFaulty: Bool) {
        var charger = Self.charger()
        charger.damageInsulation(isFaulty)
        charger.lead(order { $0.cableCheck = 7 }, at: Self.start)
        #expect(charger.outletReport?.insulation == .untested)
        charger.advance(to: Self.start + .seconds(1))
        #expect(charger.outletReport?.cableCheck == 7)
        #expect(charger.outletReport?.insulation == (isFaulty ? .faulty : .valid))
    }

    @Test func `a charger that nobody leads is as it was`() {
        var charger = Self.charger()
        charger.plugIn(SimulatedVehicle(habits: .init(startDelay: .zero)))
        charger.setpoint(.watts(5_000), at: Self.start)
        charger.advance(to: Self.start + .seconds(2))
        #expect(charger.power == .watts(5_000) && charger.outletReport == nil)
    }
}
