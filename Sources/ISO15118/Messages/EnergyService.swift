// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// How energy is transferred, as ISO 15118-20 numbers it. The older standards know `ac` and `dc` only.
public enum EnergyService: UInt16, CaseIterable, Hashable, Sendable {
    case ac = 1
    case dc = 2
    case acBidirectional = 5
    case dcBidirectional = 6

    public enum Transfer: Hashable, Sendable { case ac, dc }

    public var transfer: Transfer {
        switch self {
        case .ac, .acBidirectional: .ac
        case .dc, .dcBidirectional: .dc
        }
    }

    public var isBidirectional: Bool {
        switch self {
        case .ac, .dc: false
        case .acBidirectional, .dcBidirectional: true
        }
    }

    static func of(_ transfer: Transfer, bidirectional: Bool) -> EnergyService {
        switch (transfer, bidirectional) {
        case (.ac, false): .ac
        case (.ac, true): .acBidirectional
        case (.dc, false): .dc
        case (.dc, true): .dcBidirectional
        }
    }
}

/// Who shapes the power: the car along an agreed schedule, or the station from moment to moment (ISO 15118-20).
public enum ControlMode: Int32, CaseIterable, Hashable, Sendable {
    case scheduled = 1
    case dynamic = 2
}

extension Standard {
    /// Whether there are words for it at all. In ISO 15118-20 the station's list of services decides.
    func expresses(_ service: EnergyService, _ mode: ControlMode) -> Bool {
        switch self {
        case .din: service == .dc && mode == .scheduled
        case .iso2: !service.isBidirectional && mode == .scheduled
        case .iso20AC, .iso20DC: true
        }
    }
}

public enum Processing: Hashable, Sendable { case finished, ongoing, waitingForCustomer }

/// What the station asks of the car in its answers.
public enum Notice: Hashable, CaseIterable, Sendable {
    case terminate, pause, renegotiateSchedule, renegotiateService
    /// ISO 15118-20 only.
    case exitStandby, confirmMeter
}
