// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension StationMatching {
    mutating func hears(_ frame: ManagementFrame, at now: Instant) -> [Output] {
        let car = frame.source
        switch frame.message {
        case .setKeyConfirm: return keyed(at: now)
        case .slacParmRequest(let run): return begins(car, run, at: now)
        case .startAttenChar(let terms): return session(of: car, at: now) { $0.start(terms, at: now) }
        // The sound itself says nothing; its measurement follows from the modem.
        case .mnbcSound: return []
        case .attenProfile(let car, let profile):
            return session(of: car, at: now) { $0.measured(profile, at: now) }
        case .attenCharResponse(let answer): return session(of: car, at: now) { $0.answered(answer, at: now) }
        case .validateRequest(let validation): return validates(car, validation, at: now)
        case .slacMatchRequest(let identity): return wantsMatch(car, identity, at: now)
        case .ampMapRequest(let map):
            guard car == partner else { return [] }
            return [.send(ManagementFrame(to: modem, from: own, .ampMapRequest(map)))]
        case .ampMapConfirm(let result):
            guard let partner, car != partner else { return [] }
            return [.send(ManagementFrame(to: partner, from: own, .ampMapConfirm(result: result)))]
        // A car does not say these.
        case .setKeyRequest, .slacParmConfirm, .attenChar, .validateConfirm, .slacMatchConfirm: return []
        }
    }

    private var partner: MACAddress? {
        switch phase {
        case .joining(let match), .matched(let match): match.car
        case .unkeyed, .keying, .unplugged, .waiting, .matching, .failed: nil
        }
    }

    /// A run that is begun again begins at its beginning ([V2G3-A09-16]).
    private mutating func begins(_ car: MACAddress, _ run: RunID, at now: Instant) -> [Output] {
        switch phase {
        case .unkeyed, .keying, .unplugged: return []
        case .waiting, .matching, .failed: break
        // The matched car lost the link and looks anew; others are not on this cable.
        case .joining(let match), .matched(let match): guard match.car == car else { return [] }
        }
        sessions.removeAll { $0.car == car }
        guard sessions.count < SLACTiming.C_EVSE_match_parallel else { return [] }
        sessions.append(MatchingSession(car: car, run: run, at: now))
        enter(.matching)
        let terms = SoundingTerms(
            sounds: SLACTiming.C_EV_match_MNBC,
            window: UInt8(clamping: SLACTiming.TT_EVSE_match_MNBC.milliseconds / 100), forwarding: car, run: run)
        return [.send(ManagementFrame(to: car, from: own, .slacParmConfirm(terms)))]
    }

    private mutating func session(
        of car: MACAddress, at now: Instant, _ change: (inout MatchingSession) -> Void
    ) -> [Output] {
        if let index = sessions.firstIndex(where: { $0.car == car }) { change(&sessions[index]) }
        return []
    }

    private mutating func validates(_ car: MACAddress, _ validation: Validation, at now: Instant) -> [Output] {
        guard let index = sessions.firstIndex(where: { $0.car == car }) else { return [] }
        // Of two cars that toggle at once an edge could be either's.
        let isFree = !sessions.contains { $0.car != car && $0.isWatching }
        let outputs = sessions[index].validate(validation, isFree: watchesPilot ? isFree : nil, at: now)
        return carryOut(outputs, for: car, at: now)
    }

    private mutating func wantsMatch(_ car: MACAddress, _ identity: MatchIdentity, at now: Instant) -> [Output] {
        guard identity.station == own, identity.car == car else { return [] }
        switch phase {
        // The confirmation was lost.
        case .joining(let match) where match.car == car:
            return [.send(ManagementFrame(to: car, from: own, .slacMatchConfirm(identity, match.network)))]
        case .matching:
            guard let session = sessions.first(where: { $0.car == car }) else { return [] }
            return carryOut(session.matches(identity), for: car, at: now)
        case .unkeyed, .keying, .unplugged, .waiting, .joining, .matched, .failed: return []
        }
    }

    mutating func carryOut(
        _ outputs: [MatchingSession.Output], for car: MACAddress, at now: Instant
    ) -> [Output] {
        var all: [Output] = []
        for output in outputs {
            switch output {
            case .reply(let message): all.append(.send(ManagementFrame(to: car, from: own, message)))
            case .failed(let failure):
                sessions.removeAll { $0.car == car }
                all.append(.runFailed(car, failure))
            case .match(let identity): all += confirm(identity, at: now)
            }
        }
        return all
    }

    private mutating func confirm(_ identity: MatchIdentity, at now: Instant) -> [Output] {
        guard let network else { return [] }
        let match = Match(car: identity.car, station: own, network: network)
        sessions = []
        enter(.joining(match), until: now + SLACTiming.TT_match_join)
        let frame = ManagementFrame(to: identity.car, from: own, .slacMatchConfirm(identity, network))
        return [.send(frame), .matched(match)]
    }
}
