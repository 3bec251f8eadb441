// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// How faintly a station may hear a car. The standard leaves the figures to cars; these are common ones.
public struct AttenuationThresholds: Hashable, Sendable {
    /// C_EV_match_signalattn_direct: up to here the station is found, in dB.
    public var direct_dB = 10
    /// C_EV_match_signalattn_indirect: up to here it must be validated over the control pilot, in dB.
    public var indirect_dB = 20

    public init() {}
}

/// Matching, seen from one car (EV): asks all stations that hear it, makes its sounds, and chooses the one that hears it best.
public struct CarMatching: Sendable {
    public enum Phase: Hashable, Sendable {
        case idle
        /// CM_SLAC_PARM.REQ, so many times.
        case requesting(sent: Int)
        case starting(sent: Int)
        case sounding(left: UInt8)
        case collecting
        case validating(MACAddress, Step)
        case requestingMatch(MACAddress, sent: Int)
        case keying(Match, attempt: Int)
        case joining(Match)
        case matched(Match)
        /// Between two runs.
        case resting
        case failed(SLACFailure)
    }

    public enum Step: Hashable, Sendable { case asking(sent: Int), toggling }

    public enum Input: Sendable {
        case plugged
        case unplugged
        case frame(ManagementFrame)
        case linked
        case deadlinePassed
    }

    public enum Output: Hashable, Sendable {
        case send(ManagementFrame)
        /// Go from B to C and back so many times within this time.
        case toggle(times: Int, within: Interval)
        /// The own modem has the station's key; discovery may follow.
        case matched(Match)
        /// The next run follows.
        case runFailed(SLACFailure)
        case failed(SLACFailure)
        /// The network is left.
        case left
    }

    public let own: MACAddress
    let modem: MACAddress
    let thresholds: AttenuationThresholds
    public private(set) var phase = Phase.idle
    private var random: SLACRandom
    private var began = Instant.distantPast
    private var runs = 0
    private(set) var run = RunID(bits: 0)
    private(set) var stations: [HeardStation] = []
    var refused: Set<MACAddress> = []
    private var resultsDue = Instant.distantFuture
    public private(set) var deadline: Instant?

    /// Stations whose answers are kept.
    static let mostStations = 16
    /// Sounds that fit the stations' window at the car's interval.
    static let sounds: ClosedRange<UInt8> = 10...16
    static let toggles: (times: UInt8, timer: UInt8) = (3, 23)

    /// - Parameter seed: for run identifiers and sounds.
    public init(
        own: MACAddress, modem: MACAddress = .localModem, thresholds: AttenuationThresholds = AttenuationThresholds(),
        seed: UInt64
    ) {
        (self.own, self.modem, self.thresholds) = (own, modem, thresholds)
        random = SLACRandom(state: seed)
    }

    public mutating func handle(_ input: Input, at now: Instant) -> [Output] {
        switch input {
        case .plugged:
            switch phase {
            case .idle, .failed:
                began = now
                runs = 0
                return begin(at: now)
            case .requesting, .starting, .sounding, .collecting, .validating, .requestingMatch, .keying, .joining,
                .matched, .resting:
                return []
            }
        case .unplugged:
            defer { enter(.idle) }
            return partner == nil ? [] : [.left]
        case .frame(let frame):
            guard frame.destination == own || frame.destination == .broadcast, frame.source != own else { return [] }
            return hears(frame, at: now)
        case .linked:
            guard case .joining(let match) = phase else { return [] }
            enter(.matched(match))
            return []
        case .deadlinePassed:
            guard let deadline, deadline <= now else { return [] }
            return phaseEnded(at: now)
        }
    }

    mutating func enter(_ phase: Phase, until end: Instant? = nil) {
        self.phase = phase
        deadline = end
    }

    /// The station whose network the own modem is in, or is about to be.
    var partner: MACAddress? {
        switch phase {
        case .keying(let match, _), .joining(let match), .matched(let match): match.station
        case .idle, .requesting, .starting, .sounding, .collecting, .validating, .requestingMatch, .resting, .failed:
            nil
        }
    }

    func send(_ message: ManagementMessage, to place: MACAddress = .broadcast) -> Output {
        .send(ManagementFrame(to: place, from: own, message))
    }

    // MARK: A run

    private mutating func begin(at now: Instant) -> [Output] {
        runs += 1
        run = RunID(bits: random.next())
        stations = []
        refused = []
        return request(sent: 1, at: now)
    }

