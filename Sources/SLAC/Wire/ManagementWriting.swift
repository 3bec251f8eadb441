// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension ManagementMessage {
    /// MMTYPE, as on the wire but for the order of its octets.
    var type: UInt16 {
        switch self {
        case .setKeyRequest: 0x6008
        case .setKeyConfirm: 0x6009
        case .ampMapRequest: 0x601C
        case .ampMapConfirm: 0x601D
        case .slacParmRequest: 0x6064
        case .slacParmConfirm: 0x6065
        case .startAttenChar: 0x606A
        case .attenChar: 0x606E
        case .attenCharResponse: 0x606F
        case .mnbcSound: 0x6076
        case .validateRequest: 0x6078
        case .validateConfirm: 0x6079
        case .slacMatchRequest: 0x607C
        case .slacMatchConfirm: 0x607D
        case .attenProfile: 0x6086
        }
    }

    var payload: [UInt8] {
        switch self {
        case .setKeyRequest(let network):
            // Key type NMK, nonces unused, protocol HLE, run number and message number unused, CCo capability none.
            [1] + zeros(8) + [4, 0, 0, 0, 0] + network.id + [1] + network.key
        case .setKeyConfirm(let result): [result] + zeros(8) + [4, 0, 0, 0, 0]
        case .ampMapRequest(let map):
            [UInt8(truncatingIfNeeded: map.count), UInt8(truncatingIfNeeded: map.count >> 8)] + map.octets
        case .ampMapConfirm(let result): [result]
        case .slacParmRequest(let run): [0, 0] + run.octets
        case .slacParmConfirm(let terms):
            MACAddress.broadcast.octets + [terms.sounds, terms.window, 1] + terms.forwarding.octets + [0, 0]
                + terms.run.octets
        case .startAttenChar(let terms):
            [0, 0, terms.sounds, terms.window, 1] + terms.forwarding.octets + terms.run.octets
        case .mnbcSound(let sound):
            [0, 0] + zeros(17) + [sound.remaining] + sound.run.octets + zeros(8) + sound.random.prefix(16)
                + zeros(16 - min(16, sound.random.count))
        case .attenProfile(let car, let profile):
            car.octets + [UInt8(AttenuationProfile.groups), 0] + profile.attenuation_dB
        case .attenChar(let report):
            [0, 0] + report.car.octets + report.run.octets + zeros(34) + [report.sounds]
                + [UInt8(AttenuationProfile.groups)] + report.profile.attenuation_dB
        case .attenCharResponse(let answer):
            [0, 0] + answer.car.octets + answer.run.octets + zeros(34) + [answer.result]
        case .validateRequest(let validation): [0, validation.timer, validation.result.rawValue]
        case .validateConfirm(let toggles, let result): [0, toggles, result.rawValue]
        case .slacMatchRequest(let identity): [0, 0, 0x3E, 0] + identity.octets
        case .slacMatchConfirm(let identity, let network):
            [0, 0, 0x56, 0] + identity.octets + network.id + [0] + network.key
        }
    }
}

extension MatchIdentity {
    fileprivate var octets: [UInt8] {
        identifier(carID) + car.octets + identifier(stationID) + station.octets + run.octets + zeros(8)
    }
}

private func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

/// 17 octets, whatever there is.
private func identifier(_ octets: [UInt8]) -> [UInt8] {
    Array(octets.prefix(17)) + zeros(17 - min(17, octets.count))
}
