// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A station that answered a car.
struct HeardStation: Hashable, Sendable {
    let address: MACAddress
    let sounds: UInt8
    /// How it heard the car.
    var profile: AttenuationProfile?

    /// The faintest there is where it has not told.
    var mean_dB: Int { profile?.mean_dB ?? .max }
}

extension CarMatching {
    mutating func hears(_ frame: ManagementFrame, at now: Instant) -> [Output] {
        let station = frame.source
        switch frame.message {
        case .slacParmConfirm(let terms):
            guard case .requesting = phase, terms.run == run, terms.forwarding == own else { return [] }
            heard(HeardStation(address: station, sounds: terms.sounds))
            return []
        case .attenChar(let report):
            guard report.run == run, report.car == own else { return [] }
            return attenuation(report, by: station, at: now)
        case .validateConfirm(let toggles, let result): return validated(by: station, toggles: toggles, result, at: now)
        case .slacMatchConfirm(let identity, let network):
            return confirmed(identity, network, by: station, at: now)
        case .setKeyConfirm: return keyed(at: now)
        case .ampMapRequest(let map):
            guard station == partner else { return [] }
            return [send(.ampMapRequest(map), to: modem)]
        case .ampMapConfirm(let result):
            guard let partner, station != partner else { return [] }
            return [send(.ampMapConfirm(result: result), to: partner)]
        // Other cars' words, and what a modem tells a station.
        case .setKeyRequest, .slacParmRequest, .startAttenChar, .mnbcSound, .attenProfile, .attenCharResponse,
            .validateRequest, .slacMatchRequest:
            return []
        }
    }

    /// Told again by a station that missed the answer, it is answered again.
    private mutating func attenuation(
        _ report: AttenuationReport, by station: MACAddress, at now: Instant
    ) -> [Output] {
        switch phase {
        case .sounding, .collecting, .validating, .requestingMatch: reported(report, by: station, at: now)
        case .idle, .requesting, .starting, .keying, .joining, .matched, .resting, .failed: []
        }
    }
}

/// Numbers that a seed decides (SplitMix64), so that a run can be repeated.
struct SLACRandom: Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
