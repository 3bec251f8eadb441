// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

// Found by arbitrary sessions (scripts/fuzz v2g).
@Suite struct `A car whose station fails it` {
    static let directCurrent = Course.all.filter { $0.service.transfer == .dc }

    @Test(arguments: directCurrent)
    func `opens its contactors although it has never charged`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.contactorsWork = false
        pair.plugIn()
        pair.run(for: .seconds(30))
        // The same answers to a car of its own, for all that it wants done.
        var now = Instant(nanoseconds: 0)
        var car = VehicleSession(course.plan, at: now, wallTime: WallTime(milliseconds: 1_900_000_000_000))
        var outputs = car.start(at: now)
        for frame in pair.frames where !frame.fromCar {
            if case .resting = car.phase, let deadline = car.deadline {
                now = deadline
                outputs += car.advance(to: now)
            }
            outputs += car.receive(frame.bytes, at: now)
        }
        let switched = outputs.filter { $0 == .contactors(.closed) || $0 == .contactors(.open) }
        #expect(switched == [.contactors(.closed), .contactors(.open)])
        #expect(car.phase == .ended)
    }

    @Test(arguments: Course.iso20.filter { $0.service.transfer == .dc })
    func `precharges anew after a renegotiation of the schedule that ended in one of the service`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.runIntoTheLoop()
        // As while a station is not done with the new schedule.
        pair.car.isRenegotiating = true
        pair.car.handle(.end(.renegotiateService))
        pair.run(for: .seconds(10))
        #expect(pair.carEnd == nil)
        #expect(pair.station.machine?.phase == .charging)
        #expect(pair.effects.filter { $0 == .checkCable }.count == 2)
    }

    @Test(arguments: Course.iso20.filter { $0.service.transfer == .dc })
    func `is asked for a check of the cable after the same`(course: Course) throws {
        var pair = Pair(.bench, course.plan)
        pair.runIntoTheLoop()
        var station = try #require(pair.station.machine)
        let agreement: [Request] = [
            .chargeParameters(course.service, course.plan.needs), .scheduleExchange(course.mode, course.plan.needs),
        ]
        let requests: [Request] =
            [
                .powerDelivery(PowerDelivery(.renegotiate)), agreement[1], .powerDelivery(PowerDelivery(.stop)),
                .sessionStop(.renegotiateService), .serviceDiscovery(.all), .serviceDetail(course.service.rawValue),
                .serviceSelection(
                    .energy(service: course.service.rawValue, parameterSet: course.mode == .dynamic ? 1 : 2)),
            ] + agreement
        for request in requests { _ = station.handle(request, sessionID: station.sessionID, at: pair.now) }
        #expect(station.phase == .cableCheck)
    }
}
