// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Which station, the proof where it is in doubt, and the match.
extension CarMatching {
    /// The best of those not refused.
    mutating func choose(at now: Instant) -> [Output] {
        let told = stations.filter { $0.profile != nil }
        guard !told.isEmpty else { return fail(.noProfile, at: now) }
        let best = told.filter { !refused.contains($0.address) }.min { $0.mean_dB < $1.mean_dB }
        guard let best else { return fail(.notValidated, at: now) }
        guard best.mean_dB <= thresholds.indirect_dB else {
            return fail(refused.isEmpty ? .tooFaint : .notValidated, at: now)
        }
        return best.mean_dB <= thresholds.direct_dB
            ? requestMatch(best.address, sent: 1, at: now) : askToValidate(best.address, sent: 1, at: now)
    }

    // MARK: Validation

    mutating func askToValidate(_ station: MACAddress, sent: Int, at now: Instant) -> [Output] {
        enter(.validating(station, .asking(sent: sent)), until: now + SLACTiming.TT_match_response)
        return [send(.validateRequest(Validation(timer: 0, result: .ready)), to: station)]
    }

    mutating func validated(
        by station: MACAddress, toggles: UInt8, _ result: ValidationResult, at now: Instant
    ) -> [Output] {
        guard case .validating(station, let step) = phase else { return [] }
        switch (step, result) {
        case (.asking, .ready):
            let within = Interval.milliseconds((Int(Self.toggles.timer) + 1) * 100)
            enter(.validating(station, .toggling), until: now + within + SLACTiming.TT_match_response)
            return [
                send(.validateRequest(Validation(timer: Self.toggles.timer, result: .ready)), to: station),
                .toggle(times: Int(Self.toggles.times), within: within),
            ]
        case (.toggling, .success) where toggles == Self.toggles.times: return requestMatch(station, sent: 1, at: now)
        case (.asking, .notRequired), (.toggling, .notRequired): return requestMatch(station, sent: 1, at: now)
        // A repeated answer to the first request.
        case (.toggling, .ready): return []
        case (.asking, .notReady), (.asking, .success), (.asking, .failure), (.toggling, .success),
            (.toggling, .notReady), (.toggling, .failure):
            return refuse(station, at: now)
        }
    }

    mutating func refuse(_ station: MACAddress, at now: Instant) -> [Output] {
        refused.insert(station)
        return choose(at: now)
    }

    // MARK: The match

    mutating func requestMatch(_ station: MACAddress, sent: Int, at now: Instant) -> [Output] {
        enter(.requestingMatch(station, sent: sent), until: now + SLACTiming.TT_match_response)
        return [send(.slacMatchRequest(MatchIdentity(car: own, station: station, run: run)), to: station)]
    }

    mutating func confirmed(
        _ identity: MatchIdentity, _ network: LogicalNetwork, by station: MACAddress, at now: Instant
    ) -> [Output] {
        guard case .requestingMatch(station, _) = phase, identity.run == run, identity.car == own,
            identity.station == station
        else { return [] }
        return key(Match(car: own, station: station, network: network), attempt: 1, at: now)
    }

    mutating func key(_ match: Match, attempt: Int, at now: Instant) -> [Output] {
        enter(.keying(match, attempt: attempt), until: now + SLACTiming.modemAnswer)
        return [send(.setKeyRequest(match.network), to: modem)]
    }

    /// As for stations, whatever the result says.
    mutating func keyed(at now: Instant) -> [Output] {
        guard case .keying(let match, _) = phase else { return [] }
        enter(.joining(match), until: now + SLACTiming.TT_match_join)
        return [.matched(match)]
    }
}
