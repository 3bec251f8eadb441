// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import SLAC

/// The car alone.
struct CarMatchingTests {
    private static let now = Instant(nanoseconds: 5)

    private func frame(_ message: ManagementMessage, from source: MACAddress = SLACBench.station) -> CarMatching.Input {
        .frame(ManagementFrame(to: SLACBench.car, from: source, message))
    }

    @Test func `at most sixteen stations are kept`() {
        var car = CarMatching(own: SLACBench.car, seed: 1)
        _ = car.handle(.plugged, at: Self.now)
        for number in 0..<40 {
            let terms = SoundingTerms(sounds: 10, window: 6, forwarding: SLACBench.car, run: car.run)
            let source = MACAddress(bits: 0x0200_0000_2000 + UInt64(number))
            _ = car.handle(frame(.slacParmConfirm(terms), from: source), at: Self.now)
        }
        #expect(car.stations.count == CarMatching.mostStations)
    }

    /// What a station wants; how many sounds it gets, within the bounds of its window.
    @Test(arguments: [(0, 10), (3, 10), (10, 10), (12, 12), (16, 16), (255, 16)] as [(UInt8, Int)])
    func `sounds are as many as wanted, within bounds and intervals`(wanted: UInt8, made: Int) {
        var car = CarMatching(own: SLACBench.car, seed: 1)
        var now = Self.now
        _ = car.handle(.plugged, at: now)
        let terms = SoundingTerms(sounds: wanted, window: 6, forwarding: SLACBench.car, run: car.run)
        _ = car.handle(frame(.slacParmConfirm(terms)), at: now)
        var times: [Instant] = []
        while car.phase != .collecting, let deadline = car.deadline {
            now = deadline
            for case .send(let sent) in car.handle(.deadlinePassed, at: now) where sent.message.type != 0x6064 {
                times.append(now)
            }
        }
        #expect(times.count == made + SLACTiming.C_EV_start_atten_char_inds)
        for (earlier, later) in zip(times, times.dropFirst()) {
            #expect((Interval.milliseconds(20)...Interval.milliseconds(50)).contains(later - earlier))
        }
        // All within the window that began with the first announcement.
        #expect(times.last.map { $0 - times[0] < SLACTiming.TT_EVSE_match_MNBC } == true)
        #expect(car.deadline == times[0] + SLACTiming.TT_EV_atten_results)
    }

    @Test func `what belongs to another run or car is ignored`() {
        var car = CarMatching(own: SLACBench.car, seed: 1)
        _ = car.handle(.plugged, at: Self.now)
        let other = RunID(bits: car.run.bits ^ 1)
        let foreign = [
            SoundingTerms(sounds: 10, window: 6, forwarding: SLACBench.car, run: other),
            SoundingTerms(sounds: 10, window: 6, forwarding: SLACBench.otherCar, run: car.run),
        ]
        for terms in foreign { _ = car.handle(frame(.slacParmConfirm(terms)), at: Self.now) }
        #expect(car.stations.isEmpty)
    }

    @Test func `a network that another station offers is not joined`() {
        var bench = SLACBench()
        bench.loses = { frame, _ in frame.message.type == 0x607D }
        bench.plug()
        bench.run(for: .milliseconds(700))
        guard case .requestingMatch = bench.carPhase(), let run = bench.cars[SLACBench.car]?.run else {
            Issue.record("not asking for its match: \(String(describing: bench.carPhase()))")
            return
        }
        var identity = MatchIdentity(car: SLACBench.car, station: SLACBench.otherStation, run: run)
        bench.tell(car: SLACBench.car, frame(.slacMatchConfirm(identity, SLACBench.network(66))))
        identity.station = SLACBench.station
        bench.tell(
            car: SLACBench.car,
            frame(.slacMatchConfirm(identity, SLACBench.network(66)), from: SLACBench.otherStation))
        #expect(bench.network(of: SLACBench.car) == nil)
        bench.tell(car: SLACBench.car, frame(.slacMatchConfirm(identity, SLACBench.network(66))))
        #expect(bench.network(of: SLACBench.car) == SLACBench.network(66))
    }
}