    private mutating func request(sent: Int, at now: Instant) -> [Output] {
        enter(.requesting(sent: sent), until: now + SLACTiming.TT_match_response)
        return [send(.slacParmRequest(run))]
    }

    private mutating func announce(sent: Int, at now: Instant) -> [Output] {
        if sent == 1 { resultsDue = now + SLACTiming.TT_EV_atten_results }
        enter(.starting(sent: sent), until: now + SLACTiming.TP_EV_batch_msg_interval)
        let window = UInt8(clamping: SLACTiming.TT_EVSE_match_MNBC.milliseconds / 100)
        let terms = SoundingTerms(sounds: soundCount, window: window, forwarding: own, run: run)
        return [send(.startAttenChar(terms))]
    }

    /// As many as the most demanding station wants, within bounds.
    private var soundCount: UInt8 {
        let wanted = stations.map(\.sounds).max() ?? SLACTiming.C_EV_match_MNBC
        return min(max(wanted, Self.sounds.lowerBound), Self.sounds.upperBound)
    }

    private mutating func sound(left: UInt8, at now: Instant) -> [Output] {
        enter(.sounding(left: left), until: now + SLACTiming.TP_EV_batch_msg_interval)
        let octets = bigEndianOctets(random.next(), count: 8) + bigEndianOctets(random.next(), count: 8)
        return [send(.mnbcSound(Sound(remaining: left, run: run, random: octets)))]
    }

    mutating func heard(_ station: HeardStation) {
        guard stations.count < Self.mostStations, !stations.contains(where: { $0.address == station.address }) else {
            return
        }
        stations.append(station)
    }

    mutating func reported(_ report: AttenuationReport, by station: MACAddress, at now: Instant) -> [Output] {
        guard let index = stations.firstIndex(where: { $0.address == station }) else { return [] }
        stations[index].profile = report.profile
        let answer = send(.attenCharResponse(AttenuationAnswer(car: own, run: run, result: 0)), to: station)
        guard phase == .collecting, stations.allSatisfy({ $0.profile != nil }) else { return [answer] }
        return [answer] + choose(at: now)
    }

    // MARK: Time

    private mutating func phaseEnded(at now: Instant) -> [Output] {
        switch phase {
        case .requesting(let sent):
            guard stations.isEmpty else { return announce(sent: 1, at: now) }
            return sent <= SLACTiming.C_EV_match_retry ? request(sent: sent + 1, at: now) : fail(.noStation, at: now)
        case .starting(let sent):
            return sent < SLACTiming.C_EV_start_atten_char_inds
                ? announce(sent: sent + 1, at: now) : sound(left: soundCount - 1, at: now)
        case .sounding(let left):
            if left > 0 { return sound(left: left - 1, at: now) }
            enter(.collecting, until: resultsDue)
            return stations.allSatisfy { $0.profile != nil } ? choose(at: now) : []
        case .collecting: return choose(at: now)
        case .validating(let station, .asking(let sent)):
            return sent <= SLACTiming.C_EV_match_retry
                ? askToValidate(station, sent: sent + 1, at: now) : refuse(station, at: now)
        case .validating(let station, .toggling): return refuse(station, at: now)
        case .requestingMatch(let station, let sent):
            return sent <= SLACTiming.C_EV_match_retry
                ? requestMatch(station, sent: sent + 1, at: now) : fail(.noMatchConfirm, at: now)
        case .keying(let match, let attempt):
            guard attempt >= SLACTiming.modemAttempts else { return key(match, attempt: attempt + 1, at: now) }
            enter(.failed(.modemSilent))
            return [.failed(.modemSilent)]
        case .joining: return [.left] + fail(.noLink, at: now)
        case .resting: return begin(at: now)
        case .idle, .matched, .failed: return []
        }
    }

    /// The next run after TT_matching_rate ([V2G3-A09-124]), for as long as TT_matching_repetition ([V2G3-A09-125]) and three
    /// times at least (C_conn_max_match).
    mutating func fail(_ failure: SLACFailure, at now: Instant) -> [Output] {
        let next = now + SLACTiming.TT_matching_rate
        guard runs < 3 || next < began + SLACTiming.TT_matching_repetition else {
            enter(.failed(failure))
            return [.failed(failure)]
        }
        enter(.resting, until: next)
        return [.runFailed(failure)]
    }
}
