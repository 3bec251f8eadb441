// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Cables that are locked at the station's side and belong to the driver.
extension Station {
    /// What becomes of the cable when an authorisation ends. A driver who is done gets it back (E06.FR.10, E07.FR.07). One whose
    /// token the backend refused does not, nor one whose car was pulled off while that is configured so: then it takes
    /// their token again (E05.FR.11, C15.FR.05, E09.FR.02, E09.FR.03, E10.FR.01).
    mutating func settleLock(_ index: Int, after trigger: TriggerReasonEnumType, owner: IdTokenType?) {
        guard setup.role == .inCharge, !evses[index].setup.hasFixedCable else { return }
        let isHeld =
            trigger == .deauthorized
            || trigger == .evCommunicationLost && !variables.flag(TransactionVariables.unlocksOnDisconnect)
        guard isHeld, let owner, evses[index].report.connector != .unavailable else { return release(index) }
        evses[index].lockedFor = owner
        emit(.keep(key: lockKey(index), owner.keptBytes))
    }

    private func lockKey(_ index: Int) -> String { "locked/\(evses[index].id)" }

    private mutating func release(_ index: Int) {
        if evses[index].lockedFor != nil { emit(.keep(key: lockKey(index), nil)) }
        evses[index].lockedFor = nil
        emit(.host(.release(evse: evses[index].id)))
    }

    /// Gives the cable back to whoever it is held for.
    /// - Returns: Whether that is what the token was shown for.
    mutating func releaseLocked(for token: IdTokenType, at evse: Int?) -> Bool {
        let index = evses.indices.first {
            (evse ?? evses[$0].id) == evses[$0].id && evses[$0].lockedFor?.matches(token) ?? false
        }
        guard let index else { return false }
        release(index)
        return true
    }

    mutating func restoreLocks(_ kept: [String: [UInt8]]) {
        for index in evses.indices { evses[index].lockedFor = IdTokenType(keptBytes: kept[lockKey(index)]) }
    }
}
