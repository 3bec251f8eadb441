// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import TLS

/// What a car's link tells, in order.
package enum VehicleStep: Sendable {
    case connected(TLSAgreement?)
    case agreed(Standard)
    /// A question went out.
    case asks(Request.Kind)
    /// The answer to one turn of the loop: how long it took, what the station wants and allows.
    case turned(Turn)
    /// What the car may choose between.
    case offered([ScheduleTuple])
    /// The car's own contactors.
    case contactors(StationInput.ContactorState)
    /// What the car takes (AC) or asks the converter for (DC).
    case takes(Power)
    /// A contract has come and is the car's from now on.
    case installed(Contract)
    case ended(VehicleEnd)

    package struct Turn: Hashable, Sendable {
        package let number: Int
        package let answerTime: Interval
        package let target: Power?
        package let granted: PowerLimits?
    }

    package struct TLSAgreement: Hashable, Sendable {
        /// Version and suite.
        package let words: String
        package let station: String?
        /// Whether the station sent an OCSP response with its certificate.
        package let isStapled: Bool
    }
}
