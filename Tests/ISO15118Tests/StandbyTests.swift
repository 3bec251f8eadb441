// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

/// What ISO 15118-20 has beside the loop: rest, and conversations on the side.
struct StandbyTests {
    @Test(arguments: Course.iso20) func `a car rests within its session and wakes again`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        pair.run(for: .seconds(1))
        #expect(pair.power != .zero)
        pair.car.handle(.standBy(true))
        pair.run(for: .seconds(2))
        #expect(pair.station.machine?.isStandingBy == true)
        #expect(pair.station.machine?.granted == .zero)
        #expect(pair.power == .zero)
        #expect(!pair.effects.contains(.contactors(.open)))
        pair.car.handle(.standBy(false))
        pair.run(for: .seconds(2))
        #expect(pair.station.machine?.granted == .watts(5_000))
        #expect(pair.power != .zero)
        #expect(pair.carEnd == nil)
    }

    @Test(arguments: Course.iso20) func `the station wakes a car that rests`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        pair.car.handle(.standBy(true))
        pair.run(for: .seconds(1))
        pair.tell(.ask(.exitStandby))
        pair.run(for: .seconds(1))
        pair.tell(.ask(nil))
        pair.run(for: .seconds(1))
        #expect(pair.car.isStandingBy == false && pair.station.machine?.isStandingBy == false)
        #expect(pair.carEnd == nil)
    }

    @Test(arguments: Course.iso20) func `a station that allows no rest lets the session go on`(course: Course) throws {
        var offer = StationOffer.bench
        offer.mayStandBy = false
        var pair = Pair(offer, course.plan)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        var machine = try #require(pair.station.machine)
        let request = Request.powerDelivery(PowerDelivery(.standby))
        let outputs = machine.handle(request, sessionID: machine.sessionID, at: pair.now)
        #expect(outputs == [.reply(Reply(.warningStandbyNotAllowed, .powerDelivery))])
        #expect(machine.phase == .charging)
    }

    @Test(arguments: Course.iso20) func `a schedule is agreed upon beside the loop, and answered there`(
        course: Course
    ) throws {
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        let header = VehicleHeader(
            sessionID: pair.car.sessionID, time: WallTime(milliseconds: 0), soc: .zero, service: course.service)
        let standard = course.standard
        let asked = try Translation.frame(.scheduleExchange(course.mode, course.plan.needs), header, standard)
        let frame = V2GTPFrame(type: .scheduleRenegotiation, payload: asked.payload)
        let sent = pair.station.receive(frame.bytes, at: pair.now).compactMap { output in
            if case .send(let frame) = output { frame } else { nil }
        }
        #expect(sent.map(\.type) == [.scheduleRenegotiation])
        #expect(pair.station.machine?.phase == .charging)
        let turns = pair.car.turns
        pair.run(for: .seconds(1))
        #expect(pair.car.turns > turns && pair.carEnd == nil)
    }

    @Test func `other messages have no place beside the loop`() throws {
        let course = Course.iso20[0]
        var pair = Pair(.bench, course.plan)
        pair.runIntoTheLoop()
        let header = VehicleHeader(
            sessionID: pair.car.sessionID, time: WallTime(milliseconds: 0), soc: .zero, service: course.service)
        let stop = try Translation.frame(.sessionStop(.terminate), header, course.standard)
        let outputs = pair.station.receive(
            V2GTPFrame(type: .scheduleRenegotiation, payload: stop.payload).bytes, at: pair.now)
        #expect(outputs.last == .end(.notUnderstood(.payloadType(.scheduleRenegotiation))))
    }
}
