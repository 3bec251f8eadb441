// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Work on files, keys, hardware or the network that the station wants done. `reply` comes back in the report.
package enum HostTask: Equatable, Sendable {
    /// Restart the daemon, or what an EVSE consists of.
    case reset(evse: Int?)
    case unlock(reply: MessageID, evse: Int, connector: Int)
    /// Give the driver the cable back.
    case release(evse: Int)
    /// Tell a car with a contract whether it may charge (C07), and how the backend lets it.
    case answerContract(evse: Int, isAccepted: Bool, [EnergyTransferModeEnumType]?)
    /// Set the clock, if it is far off and the host may.
    case setClock(to: DateTime)
}

package enum HostReport: Equatable, Sendable {
    case unlocked(reply: MessageID, UnlockStatusEnumType)
}
