// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import SLAC

/// The station alone: its table, its timers, its bounds.
struct StationMatchingTests {
    typealias Phase = StationMatching.Phase

    static let car = SLACBench.car
    static let run = RunID(bits: 7)
    static let now = Instant(nanoseconds: 1_000)
    static let terms = SoundingTerms(sounds: 1, window: 6, forwarding: car, run: run)

    static func frame(_ message: ManagementMessage, from source: MACAddress = car) -> StationMatching.Input {
        .frame(ManagementFrame(to: SLACBench.station, from: source, message))
    }

    /// The ways to each place of a run.
    static let ways: [(String, [StationMatching.Input])] = [
        ("unkeyed", []),
        ("keying", [.network(SLACBench.network(1))]),
        ("unplugged", [frame(.setKeyConfirm(result: 0), from: .localModem)]),
        ("waiting", [.pilot(.b)]),
        ("awaiting start", [frame(.slacParmRequest(run))]),
        ("sounding", [frame(.startAttenChar(terms))]),
        ("averaging", [frame(.attenProfile(car: car, AttenuationProfile(flat: 5)), from: .localModem)]),
        ("awaiting answer", [.deadlinePassed]),
        ("awaiting match", [frame(.attenCharResponse(AttenuationAnswer(car: car, run: run, result: 0)))]),
        ("joining", [frame(.slacMatchRequest(MatchIdentity(car: car, station: SLACBench.station, run: run)))]),
        ("matched", [.linked]),
    ]

    /// - Returns: the station in that place, and the time.
    static func station(_ place: String) -> (StationMatching, Instant) {
        var station = StationMatching(own: SLACBench.station)
        var now = now
        for (name, inputs) in ways {
            for input in inputs {
                if case .deadlinePassed = input { now = station.deadline ?? now }
                _ = station.handle(input, at: now)
            }
            if name == place { break }
        }
        return (station, now)
    }

    /// What each message brings forth in each place: the type of the answer, or nothing.
    static let answers: [(String, [String: UInt16])] = [
        (
            "slacParm",
            [
                "waiting": 0x6065, "awaiting start": 0x6065, "sounding": 0x6065, "averaging": 0x6065,
                "awaiting answer": 0x6065, "awaiting match": 0x6065, "joining": 0x6065, "matched": 0x6065,
            ]
        ),
        ("validate", ["awaiting match": 0x6079]),
        ("match", ["awaiting match": 0x607D, "joining": 0x607D]),
        ("start", [:]), ("sound", [:]), ("profile", [:]), ("response", [:]), ("key", [:]), ("foreign match", [:]),
        ("amplitudes", ["joining": 0x601C, "matched": 0x601C]),
    ]

    static func message(_ name: String) -> ManagementMessage? {
        let other = MatchIdentity(car: car, station: SLACBench.otherStation, run: run)
        switch name {
        case "slacParm": return .slacParmRequest(run)
        case "validate": return .validateRequest(Validation(timer: 0, result: .ready))
        case "match": return .slacMatchRequest(MatchIdentity(car: car, station: SLACBench.station, run: run))
        case "foreign match": return .slacMatchRequest(other)
        case "start": return .startAttenChar(terms)
        case "sound": return .mnbcSound(Sound(remaining: 0, run: run, random: []))
        case "profile": return .attenProfile(car: car, AttenuationProfile(flat: 1))
        case "response": return .attenCharResponse(AttenuationAnswer(car: car, run: run, result: 0))
        case "key": return .setKeyRequest(SLACBench.network(3))
        case "amplitudes": return AmplitudeMap(count: 1, octets: [0]).map { .ampMapRequest($0) }
        case _: return nil
        }
    }

    @Test(arguments: answers)
    func `each message is answered in its places and ignored in all others`(
        _ name: String, _ table: [String: UInt16]
    ) throws {
        let message = try #require(Self.message(name))
        for (place, _) in Self.ways {
            var (station, now) = Self.station(place)
            let sent = station.handle(Self.frame(message), at: now).compactMap { output -> UInt16? in
                guard case .send(let frame) = output else { return nil }
                return frame.message.type
            }
            #expect(sent == table[place].map { [$0] } ?? [], "\(name) in \(place)")
        }
    }

    /// How long each place lasts by itself, and how it ends.
    static let timers: [(String, Interval?, [StationMatching.Output])] = [
        ("unkeyed", nil, []), ("unplugged", nil, []), ("matched", nil, []),
        ("waiting", .seconds(50), [.failed(.noRequest)]),
        ("awaiting start", .milliseconds(400), [.runFailed(car, .noStart)]),
        ("sounding", .milliseconds(600), [.runFailed(car, .noSounds)]),
        ("awaiting match", .seconds(10), [.runFailed(car, .noMatchRequest)]),
        ("joining", .seconds(12), [.failed(.noLink), .left]),
    ]

    @Test(arguments: timers)
    func `each place ends when the standard says`(
        _ place: String, _ length: Interval?, _ outputs: [StationMatching.Output]
    ) {
        var (station, now) = Self.station(place)
        #expect(station.deadline == length.map { now + $0 })
        guard let length else { return }
        #expect(station.handle(.deadlinePassed, at: now + length - Interval(nanoseconds: 1)) == [])
        #expect(station.handle(.deadlinePassed, at: now + length) == outputs)
    }

