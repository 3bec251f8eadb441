// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

struct DamageTests {
    static let changes = 100_000

    /// Each side just before a frame of the other arrives.
    static func moments(_ course: Course) -> [Moment] {
        var plan = course.plan
        plan.turns = 2
        return moments(Pair(.bench, plan))
    }

    typealias Moment = (station: StationSession, car: VehicleSession, bytes: [UInt8], toStation: Bool)

    static func moments(_ pair: Pair) -> [Moment] {
        var pair = pair
        pair.tell(.target(.watts(5_000)))
        pair.plugIn()
        var moments: [Moment] = []
        while !pair.isOver, pair.frames.count < 200 {
            let known = pair.frames.count
            let before = (pair.station, pair.car)
            pair.run(for: Pair.step)
            for frame in pair.frames[known...] { moments.append((before.0, before.1, frame.bytes, frame.fromCar)) }
        }
        return moments
    }

    @Test func `no damage to any message stops the program, and every answer is a frame`() {
        // Contracts too, and how they come to the car: those messages are the longest.
        let paid = CertificateTests.courses.flatMap { Self.moments(CertificateTests.pair($0)) }
        let moments = Course.all.flatMap { Self.moments($0) } + paid
        let now = Instant(nanoseconds: 100_000_000_000)
        var mutation = Mutation(seed: 15_118)
        var survived = 0
        for round in 0..<Self.changes {
            let moment = moments[round % moments.count]
            let bytes = mutation.damaged(moment.bytes)
            if moment.toStation {
                var station = moment.station
                for case .send(let frame) in station.receive(bytes, at: now) {
                    #expect(frame.bytes.count == frame.payload.count + 8)
                }
                _ = station.handle(.target(.watts(-20_000)), at: now)
                _ = station.advance(to: station.deadline ?? now)
                survived += station.isEnded ? 0 : 1
            } else {
                var car = moment.car
                _ = car.receive(bytes, at: now)
                _ = car.advance(to: car.deadline ?? now)
            }
        }
        #expect(!moments.isEmpty)
        #expect(survived < Self.changes)
    }
}
