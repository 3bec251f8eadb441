// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

struct ScheduleTests {
    static let scheduled = Course.all.filter { $0.mode == .scheduled }
    static let time = WallTime(milliseconds: 1_900_000_000_000)

    private static func limits(_ lower: Int, _ upper: Int) -> PowerLimits {
        PowerLimits(from: .watts(lower), to: .watts(upper))
    }

    /// Two, the second in steps of which the first lasts a minute.
    private static let offered = [
        ScheduleTuple(id: 1, start: time, periods: [.init(ScheduleTuple.day, limits(-22_000, 22_000))]),
        ScheduleTuple(
            id: 7, start: time,
            periods: [
                .init(.seconds(60), limits(-1_000, 4_000), priceLevel: 3),
                .init(.seconds(3_600), limits(0, 6_000), priceLevel: 1),
                .init(.seconds(90_000), limits(-9_000, 9_000), priceLevel: 2),
            ]),
    ]

    private static func pair(_ course: Course, schedules: [ScheduleTuple]?, choosing place: Int = 0) -> Pair {
        var offer = StationOffer.bench
        offer.asksForSchedules = true
        var plan = course.plan
        plan.preferredSchedule = place
        var pair = Pair(offer, plan)
        pair.schedules = schedules
        pair.tell(.target(.watts(11_000)))
        return pair
    }

    private static func profiles(_ pair: Pair) -> [PowerProfile] {
        pair.effects.compactMap { if case .profile(let profile) = $0 { profile } else { nil } }
    }

    private static func askings(_ pair: Pair) -> Int {
        pair.effects.count { if case .schedules = $0 { true } else { false } }
    }

    @Test(arguments: scheduled) func `a car is offered what the owner says, chooses, and the owner hears its profile`(
        course: Course
    ) throws {
        for place in [0, 1] {
            var pair = Self.pair(course, schedules: Self.offered, choosing: place)
            pair.runIntoTheLoop()
            pair.run(for: .milliseconds(500))
            #expect(pair.car.schedules.map(\.id) == [1, 7])
            let profile = try #require(Self.profiles(pair).first)
            #expect(profile.schedule == Self.offered[place].id)
            // The car takes 11 kW at most.
            #expect(profile.entries.map(\.power) == (place == 0 ? [11_000] : [4_000, 6_000, 9_000]).map { .watts($0) })
            #expect(abs(profile.start.seconds - Self.time.seconds) <= 10)
            #expect((pair.power - .watts(place == 0 ? 11_000 : 4_000)).magnitude <= .watts(2))
            pair.run(for: .seconds(70))
            #expect((pair.power - .watts(place == 0 ? 11_000 : 6_000)).magnitude <= .watts(2))
            #expect(pair.carEnd == nil && Self.askings(pair) == 1)
        }
    }

    @Test(arguments: Course.iso20.filter { $0.mode == .scheduled })
    func `ISO 15118-20 says prices and what may be delivered with every schedule`(course: Course) throws {
        var pair = Self.pair(course, schedules: Self.offered, choosing: 1)
        pair.runIntoTheLoop()
        let heard = try #require(pair.car.schedules.last)
        #expect(heard.periods.map(\.priceLevel) == [3, 1, 2])
        let lower: [Int] = course.service.isBidirectional ? [-1_000, 0, -9_000] : [0, 0, 0]
        #expect(heard.periods.map(\.power.lower) == lower.map { .watts($0) })
        #expect(heard.periods.map(\.power.upper) == [.watts(4_000), .watts(6_000), .watts(9_000)])
    }

    @Test(arguments: scheduled) func `a car waits for its schedules, and at last is offered all there is`(
        course: Course
    ) {
        var pair = Self.pair(course, schedules: nil)
        pair.plugIn()
        pair.run(for: .seconds(50))
        #expect(pair.car.turns == 0 && pair.carEnd == nil && Self.askings(pair) == 1)
        let waiting: StationPhase = course.standard.isISO20 ? .scheduleExchange : .chargeParameters
        #expect(pair.station.machine?.phase == waiting)
        pair.run(for: .seconds(20))
        #expect(pair.car.turns > 0 && pair.carEnd == nil)
        #expect(pair.car.schedules.map(\.periods.count) == [1])
    }

    @Test(arguments: scheduled.filter { $0.standard != .din }) func `a new negotiation brings new schedules`(
        course: Course
    ) {
        var pair = Self.pair(course, schedules: Self.offered)
        pair.runIntoTheLoop()
        pair.run(for: .seconds(1))
        pair.schedules = [ScheduleTuple.flat(Self.limits(-3_000, 3_000), from: Self.time)]
        pair.tell(.ask(.renegotiateSchedule))
        pair.run(for: .seconds(3))
        #expect(pair.carEnd == nil && Self.askings(pair) == 2)
        #expect((pair.power - .watts(3_000)).magnitude <= .watts(2))
        #expect(Self.profiles(pair).last?.entries.map(\.power) == [.watts(3_000)])
    }

    @Test(arguments: Course.iso20.filter { $0.mode == .dynamic }) func `a car that is led waits for nothing`(
        course: Course
    ) {
        var pair = Self.pair(course, schedules: nil)
        pair.runIntoTheLoop()
        #expect(pair.car.turns == 1 && Self.askings(pair) == 0)
        // It says all the same what it is about to do.
        #expect(Self.profiles(pair).count == 1 && Self.profiles(pair).first?.schedule == nil)
    }

    // MARK: What a car may not choose