    @Test func `an unanswered attenuation is told three times`() {
        var (station, now) = Self.station("awaiting answer")
        // [V2G3-A09-46]
        for _ in 0..<SLACTiming.C_EV_match_retry {
            now = now + SLACTiming.TT_match_response
            #expect(station.deadline == now)
            guard case .send(let frame)? = station.handle(.deadlinePassed, at: now).first,
                case .attenChar = frame.message
            else {
                Issue.record("not told again")
                return
            }
        }
        now = now + SLACTiming.TT_match_response
        #expect(station.handle(.deadlinePassed, at: now) == [.runFailed(Self.car, .noAnswer)])
        #expect(station.phase == .waiting)
        #expect(station.deadline == now + SLACTiming.TT_EVSE_SLAC_init)
    }

    @Test func `a refusing answer is none`() {
        var (station, now) = Self.station("awaiting answer")
        let before = station.deadline
        let refusing = AttenuationAnswer(car: Self.car, run: Self.run, result: 1)
        #expect(station.handle(Self.frame(.attenCharResponse(refusing)), at: now) == [])
        #expect(station.deadline == before)
    }

    @Test func `a modem that stays silent is asked five times and reported`() {
        var (station, now) = Self.station("keying")
        var outputs: [StationMatching.Output] = []
        while let deadline = station.deadline {
            now = deadline
            outputs += station.handle(.deadlinePassed, at: now)
        }
        #expect(outputs.count == SLACTiming.modemAttempts)
        #expect(outputs.last == .failed(.modemSilent))
        #expect(station.phase == .unkeyed)
    }

    @Test func `a link that ends leaves the matched car's network, and no car that is being matched`() {
        for (place, _) in Self.ways {
            var (station, now) = Self.station(place)
            let before = station.phase
            let outputs = station.handle(.terminate, at: now)
            if ["joining", "matched"].contains(place) {
                #expect(outputs == [.left] && station.phase == .unkeyed)
            } else {
                #expect(outputs == [] && station.phase == before, "\(place)")
            }
        }
        // The car is still plugged in: with the next network it is waited for again.
        var (station, now) = Self.station("matched")
        _ = station.handle(.terminate, at: now)
        _ = station.handle(.network(SLACBench.network(2)), at: now)
        _ = station.handle(Self.frame(.setKeyConfirm(result: 0), from: .localModem), at: now)
        #expect(station.phase == .waiting)
    }

    @Test func `a late car is matched all the same`() {
        var (station, now) = Self.station("waiting")
        now = now + SLACTiming.TT_EVSE_SLAC_init
        _ = station.handle(.deadlinePassed, at: now)
        #expect(station.phase == .failed(.noRequest))
        #expect(station.handle(Self.frame(.slacParmRequest(Self.run)), at: now).count == 1)
        #expect(station.phase == .matching)
    }

    @Test func `five cars are listened to at once, and a sixth is not answered`() {
        var (station, now) = Self.station("waiting")
        for number in 0..<10 {
            let car = MACAddress(bits: 0x0200_0000_1000 + UInt64(number))
            let sent = station.handle(Self.frame(.slacParmRequest(Self.run), from: car), at: now)
            #expect(sent.count == (number < SLACTiming.C_EVSE_match_parallel ? 1 : 0))
        }
        #expect(station.sessions.count == SLACTiming.C_EVSE_match_parallel)
        now = now + SLACTiming.TT_match_sequence
        #expect(station.handle(.deadlinePassed, at: now).count == SLACTiming.C_EVSE_match_parallel)
        #expect(station.sessions.isEmpty)
    }

    @Test func `frames for others and the own echo are left alone`() {
        var (station, now) = Self.station("waiting")
        let request = ManagementMessage.slacParmRequest(Self.run)
        let others = ManagementFrame(to: SLACBench.otherStation, from: Self.car, request)
        let echo = ManagementFrame(to: .broadcast, from: SLACBench.station, request)
        #expect(station.handle(.frame(others), at: now) == [])
        #expect(station.handle(.frame(echo), at: now) == [])
        #expect(station.phase == .waiting)
    }

    @Test func `any hail of frames keeps the station within its bounds`() {
        var random = SLACRandom(state: 3)
        var (station, now) = Self.station("waiting")
        for _ in 0..<50_000 {
            let message = ManagementFrameTests.messages[
                Int(random.next() % UInt64(ManagementFrameTests.messages.count))]
            let source = MACAddress(bits: SLACBench.car.bits + random.next() % 12)
            switch random.next() % 16 {
            case 0:
                now = station.deadline ?? now
                for case .left in station.handle(.deadlinePassed, at: now) {
                    _ = station.handle(.network(SLACBench.network(2)), at: now)
                }
            case 1:
                let pilot = ControlPilot.allCases[Int(random.next() % 6)]
                for case .left in station.handle(.pilot(pilot), at: now) {
                    _ = station.handle(.network(SLACBench.network(2)), at: now)
                }
            case _: _ = station.handle(Self.frame(message, from: source), at: now)
            }
            #expect(station.sessions.count <= SLACTiming.C_EVSE_match_parallel)
        }
    }
}
