// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import SLAC

struct MatchingTests {
    @Test func `a car and a station find each other and share a network`() throws {
        var bench = SLACBench()
        bench.plug()
        bench.run(for: .seconds(2))
        #expect(bench.isJoined())
        #expect(bench.stationOutputs.contains { if case .matched = $0 { true } else { false } })
        let types = bench.wire.map(\.message.type)
        let sounds = Array(repeating: UInt16(0x6076), count: 10)
        let starts = Array(repeating: UInt16(0x606A), count: 3)
        #expect(types == [0x6064, 0x6065] + starts + sounds + [0x606E, 0x606F, 0x607C, 0x607D])
        bench.tell(SLACBench.station, .linked)
        bench.tell(car: SLACBench.car, .linked)
        guard case .matched = bench.phase(), case .matched = bench.carPhase() else {
            Issue.record("not matched: \(String(describing: bench.phase()))")
            return
        }
        bench.run(for: .minutes(10))
        #expect(bench.stationOutputs.compactMap(\.failure) == [])
        #expect(bench.carOutputs.compactMap(\.failure) == [])
    }

    @Test func `of two stations that hear a car, the one at its cable gets it`() {
        for near in [SLACBench.station, SLACBench.otherStation] {
            var bench = SLACBench(stations: [SLACBench.station, SLACBench.otherStation])
            bench.attenuation = { place, _ in place == near ? 3 : 9 }
            bench.tell(SLACBench.otherStation, .pilot(.b))
            bench.plug()
            bench.run(for: .seconds(2))
            #expect(bench.isJoined(SLACBench.car, near))
            let far = near == SLACBench.station ? SLACBench.otherStation : SLACBench.station
            #expect(bench.network(of: SLACBench.car) != bench.network(of: far))
            // The other one gives it up after TT_EVSE_match_session, and goes on waiting for its own.
            bench.run(for: SLACTiming.TT_EVSE_match_session)
            #expect(bench.phase(far) == .waiting)
            #expect(bench.stationOutputs.contains(.runFailed(SLACBench.car, .noMatchRequest)))
        }
    }

    @Test func `two cars at two stations at the same time do not mix`() {
        var bench = SLACBench(
            stations: [SLACBench.station, SLACBench.otherStation], cars: [SLACBench.car, SLACBench.otherCar])
        bench.attenuation = { place, car in (place == SLACBench.station) == (car == SLACBench.car) ? 4 : 8 }
        bench.plug()
        bench.plug(SLACBench.otherCar, into: SLACBench.otherStation)
        bench.run(for: .seconds(2))
        #expect(bench.isJoined(SLACBench.car, SLACBench.station))
        #expect(bench.isJoined(SLACBench.otherCar, SLACBench.otherStation))
        #expect(bench.network(of: SLACBench.car) != bench.network(of: SLACBench.otherCar))
    }

    static let kinds: [UInt16] = [0x6064, 0x6065, 0x606A, 0x606E, 0x606F, 0x6076, 0x607C, 0x607D]

    @Test(arguments: kinds)
    func `the loss of any one message is made good`(_ kind: UInt16) {
        var bench = SLACBench()
        bench.loses = { frame, count in frame.message.type == kind && count == 1 }
        bench.plug()
        bench.run(for: .seconds(3))
        #expect(bench.isJoined())
        #expect(bench.stationOutputs.compactMap(\.failure) == [])
        #expect(bench.carOutputs.compactMap(\.failure) == [])
    }

    /// What is lost always; what car and station then say went wrong, first.
    static let losses: [(UInt16, car: SLACFailure, station: SLACFailure)] = [
        (0x6064, .noStation, .noRequest), (0x6065, .noStation, .noStart), (0x606A, .noProfile, .noStart),
        (0x6076, .noProfile, .noSounds), (0x606E, .noProfile, .noAnswer), (0x607C, .noMatchConfirm, .noMatchRequest),
    ]

    @Test(arguments: losses)
    func `a message that never arrives has its reason on both sides`(
        _ kind: UInt16, _ car: SLACFailure, _ station: SLACFailure
    ) {
        var bench = SLACBench()
        bench.loses = { frame, _ in frame.message.type == kind }
        bench.plug()
        bench.run(for: .seconds(80))
        #expect(bench.carOutputs.compactMap(\.failure).first == car)
        #expect(bench.carOutputs.last == .failed(car))
        #expect(bench.carPhase() == .failed(car))
        #expect(bench.stationOutputs.compactMap(\.failure).first == station)
        // It ends waiting for a car that does not ask any more.
        #expect(bench.phase() == .failed(.noRequest))
    }

    @Test func `a lost confirmation leaves the station alone with a network it then leaves`() {
        var bench = SLACBench()
        bench.loses = { frame, _ in frame.message.type == 0x607D }
        bench.plug()
        bench.run(for: .seconds(1))
        guard case .joining = bench.phase() else {
            Issue.record("not joining")
            return
        }
        bench.run(for: .seconds(40))
        #expect(bench.stationOutputs.contains(.failed(.noLink)))
        #expect(bench.stationOutputs.contains(.left))
        #expect(bench.phase() == .unkeyed)
    }

