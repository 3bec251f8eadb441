// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One run of one car, seen from the station: from CM_SLAC_PARM.REQ to CM_SLAC_MATCH.REQ (ISO 15118-3, A.9.1 to A.9.4).
struct MatchingSession: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        case awaitingStart
        case sounding(expected: UInt8)
        /// All is heard; the car gets a moment.
        case averaging
        case awaitingAnswer(sent: Int)
        case awaitingMatch(isReady: Bool)
        /// The car toggles its control pilot: so many edges from B to C.
        case watching(until: Instant, toggles: UInt8)
    }

    enum Output: Hashable, Sendable {
        case reply(ManagementMessage)
        case failed(SLACFailure)
        case match(MatchIdentity)
    }

    let car: MACAddress
    let run: RunID
    private(set) var phase = Phase.awaitingStart
    private var sum = AttenuationSum()
    /// When the phase ends by itself.
    private var phaseEnd: Instant

    init(car: MACAddress, run: RunID, at now: Instant) {
        (self.car, self.run) = (car, run)
        phaseEnd = now + SLACTiming.TT_match_sequence
    }

    var deadline: Instant {
        switch phase {
        case .watching(let until, _): min(until, phaseEnd)
        case .awaitingStart, .sounding, .averaging, .awaitingAnswer, .awaitingMatch: phaseEnd
        }
    }

    var isWatching: Bool {
        switch phase {
        case .watching, .awaitingMatch(isReady: true): true
        case .awaitingStart, .sounding, .averaging, .awaitingAnswer, .awaitingMatch(isReady: false): false
        }
    }

    // MARK: What the car says

    /// Of three announcements the first counts; the time runs from there (A.9.2.3.3).
    mutating func start(_ terms: SoundingTerms, at now: Instant) {
        guard terms.run == run, phase == .awaitingStart else { return }
        phase = .sounding(expected: terms.sounds)
        phaseEnd = now + SLACTiming.TT_EVSE_match_MNBC
    }

    /// The modem measured one sound. With the last expected one the window need not be waited out ([V2G3-A09-44]).
    mutating func measured(_ profile: AttenuationProfile, at now: Instant) {
        guard case .sounding(let expected) = phase else { return }
        sum.add(profile)
        guard sum.sounds >= Int(expected) else { return }
        phase = .averaging
        phaseEnd = now + SLACTiming.TP_EVSE_avg_atten_calc
    }

    mutating func answered(_ answer: AttenuationAnswer, at now: Instant) {
        guard case .awaitingAnswer = phase, answer.car == car, answer.run == run, answer.result == 0 else { return }
        phase = .awaitingMatch(isReady: false)
        phaseEnd = now + SLACTiming.TT_EVSE_match_session
    }

    /// - Parameter isFree: whether this station can watch the control pilot, and does not do so for another car; nil where it
    ///   never can, which a car must not take for a proof.
    mutating func validate(_ validation: Validation, isFree: Bool?, at now: Instant) -> [Output] {
        switch phase {
        case .awaitingMatch(let isReady):
            guard let isFree else { return [.reply(.validateConfirm(toggles: 0, result: .failure))] }
            if isReady && validation.timer > 0 {
                // The timer's 0 stands for 100 ms.
                let watch = Interval.milliseconds((Int(validation.timer) + 1) * 100)
                let longest = min(watch, SLACTiming.TT_EVSE_vald_toggle)
                phase = .watching(until: now + longest, toggles: 0)
                return []
            }
            phase = .awaitingMatch(isReady: isFree)
            return [.reply(.validateConfirm(toggles: 0, result: isFree ? .ready : .notReady))]
        case .awaitingStart, .sounding, .averaging, .awaitingAnswer, .watching: return []
        }
    }

    mutating func toggled() {
        guard case .watching(let until, let toggles) = phase else { return }
        phase = .watching(until: until, toggles: toggles == .max ? .max : toggles + 1)
    }

    /// [V2G3-A09-98]: one of another run is ignored.
    func matches(_ identity: MatchIdentity) -> [Output] {
        guard identity.run == run, identity.car == car else { return [] }
        switch phase {
        case .awaitingMatch, .watching: return [.match(identity)]
        case .awaitingStart, .sounding, .averaging, .awaitingAnswer: return []
        }
    }

    // MARK: Time

    mutating func deadlinePassed(at now: Instant) -> [Output] {
        guard deadline <= now else { return [] }
        switch phase {
        case .awaitingStart: return [.failed(.noStart)]
        // What was heard is averaged, were it one sound ([V2G3-A09-43]).
        case .sounding, .averaging: return tell(sent: 0, at: now)
        case .awaitingAnswer(let sent):
            guard sent <= SLACTiming.C_EV_match_retry else { return [.failed(.noAnswer)] }
            // [V2G3-A09-46]
            return tell(sent: sent, at: now)
        case .awaitingMatch: return [.failed(.noMatchRequest)]
        case .watching(_, let toggles):
            guard now < phaseEnd else { return [.failed(.noMatchRequest)] }
            phase = .awaitingMatch(isReady: false)
            return [.reply(.validateConfirm(toggles: toggles, result: toggles > 0 ? .success : .failure))]
        }
    }

    private mutating func tell(sent: Int, at now: Instant) -> [Output] {
        guard let profile = sum.average else { return [.failed(.noSounds)] }
        phase = .awaitingAnswer(sent: sent + 1)
        phaseEnd = now + SLACTiming.TT_match_response
        let report = AttenuationReport(car: car, run: run, sounds: UInt8(clamping: sum.sounds), profile: profile)
        return [.reply(.attenChar(report))]
    }
}
