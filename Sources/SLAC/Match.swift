// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The states of the control pilot (IEC 61851-1) as matching sees them.
public enum ControlPilot: Hashable, Sendable, CaseIterable {
    /// `a` no car, `b` a car, `c` and `d` it wants energy, `e` and `f` a fault or the station's own signal.
    case a, b, c, d, e, f

    public var hasCar: Bool {
        switch self {
        case .b, .c, .d: true
        case .a, .e, .f: false
        }
    }
}

/// Two that have found each other, and the network they share.
public struct Match: Hashable, Sendable {
    public var car: MACAddress
    public var station: MACAddress
    public var network: LogicalNetwork

    public init(car: MACAddress, station: MACAddress, network: LogicalNetwork) {
        (self.car, self.station, self.network) = (car, station, network)
    }
}

/// Why a run of matching, or matching as a whole, came to nothing.
public enum SLACFailure: Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case modemSilent
    // The station's.
    case noRequest, noStart, noSounds, noAnswer, noMatchRequest
    // The car's.
    case noStation, noProfile, tooFaint, notValidated, noMatchConfirm
    // Either's.
    case noLink, unplugged

    public var description: String {
        switch self {
        case .modemSilent: "the own power-line modem does not confirm its key: is it on this interface, and powered?"
        case .noRequest: "no car asked for matching: it may not speak power line"
        case .noStart: "the car asked and did not go on to announce its sounds"
        case .noSounds: "no sound of the car was measured by the modem"
        case .noAnswer: "the car did not answer how it was heard"
        case .noMatchRequest: "the car chose no station, or another one"
        case .noStation: "no station answered"
        case .noProfile: "no station said how it hears the car"
        case .tooFaint: "every station hears the car too faintly to be the one at its cable"
        case .notValidated: "no station saw this car toggle its control pilot"
        case .noMatchConfirm: "the station did not confirm the match"
        case .noLink: "matched, but the modems found no link"
        case .unplugged: "unplugged"
        }
    }
}
