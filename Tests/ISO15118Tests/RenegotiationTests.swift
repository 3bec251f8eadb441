// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

struct RenegotiationTests {
    static let pausing = Course.all.filter { $0.standard != .din }

    @Test(arguments: pausing) func `a car that pauses comes back to its session without asking anew`(course: Course) {
        var plan = course.plan
        plan.turns = 3
        plan.ending = .pause
        var first = Pair(.bench, plan)
        first.tell(.target(.watts(5_000)))
        first.plugIn()
        first.run(for: .seconds(30))
        guard case .paused(let session)? = first.stationEnd, case .paused(let id)? = first.carEnd else {
            Issue.record("\(String(describing: first.stationEnd)) \(String(describing: first.carEnd))")
            return
        }
        #expect(session.sessionID == id)

        plan.resuming = id
        plan.ending = .terminate
        var second = Pair(.bench, plan, paused: session)
        second.authorisation = .refused
        second.tell(.target(.watts(5_000)))
        second.plugIn()
        second.run(for: .seconds(30))
        #expect(second.stationEnd == .finished)
        #expect(second.car.sessionID == id)
    }

    @Test(arguments: pausing) func `a car that comes back with another session gets a new one`(course: Course) {
        var plan = course.plan
        plan.turns = 1
        plan.resuming = [9, 9, 9, 9, 9, 9, 9, 9]
        var pair = Pair(
            .bench, plan, paused: PausedSession(sessionID: [8, 8, 8, 8, 8, 8, 8, 8], vehicle: plan.vehicle))
        pair.plugIn()
        pair.run(for: .seconds(30))
        #expect(pair.stationEnd == .finished)
        #expect(pair.car.sessionID == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test(arguments: pausing) func `a pause the station does not allow is refused`(course: Course) {
        var plan = course.plan
        plan.turns = 1
        plan.ending = .pause
        var offer = StationOffer.bench
        offer.mayPause = false
        var pair = Pair(offer, plan)
        pair.plugIn()
        pair.run(for: .seconds(30))
        #expect(pair.stationEnd == .refused(.pauseNotAllowed, .sessionStop))
    }

    @Test(arguments: pausing) func `the schedule is negotiated anew without leaving the session`(course: Course) {
        for asksStation in [true, false] {
            var pair = Pair(.bench, course.plan)
            pair.tell(.target(.watts(5_000)))
            pair.runIntoTheLoop()
            pair.run(for: .seconds(1))
            let turns = pair.car.turns
            if asksStation { pair.tell(.ask(.renegotiateSchedule)) } else { pair.car.handle(.renegotiate) }
            pair.run(for: .seconds(5))
            let asked: [String] = pair.words.filter { $0 == "schedule" }
            #expect(asked.count == 2, "\(pair.words)")
            #expect(pair.car.turns > turns + 10)
            #expect(pair.carEnd == nil)
            #expect(!pair.effects.contains(.contactors(.open)))
        }
    }

    @Test(arguments: Course.iso20) func `another service may be negotiated in the same session`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        pair.tell(.ask(.renegotiateService))
        pair.run(for: .milliseconds(500))
        pair.tell(.ask(nil))
        pair.run(for: .seconds(5))
        #expect(pair.carEnd == nil)
        #expect(pair.words.filter { $0 == "schedule" }.count == 2)
        #expect(pair.station.machine?.phase == .charging)
        #expect(pair.car.sessionID == [1, 2, 3, 4, 5, 6, 7, 8])
    }
}

extension Pair {
    /// What the car asked, “schedule” where the schedule is agreed upon.
    var words: [String] {
        frames.compactMap { frame in
            guard frame.fromCar, let standard = car.standard else { return nil }
            guard let parsed = try? V2GTPFrame(datagram: frame.bytes, atMost: 65_536),
                let request = try? Translation.request(parsed, standard).request
            else { return nil }
            let word: Request.Kind = standard.isISO20 ? .scheduleExchange : .chargeParameters
            return request.kind == word ? "schedule" : request.kind.rawValue
        }
    }
}