    @Test func `a car tries for ten seconds, 400 ms apart, each run with another identifier`() {
        var bench = SLACBench(stations: [])
        bench.tell(car: SLACBench.car, .plugged)
        bench.settle()
        bench.run(for: .seconds(30))
        #expect(bench.carOutputs.last == .failed(.noStation))
        let runs = bench.carOutputs.count { $0.failure != nil }
        // A run without any station takes three answers' time: [V2G3-A09-124], [V2G3-A09-125].
        #expect(runs == 10)
        let identifiers = Set(
            bench.wire.compactMap { frame -> RunID? in
                guard case .slacParmRequest(let run) = frame.message else { return nil }
                return run
            })
        #expect(identifiers.count == runs)
        #expect(bench.wire.count == runs * (1 + SLACTiming.C_EV_match_retry))
    }

    @Test func `a station every car hears too faintly is not taken`() {
        var bench = SLACBench()
        bench.attenuation = { _, _ in 60 }
        bench.plug()
        bench.run(for: .seconds(20))
        #expect(bench.carPhase() == .failed(.tooFaint))
    }

    @Test func `the thresholds are the car's`() {
        var thresholds = AttenuationThresholds()
        thresholds.direct_dB = 60
        var bench = SLACBench()
        bench.cars[SLACBench.car] = CarMatching(own: SLACBench.car, thresholds: thresholds, seed: 1)
        bench.attenuation = { _, _ in 20 }
        bench.plug()
        bench.run(for: .seconds(2))
        #expect(bench.isJoined())
    }

    @Test func `in between, the car proves itself over the control pilot`() {
        var bench = SLACBench(watches: true)
        bench.attenuation = { _, _ in 15 }
        bench.plug()
        bench.run(for: .milliseconds(900))
        let toggle = CarMatching.Output.toggle(times: 3, within: .milliseconds(2_400))
        #expect(bench.carOutputs.contains(toggle))
        for _ in 0..<3 {
            bench.tell(SLACBench.station, .pilot(.c))
            bench.run(for: .milliseconds(300))
            bench.tell(SLACBench.station, .pilot(.b))
            bench.run(for: .milliseconds(300))
        }
        bench.run(for: .seconds(2))
        #expect(bench.isJoined())
    }

    @Test(arguments: [true, false])
    func `without the proof there is no match`(watches: Bool) {
        var bench = SLACBench(watches: watches)
        bench.attenuation = { _, _ in 15 }
        bench.plug()
        bench.run(for: .seconds(40))
        #expect(bench.carPhase() == .failed(.notValidated))
        let results = Set(
            bench.wire.compactMap { frame -> ValidationResult? in
                guard case .validateConfirm(_, let result) = frame.message else { return nil }
                return result
            })
        #expect(results == (watches ? [.ready, .failure] : [.failure]))
    }

    @Test func `unplugging leaves the network, and the next car gets another`() throws {
        var bench = SLACBench()
        bench.plug()
        bench.run(for: .seconds(2))
        let first = try #require(bench.network(of: SLACBench.car))
        bench.tell(SLACBench.station, .linked)
        bench.tell(SLACBench.station, .pilot(.a))
        bench.tell(car: SLACBench.car, .unplugged)
        #expect(bench.stationOutputs.last == .left)
        #expect(bench.carOutputs.last == .left)
        bench.tell(SLACBench.station, .network(SLACBench.network(77)))
        #expect(bench.phase() == .unplugged)
        bench.plug()
        bench.run(for: .seconds(2))
        #expect(bench.isJoined())
        #expect(bench.network(of: SLACBench.car) == SLACBench.network(77))
        #expect(first != SLACBench.network(77))
    }

    @Test func `a matched car that lost the link may look anew`() {
        var bench = SLACBench()
        bench.plug()
        bench.run(for: .seconds(2))
        bench.tell(SLACBench.station, .linked)
        // Its own end was unplugged from the network and not from the cable.
        bench.tell(car: SLACBench.car, .unplugged)
        bench.tell(car: SLACBench.car, .plugged)
        bench.settle()
        bench.run(for: .seconds(2))
        #expect(bench.isJoined())
        // Its key was given: the cable that is drawn now ends the network all the same.
        bench.tell(SLACBench.station, .pilot(.a))
        #expect(bench.stationOutputs.last == .left)
    }

    @Test func `limits of transmission go to the own modem, and its word back`() throws {
        var bench = SLACBench()
        bench.plug()
        bench.run(for: .seconds(2))
        let map = try #require(AmplitudeMap(count: 2, octets: [0x21]))
        let request = ManagementFrame(to: SLACBench.station, from: SLACBench.car, .ampMapRequest(map))
        bench.tell(SLACBench.station, .frame(request))
        bench.settle()
        let answer = ManagementFrame(to: SLACBench.car, from: SLACBench.station, .ampMapConfirm(result: 0))
        #expect(bench.wire.last == answer)
        // Of a car that is not the own one they are ignored.
        let count = bench.wire.count
        bench.tell(
            SLACBench.station,
            .frame(ManagementFrame(to: SLACBench.station, from: SLACBench.otherCar, .ampMapRequest(map))))
        bench.settle()
        #expect(bench.wire.count == count)
    }
}
