// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import GridConnection
import LinuxIO
import LocalAPI
import SiteRegisters

/// Refusals as exception codes; `docs/modbus-server.md` has the table.
extension ModbusException {
    init(_ refusal: RegisterRefusal) {
        switch refusal {
        case .notThere: self = .illegalAddress
        case .badValue: self = .illegalValue
        }
    }

    /// nil: accepted.
    static func answer(to reply: ConnectionReply) -> ModbusException? {
        switch reply {
        case .accepted: nil
        // A rule that the agreement does not have has no registers; a contact that is not wired has none.
        case .notConfigured, .relay: .illegalAddress
        case .limitation(let reply): answer(to: reply)
        case .section14a(let reply): answer(to: reply)
        case .flexible, .envelope, .scheme: .deviceFailure
        }
    }

    private static func answer(to reply: LimitationReply) -> ModbusException? {
        switch reply {
        case .accepted: nil
        case .refusedNegative, .refusedImplausible, .refusedDuration, .refusedFailsafeDuration: .illegalValue
        case .refusedNoHeartbeat: .busy
        case .refusedNotPaired: .illegalAddress
        }
    }

    private static func answer(to reply: Section14a.Reply) -> ModbusException? {
        switch reply {
        // What was to end is not there: that is what was asked for.
        case .accepted, .refusedNotReduced: nil
        case .refusedNegative, .refusedImplausible, .refusedDuration: .illegalValue
        }
    }
}
