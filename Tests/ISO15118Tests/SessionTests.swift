// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

struct SessionTests {
    @Test(arguments: Course.all) func `a car charges and stops`(course: Course) {
        var plan = course.plan
        plan.turns = 5
        var pair = Pair(.bench, plan)
        pair.tell(.target(.watts(7_000)))
        pair.plugIn()
        pair.run(for: .seconds(60))
        #expect(pair.carEnd == .finished)
        #expect(pair.stationEnd == .finished)
        #expect(pair.car.turns == 5)
        #expect(pair.power == .zero)
    }

    @Test(arguments: Course.all) func `what flows follows the target within two turns of the loop`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(4_000)))
        pair.runIntoTheLoop()
        let twoTurns = pair.car.plan.pace * 2 + Pair.step * 2
        for watts in [4_000, 7_000, 0, 11_000, -6_000, 3_000, 0] {
            pair.tell(.target(.watts(watts)))
            pair.run(for: twoTurns)
            let expected = course.service.isBidirectional ? watts : max(watts, 0)
            let error = (pair.power - .watts(expected)).magnitude
            // -2 AC tells a current per phase: less by up to its last digit.
            #expect(error <= .watts(2), "target \(watts) W, flows \(pair.power)")
            #expect(pair.power.magnitude <= Power.watts(watts).magnitude)
        }
        #expect(pair.carEnd == nil)
    }

    @Test(arguments: Course.iso20.filter { $0.service.isBidirectional })
    func `discharging works whichever sign its limits are written with`(course: Course) {
        var offer = StationOffer.bench
        offer.dischargeIsNegative = true
        var pair = Pair(offer, course.plan)
        pair.tell(.target(.watts(-6_000)))
        pair.runIntoTheLoop()
        pair.run(for: .milliseconds(300))
        #expect((pair.power + .watts(6_000)).magnitude <= .watts(2))
    }

    @Test(arguments: Course.all) func `neither the car's nor the station's limit is passed`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(50_000)))
        pair.runIntoTheLoop()
        pair.run(for: .seconds(1))
        #expect(pair.power <= .watts(11_000))
        #expect(pair.power >= .watts(10_900))
        pair.tell(.target(.watts(-50_000)))
        pair.run(for: .seconds(1))
        #expect(pair.power == (course.service.isBidirectional ? .watts(-10_000) : .zero))
    }

    @Test(arguments: Course.all) func `the station asks for an end and the car obeys`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        pair.tell(.ask(.terminate))
        pair.run(for: .seconds(5))
        #expect(pair.carEnd == .finished)
        #expect(pair.stationEnd == .finished)
    }

    @Test(arguments: Course.all) func `an emergency stop opens the contactors at once`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        pair.tell(.stop)
        #expect(pair.stationEnd == .byOwner)
        #expect(pair.effects.suffix(2) == [.contactors(.open), .end(.byOwner)])
        #expect(course.service.transfer == .ac || pair.point == .off)
    }

    @Test(arguments: Course.all) func `an unheard car ends the session after 60 s`(course: Course) {
        var plan = course.plan
        plan.fault = .init(.silence, at: .chargeLoop)
        var pair = Pair(.bench, plan)
        pair.plugIn()
        // The car itself gives up sooner; its end of the connection stays open here.
        var station = pair.station
        var last = Instant(nanoseconds: 0)
        for _ in 0..<500 where !pair.isOver && pair.station.machine?.phase != .charging {
            pair.run(for: Pair.step)
            station = pair.station
            last = station.deadline ?? last
        }
        #expect(station.machine?.phase == .charging)
        #expect(station.advance(to: last - Interval(nanoseconds: 1)) == [])
        #expect(station.advance(to: last).last == .end(.silent))
        #expect(station.isEnded)
    }

    @Test(arguments: Course.all) func `a car that is not authorised does not charge`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.authorisation = .refused
        pair.plugIn()
        pair.run(for: .seconds(10))
        guard case .refused(.authorization, _)? = pair.carEnd else {
            Issue.record("\(String(describing: pair.carEnd))")
            return
        }
        #expect(!pair.effects.contains(.contactors(.closed)))
    }

    @Test(arguments: Course.all) func `a customer may take minutes to present a card`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.authorisation = course.standard == .din ? .pending : .waitingForCustomer
        pair.plugIn()
        pair.run(for: .seconds(course.standard == .din ? 50 : 300))
        #expect(pair.carEnd == nil)
        pair.tell(.authorisation(.granted))
        pair.run(for: .seconds(10))
        #expect(pair.car.turns > 0)
    }
}
