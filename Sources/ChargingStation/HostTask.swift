// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Work on files, keys, hardware or the network that the station wants done. `reply` comes back in the report.
package enum HostTask: Equatable, Sendable {
    /// Restart the daemon, or what an EVSE consists of.
    case reset(evse: Int?)
    case unlock(reply: MessageID, evse: Int, connector: Int)
    /// Set the clock, if it is far off and the host may.
    case setClock(to: DateTime)
    /// Offer the car these schedules; if it already follows others, negotiate anew (K15 to K20).
    case offerSchedules(evse: Int, [OfferedSchedule])
    /// Negotiate the energy service anew, with one of these (Q01.FR.05, Q02.FR.06).
    case renegotiateService(evse: Int, [EnergyTransferModeEnumType])
    /// Tell the driver that there is no priority charging here (K22.FR.01).
    case noPriorityCharging(evse: Int)
    /// What the charger, or the car's inverter, is to do by itself; replaces the former (block R).
    case applyDERSettings(evse: Int, [SetDERControlRequest])
}

package enum HostReport: Equatable, Sendable {
    case unlocked(reply: MessageID, UnlockStatusEnumType)
}