    private static func choosing(
        _ course: Course, _ change: (inout PowerDelivery) -> Void
    ) throws -> [StationMachine.Output] {
        var offer = StationOffer.bench
        offer.asksForSchedules = true
        let now = Instant(nanoseconds: 0)
        var machine = StationMachine(course.standard, offer: offer, sessionID: [1], at: now, wallTime: time)
        let agreement: Set<Request.Kind> = [.chargeLoop, .powerDelivery, .sessionStop]
        for input: StationInput in [.authorisation(.granted), .insulation(.valid)] {
            _ = machine.handle(input, at: now)
        }
        for (text, request) in StationTableTests.requests(course)
        where !text.contains("other") && !agreement.contains(request.kind) {
            let phase = machine.phase.expects(in: course.standard, machine.service?.transfer)
            guard phase.contains(request.kind) else { continue }
            if !machine.handle(request, sessionID: [1], at: now).contains(where: \.isAskingForSchedules) { continue }
            _ = machine.handle(.schedules(offered), at: now)
            _ = machine.handle(request, sessionID: [1], at: now)
        }
        var delivery = PowerDelivery(.start)
        delivery.schedule = 7
        delivery.profile = PowerProfile(schedule: 7, start: time, entries: [.init(.zero, .watts(4_000))])
        change(&delivery)
        _ = machine.handle(.contactors(.closed), at: now)
        return machine.handle(.powerDelivery(delivery), sessionID: [1], at: now)
    }

    private static func code(_ outputs: [StationMachine.Output]) -> ReplyCode? {
        for case .reply(let reply) in outputs { return reply.code }
        return nil
    }

    @Test(arguments: scheduled) func `what was not offered, and a profile beyond the schedule, are refused`(
        course: Course
    ) throws {
        #expect(Self.code(try Self.choosing(course) { _ in }) == .ok)
        #expect(Self.code(try Self.choosing(course) { $0.schedule = 2 }) == .scheduleSelectionInvalid)
        #expect(Self.code(try Self.choosing(course) { $0.profile = nil }) == .ok)
        for (second, watts, isGood) in [
            (0, 4_040, true), (0, 4_100, false), (100, 6_000, true), (100, 6_100, false), (5_000, 9_000, true),
            (5_000, 9_200, false), (56, 6_000, true), (54, 6_000, false),
        ] {
            let outputs = try Self.choosing(course) {
                $0.profile?.entries = [.init(.zero, .zero), .init(.seconds(second), .watts(watts))]
                $0.profile?.end = .seconds(second + 10)
            }
            #expect(Self.code(outputs) == (isGood ? .ok : .powerProfileInvalid), "\(watts) W after \(second) s")
            let hasTold = outputs.contains { if case .effect(.profile) = $0 { true } else { false } }
            #expect(hasTold == isGood)
        }
    }

    @Test(arguments: [
        (Standard.din, "FAILED_ChargingProfileInvalid"), (.iso2, "FAILED_ChargingProfileInvalid"),
        (.iso20AC, "FAILED_EVPowerProfileInvalid"), (.iso20DC, "FAILED_EVPowerProfileInvalid"),
    ])
    func `the refusal has the word of the standard`(standard: Standard, word: String) throws {
        let header = StationHeader(sessionID: [1], time: Self.time, offer: .bench, standard: standard)
        let session = standard.isISO20 ? Array(repeating: UInt8(1), count: 8) : [1]
        var full = header
        full.sessionID = session
        let frame = try Translation.frame(Reply(.powerProfileInvalid, .powerDelivery), full)
        #expect(try Translation.answer(frame, standard).verdict == .failed(word))
    }

    // MARK: What is left of a schedule

    @Test func `a schedule is told from now on, for a day, and never allows more than it did`() {
        let tuple = Self.offered[1]
        let later = tuple.left(at: Self.time + .seconds(61))
        #expect(later.periods.map(\.length) == [.seconds(3_599), .seconds(90_000)])
        let end = tuple.left(at: Self.time + .seconds(200_000))
        #expect(end.periods == [.init(ScheduleTuple.day, Self.limits(-9_000, 9_000), priceLevel: 2)])
        let short = tuple.left(at: Self.time, inAtMost: 2)
        #expect(short.periods.map(\.power) == [Self.limits(-1_000, 4_000), Self.limits(0, 6_000)])
        #expect(short.periods.map(\.length) == [.seconds(60), .seconds(93_600)])
        let early = tuple.left(at: Self.time + .seconds(-3_600))
        #expect(early.power(at: Self.time + .seconds(-60)) == Self.limits(-1_000, 4_000))
    }

    @Test(arguments: scheduled)
    func `a thousand periods go to a car as far as it has room, and hostile lists do no harm`(
        course: Course
    ) throws {
        let many = (0..<2_000).map { ScheduleTuple.Period(.seconds(60), Self.limits(0, 5_000 + $0)) }
        var pair = Self.pair(
            course,
            schedules: [
                ScheduleTuple(id: 0, start: Self.time, periods: many),
                ScheduleTuple(id: 1, start: Self.time, periods: []),
                ScheduleTuple(id: 2, start: Self.time, periods: many),
            ])
        pair.runIntoTheLoop()
        #expect(pair.car.turns == 1)
        #expect(pair.car.schedules.map(\.id) == [2])
        #expect(pair.car.schedules.first?.periods.count == ScheduleTuple.mostPeriods)
        let profile = try #require(Self.profiles(pair).first)
        #expect(profile.entries.count == (course.standard == .iso2 ? 24 : ScheduleTuple.mostPeriods))
    }
}

extension StationMachine.Output {
    fileprivate var isAskingForSchedules: Bool { if case .effect(.schedules) = self { true } else { false } }
}
