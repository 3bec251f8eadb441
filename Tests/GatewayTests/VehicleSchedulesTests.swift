// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import ISO15118
import LinuxIO
import OCPP21
import Testing
import VehicleLinks

@testable import ChargingStation
@testable import Gateway
@testable import OCPP

struct VehicleSchedulesTests {
    /// Half of what is drawn arrives, half of what is delivered reaches the grid.
    private static let outlet = VehicleOutlet(efficiency: 500)
    private static let now = MonotonicClock.now()
    private static let start: Int64 = 1_900_000_000
    private static let wall = WallTime(milliseconds: start * 1_000)

    private static func period(_ start: Int, _ change: (inout CompositePeriod) -> Void) -> CompositePeriod {
        var period = CompositePeriod()
        period.start = start
        change(&period)
        return period
    }

    private static func offered(_ periods: [CompositePeriod], prices: [(Int, Int)] = []) -> OfferedSchedule {
        var source: ChargingScheduleType?
        if !prices.isEmpty {
            source = ChargingScheduleType(
                id: 7, chargingRateUnit: .w, chargingSchedulePeriod: [ChargingSchedulePeriodType(startPeriod: 0)])
            source?.priceLevelSchedule = PriceLevelScheduleType(
                priceLevelScheduleEntries: prices.map { .init(duration: $0.0, priceLevel: $0.1) },
                timeAnchor: DateTime(wall + .seconds(-60)), priceScheduleId: 1, numberOfPriceLevels: 3)
        }
        let schedule = CompositeSchedule(evse: 1, start: start, duration: 86_400, unit: .watts, periods: periods)
        return OfferedSchedule(id: 7, schedule: schedule, source: source)
    }

    private static func limits(_ lower: Int, _ upper: Int) -> PowerLimits {
        PowerLimits(from: .watts(lower), to: .watts(upper))
    }

    @Test func `what a backend allows at the grid is offered as what arrives at the inlet`() {
        let tuple = ScheduleTuple(
            Self.offered([
                Self.period(0) { $0.limit = PhaseRates(8_000_000) },
                Self.period(600) {
                    $0.limit = PhaseRates(2_000_000, l2: 1_000_000, l3: 1_000_000)
                    $0.dischargeLimit = PhaseRates(-3_000_000)
                },
                // A setpoint leaves no choice but less, and none the other way.
                Self.period(1_200) {
                    $0.limit = PhaseRates(8_000_000)
                    $0.dischargeLimit = PhaseRates(-8_000_000)
                    $0.setpoint = PhaseRates(-2_000_000)
                },
                Self.period(1_800) { _ in },
                Self.period(2_400) { $0.limit = PhaseRates(.max, l2: .max) },
            ]), id: 2, Self.outlet)
        #expect(tuple.id == 2 && tuple.start == Self.wall)
        #expect(tuple.periods.map(\.length) == [600, 600, 600, 600, 84_000].map { .seconds($0) })
        let expected = [
            Self.limits(0, 4_000), Self.limits(-6_000, 2_000), Self.limits(-4_000, 0), .zero,
            PowerLimits(from: .zero, to: Power(milli: Power.plausible / 2)),
        ]
        #expect(tuple.periods.map(\.power) == expected)
    }

    @Test func `prices keep their own times, and what is said of the past counts from now on`() {
        let tuple = ScheduleTuple(
            Self.offered(
                [Self.period(0) { $0.limit = PhaseRates(2_000_000) }], prices: [(660, 2), (600, 300), (60, 0)]),
            id: 1, Self.outlet)
        #expect(tuple.periods.map(\.length) == [600, 600, 85_200].map { .seconds($0) })
        #expect(tuple.periods.map(\.priceLevel) == [2, 255, 0])
    }

    @Test func `where the backend's schedule has no prices, the station's tariff has`() {
        var offered = Self.offered([Self.period(0) { $0.limit = PhaseRates(2_000_000) }])
        offered.priceLevels = [PriceLevel(start: 0, level: 2), PriceLevel(start: 3_600, level: 1)]
        let tuple = ScheduleTuple(offered, id: 1, Self.outlet)
        #expect(tuple.periods.map(\.length) == [.seconds(3_600), .seconds(82_800)])
        #expect(tuple.periods.map(\.priceLevel) == [2, 1])
    }

    @Test func `the car's profile is told at the grid, and what it delivers as a limit of its own`() {
        var profile = PowerProfile(
            schedule: 1, start: Self.wall,
            entries: [.init(.zero, .watts(4_000)), .init(.seconds(60), .watts(-4_000))], end: .seconds(120))
        profile.keepsTolerance = true
        let plan = ChargingStation.VehiclePlan(profile, 12, Self.outlet)
        #expect(plan.selected == 12 && plan.schedule.id == 12 && plan.acceptsTolerance == true)
        #expect(plan.timeBase == DateTime(Self.wall) && plan.schedule.duration == 120)
        #expect(plan.schedule.chargingSchedulePeriod.map(\.startPeriod) == [0, 60])
        #expect(plan.schedule.chargingSchedulePeriod.map(\.limit) == [8_000, 0])
        #expect(plan.schedule.chargingSchedulePeriod.map(\.dischargeLimit) == [nil, -2_000])
    }

    // MARK: Between backend and session

    private static func tuple(_ watts: Int) -> ScheduleTuple { .flat(limits(0, watts), from: wall) }

    @Test func `what comes while the car waits goes to it, and what comes later makes it come again, once`() async {
        var book = VehicleSchedules()
        let heard = await withCheckedContinuation { continuation in
            book.wait(continuation, at: Self.now)
            book.offer([Self.tuple(4_000)], numbers: [1: 12], at: Self.now)
        }
        #expect(heard == [Self.tuple(4_000)])
        let isQuiet = !book.wantsToTell()
        book.offer([Self.tuple(3_000)], numbers: [1: 22], at: Self.now)
        let asks = [book.wantsToTell(), book.wantsToTell()]
        #expect(isQuiet && asks == [true, false])
        let news = [book.takeNews(at: Self.now), book.takeNews(at: Self.now)]
        #expect(news == [[Self.tuple(3_000)], nil])
        book.planned(PowerProfile(schedule: 1, start: Self.wall, entries: [.init(.zero, .watts(3_000))]))
        let plans = [book.takePlan(), book.takePlan()]
        #expect(plans.map { $0?.number } == [22, nil] && plans[0]?.profile.entries.count == 1)
    }

    @Test func `schedules that are there before the car asks wait for it`() async {
        var book = VehicleSchedules()
        book.offer([Self.tuple(4_000)], numbers: [:], at: Self.now)
        // It has been told nothing yet, so there is nothing to take back.
        let isAsked = book.wantsToTell()
        #expect(!isAsked)
        let heard = await withCheckedContinuation { book.wait($0, at: Self.now) }
        #expect(heard == [Self.tuple(4_000)])
    }

    @Test func `without a backend a car is bothered once a minute at most, and for no less than half a kilowatt`() {
        var book = VehicleSchedules()
        let differsAtFirst = book.differs(Self.limits(0, 9_000), at: Self.now, Self.wall)
        #expect(!differsAtFirst)
        book.settle([Self.tuple(4_000)], at: Self.now)
        for (second, watts, differs) in [
            (59, 9_000, false), (60, 4_499, false), (60, 4_500, true), (61, 9_000, false), (120, 3_500, true),
        ] {
            let found = book.differs(Self.limits(0, watts), at: Self.now + .seconds(second), Self.wall)
            #expect(found == differs, "\(watts) W after \(second) s")
        }
    }
}
