// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import SLAC
import VehicleLinks

/// How far the car at an EVSE is matched over power line (ISO 15118-3, SLAC), as people are told.
enum VehicleMatching: Equatable, Sendable {
    /// The own modem gets its key.
    case keying
    /// With the last failure since the last match.
    case unmatched(SLACFailure?)
    case matched(car: String)

    /// - Parameter seesPlug: whether a car is known to be there; else nothing follows from none having asked.
    mutating func hear(_ event: SLACEvent, seesPlug: Bool) {
        switch event {
        case .ready:
            if case .unmatched = self { return }
            self = .unmatched(nil)
        case .matched(let match): self = .matched(car: "\(match.car)")
        case .runFailed(_, let failure): fail(failure, seesPlug)
        case .failed(let failure): fail(failure, seesPlug)
        case .left:
            // A link that came to nothing is left at once: why stays known.
            if case .matched = self { self = .unmatched(nil) }
        }
    }

    private mutating func fail(_ failure: SLACFailure, _ seesPlug: Bool) {
        switch failure {
        // Stations beside this one hear its cars, and it theirs.
        case .noMatchRequest: return
        case .noRequest where !seesPlug: return
        case .noRequest, .modemSilent, .noStart, .noSounds, .noAnswer, .noStation, .noProfile, .tooFaint,
            .notValidated, .noMatchConfirm, .noLink, .unplugged:
            self = .unmatched(failure)
        }
    }

    /// nil where nothing failed.
    var fault: String? {
        switch self {
        case .unmatched(let failure?): "SLAC: \(failure)"
        case .unmatched(nil), .keying, .matched: nil
        }
    }

    var inWords: String {
        switch self {
        case .keying: "the power-line modem gets its key"
        case .unmatched: "no car is matched"
        case .matched: "a car is matched"
        }
    }

    /// Why nothing flows, while there is no session.
    func because(interface: String) -> String {
        switch self {
        case .keying: "the power-line modem on \(interface) gets its key"
        case .unmatched(let failure?): "no car is matched on \(interface): \(failure)"
        case .unmatched(nil): "no car is matched on \(interface)"
        case .matched(let car): "car \(car) is matched on \(interface) and has begun no session"
        }
    }
}

extension ControlPilot {
    /// As far as a charger's reading shows it; nil: it does not.
    init?(_ state: ConnectorState?, seesPlug: Bool) {
        guard seesPlug else {
            self = .b
            return
        }
        guard let state else { return nil }
        self = state == .faulted ? .f : state.hasVehicle ? .b : .a
    }
}
