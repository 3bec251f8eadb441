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
    case keys(KeyTask)
    case firmware(FirmwareTask)
    case log(LogTask)
    /// What the backend answered to a car that wanted a contract certificate; nil if it did not.
    case contractAnswered(evse: Int, Get15118EVCertificateResponse?)
    /// What is known of the certificates a car showed.
    case vehicleChecked(evse: Int, [CertificateStatusType])
}

package enum HostReport: Equatable, Sendable {
    case unlocked(reply: MessageID, UnlockStatusEnumType)
    case keys(KeyReport)
    case firmware(FirmwareReport)
    case log(LogReport)
}

extension Station {
    mutating func take(_ report: HostReport) {
        switch report {
        case .unlocked: break
        case .keys(let report): take(report)
        case .firmware(let report): take(report)
        case .log(let report): take(report)
        }
    }
}
