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
    /// How to connect from the next attempt on.
    case useConnectionSettings(ConnectionSettings)
    /// Show these, each in turn, instead of the former; none leaves the display to the station.
    case display([MessageInfoType])
    /// A vendor's message that `StationSetup.vendorMessages` lists.
    case dataTransfer(reply: MessageID, DataTransferRequest)
    case keys(KeyTask)
    case firmware(FirmwareTask)
    case log(LogTask)
    /// What the backend answered to a car that wanted a contract certificate; nil if it did not.
    case contractAnswered(evse: Int, Get15118EVCertificateResponse?)
    /// What is known of the certificates a car showed.
    case vehicleChecked(evse: Int, [CertificateStatusType])
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
    /// Which network profile the connection uses that `.connected` will tell of.
    case usesNetworkProfile(slot: Int)
    /// An EVSE has been reset; or could not be, as the station itself (nil).
    case reset(evse: Int?, succeeded: Bool)
    /// By how much the clock has been moved.
    case clockSet(byMilliseconds: Int64)
    case dataTransferred(reply: MessageID, DataTransferResponse)
    /// The host has something to say to the backend that OCPP has no word for, under a vendor it knows (P02.FR.01).
    case sendDataTransfer(DataTransferRequest)
    case keys(KeyReport)
    case firmware(FirmwareReport)
    case log(LogReport)
}

extension Station {
    /// What the host finished, and who waits for it.
    mutating func take(_ report: HostReport) {
        switch report {
        case .unlocked(let reply, let status): answerUnlock(reply, status)
        case .usesNetworkProfile(let slot): uses(slot: slot)
        case .reset(let evse, let succeeded): resetEnded(evse: evse, succeeded: succeeded)
        case .clockSet(let milliseconds): clockWasSet(byMilliseconds: milliseconds)
        case .dataTransferred(let reply, let response): answerTransfer(reply, response)
        case .sendDataTransfer(let request): call(.dataTransfer(request))
        case .keys(let report): take(report)
        case .firmware(let report): take(report)
        case .log(let report): take(report)
        }
    }
}
