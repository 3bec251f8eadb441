// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A management message between modems and hosts (MME), as far as matching needs it (ISO 15118-3, annex A; HomePlug Green
/// PHY). What has only one value in matching (application type, security type) is checked by the reader and not kept.
public enum ManagementMessage: Hashable, Sendable {
    /// CM_SET_KEY.REQ, to the own modem.
    case setKeyRequest(LogicalNetwork)
    case setKeyConfirm(result: UInt8)
    /// CM_AMP_MAP.REQ: limits of transmission per carrier.
    case ampMapRequest(AmplitudeMap)
    case ampMapConfirm(result: UInt8)
    /// CM_SLAC_PARM.REQ: a car looks for stations.
    case slacParmRequest(RunID)
    case slacParmConfirm(SoundingTerms)
    /// CM_START_ATTEN_CHAR.IND: sounds follow.
    case startAttenChar(SoundingTerms)
    case mnbcSound(Sound)
    /// CM_ATTEN_PROFILE.IND: from the own modem, for each sound of the car.
    case attenProfile(car: MACAddress, AttenuationProfile)
    /// CM_ATTEN_CHAR.IND: how a station has heard the car.
    case attenChar(AttenuationReport)
    case attenCharResponse(AttenuationAnswer)
    case validateRequest(Validation)
    case validateConfirm(toggles: UInt8, result: ValidationResult)
    case slacMatchRequest(MatchIdentity)
    case slacMatchConfirm(MatchIdentity, LogicalNetwork)
}

/// How a car's sounds are made and awaited.
public struct SoundingTerms: Hashable, Sendable {
    public var sounds: UInt8
    /// In 100 ms: TT_EVSE_match_MNBC.
    public var window: UInt8
    /// Who is told the result: the car.
    public var forwarding: MACAddress
    public var run: RunID
}

public struct Sound: Hashable, Sendable {
    /// How many follow.
    public var remaining: UInt8
    public var run: RunID
    /// 16 octets.
    public var random: [UInt8]
}

public struct AttenuationReport: Hashable, Sendable {
    public var car: MACAddress
    public var run: RunID
    /// What the profile is the average of.
    public var sounds: UInt8
    public var profile: AttenuationProfile
}

public struct AttenuationAnswer: Hashable, Sendable {
    public var car: MACAddress
    public var run: RunID
    /// 0 for success.
    public var result: UInt8
}

/// CM_VALIDATE.REQ: first asks whether the station is ready, then announces the toggling of the control pilot.
public struct Validation: Hashable, Sendable {
    /// Of the second request: the station watches for this many 100 ms and 100 ms more. 0 in the first.
    public var timer: UInt8
    public var result: ValidationResult
}

public enum ValidationResult: UInt8, Hashable, Sendable, CaseIterable {
    case notReady = 0, ready, success, failure, notRequired
}

/// Who is matched with whom.
public struct MatchIdentity: Hashable, Sendable {
    public var car: MACAddress
    public var station: MACAddress
    public var run: RunID
    /// 17 octets each, often zero.
    public var carID = [UInt8](repeating: 0, count: 17)
    public var stationID = [UInt8](repeating: 0, count: 17)
}

/// A nibble per carrier, two in an octet.
public struct AmplitudeMap: Hashable, Sendable {
    /// Carriers.
    public let count: UInt16
    public let octets: [UInt8]

    /// - Returns: nil for no carriers, or octets of another number.
    public init?(count: UInt16, octets: [UInt8]) {
        guard count > 0, octets.count == (Int(count) + 1) / 2 else { return nil }
        (self.count, self.octets) = (count, octets)
    }
}
