// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

struct NeedsTests {
    @Test(arguments: Course.all) func `the station learns what the car can and wants`(course: Course) throws {
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        let needs = try #require(pair.station.machine?.needs)
        let power = try #require(needs.power)
        #expect((power.upper - .watts(11_000)).magnitude <= .watts(2))
        #expect(power.lower == (course.service.isBidirectional ? .watts(-10_000) : .zero))
        if course.standard != .din { #expect(needs.targetEnergy == .wattHours(20_000)) }
    }

    @Test(arguments: Course.all.filter { !($0.standard == .iso2 && $0.service == .ac) })
    func `the station follows the state of charge`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.runIntoTheLoop()
        pair.car.handle(.battery(.percent(63), .volts(402)))
        pair.run(for: .milliseconds(300))
        #expect(pair.station.machine?.needs.soc == .percent(63))
        let told = pair.effects.filter { if case .need = $0 { true } else { false } }
        pair.run(for: .seconds(2))
        let later = pair.effects.filter { if case .need = $0 { true } else { false } }
        // Only what changed is told: the power at an AC inlet is measured anew in each turn, but here it stands still.
        #expect(told.count == later.count)
    }

    @Test(arguments: Course.all) func `a car that lowers its own limit is not given more`(course: Course) {
        guard course.standard.isISO20 else { return }
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(9_000)))
        pair.runIntoTheLoop()
        pair.car.handle(.limits(PowerLimits(from: .zero, to: .watts(2_000))))
        pair.run(for: .milliseconds(300))
        #expect(pair.station.machine?.granted == .watts(2_000))
        pair.car.handle(.limits(.zero))
        pair.run(for: .milliseconds(300))
        #expect(pair.station.machine?.granted == .zero)
    }

    @Test func `the meter's reading is in the answers to cars that ask for it`() throws {
        for (_, course) in StationTableTests.courses {
            var machine = try #require(StationTableTests.machines(course)[.charging])
            let now = StationTableTests.start
            let reading = MeterReading(meterID: "M1", charged: .wattHours(7_000), discharged: .wattHours(300))
            _ = machine.handle(.meter(reading), at: now)
            var loop = ChargeLoop(service: course.service, mode: course.mode, needs: EVNeeds())
            loop.wantsMeter = true
            let outputs = machine.handle(.chargeLoop(loop), sessionID: StationTableTests.sessionID, at: now)
            guard case .reply(let reply)? = outputs.last, case .chargeLoop(let turn) = reply.body else {
                Issue.record("\(outputs)")
                continue
            }
            #expect(turn.meter == reading)
        }
    }

    @Test func `below what car or station need at least nothing flows`() throws {
        var offer = StationOffer.bench
        offer.leastPower = .watts(1_400)
        let course = Course(standard: .iso20DC, service: .dcBidirectional, mode: .dynamic)
        for (target, granted) in [(1_399, 0), (1_400, 1_400), (-1_399, 0), (-1_400, -1_400), (0, 0)] {
            var pair = Pair(offer, course.plan)
            pair.tell(.target(.watts(target)))
            pair.runIntoTheLoop()
            pair.run(for: .milliseconds(300))
            #expect(pair.station.machine?.granted == .watts(granted))
        }
    }

    @Test(arguments: Course.iso20) func `what the car shows its driver reaches the station`(course: Course) throws {
        var plan = course.plan
        plan.needs.maximumSoC = .percent(95)
        plan.needs.timeToTargetSoC = .seconds(3_600)
        plan.needs.timeToMinimumSoC = .seconds(60)
        plan.needs.timeToMaximumSoC = .seconds(7_200)
        plan.needs.batteryCapacity = .wattHours(77_000)
        plan.needs.isInletHot = false
        var pair = Pair(.bench, plan)
        pair.runIntoTheLoop()
        pair.run(for: .milliseconds(300))
        let needs = try #require(pair.station.machine?.needs)
        #expect(needs.maximumSoC == .percent(95) && needs.batteryCapacity == .wattHours(77_000))
        #expect(needs.timeToTargetSoC == .seconds(3_600) && needs.timeToMinimumSoC == .seconds(60))
        #expect(needs.timeToMaximumSoC == .seconds(7_200) && needs.isInletHot == false)
    }
}
