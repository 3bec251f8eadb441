// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LocalAPI
import SiteRegisters

/// An order out of registers as the operator's desk knows it; nil for one that is not the operator's.
extension OperatorInstruction {
    init?(_ order: RegisterOrder) {
        switch order {
        case .heartbeat(let direction): self = .heartbeat(LimitDirection(direction))
        case .limit(let direction, let size, let isActive, let duration):
            self = .limit(LimitDirection(direction), size: size, isActive: isActive, duration: duration)
        case .failsafe(let direction, let size): self = .failsafe(LimitDirection(direction), size: size)
        case .failsafeDuration(let direction, let duration):
            self = .failsafeDuration(LimitDirection(direction), duration)
        case .reduction(let power?, let duration): self = .reduction(to: power, duration: duration)
        case .reduction(nil, _): self = .endOfReduction
        case .contact(let contact, let state): self = .relay(RelayName(contact), isClosed: state.isClosed)
        case .controllerLimit, .setpoint, .controls: return nil
        }
    }
}

extension LimitDirection {
    init(_ direction: FlowDirection) {
        switch direction {
        case .import: self = .import
        case .export: self = .export
        }
    }
}

extension RelayName {
    init(_ contact: Contact) {
        switch contact {
        case .w3: self = .w3
        case .s2: self = .s2
        case .s1: self = .s1
        case .w4: self = .w4
        }
    }
}

extension ContactState {
    fileprivate var isClosed: Bool? {
        switch self {
        case .open: false
        case .closed: true
        case .unknown: nil
        }
    }

    init(isClosed: Bool?) {
        switch isClosed {
        case true?: self = .closed
        case false?: self = .open
        case nil: self = .unknown
        }
    }
}
