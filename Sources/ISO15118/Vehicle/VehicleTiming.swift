// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// How long a car waits, as implementations of ISO 15118-2 and -20 have it.
enum VehicleTiming {
    /// Each answer.
    static func answer(_ kind: Request.Kind, _ standard: Standard?) -> Interval {
        switch kind {
        case .serviceDetail, .paymentDetails, .certificate: .seconds(5)
        case .powerDelivery: standard?.isISO20 == true ? .seconds(2) : .seconds(5)
        case .chargeLoop: standard?.isISO20 == true ? .milliseconds(500) : .milliseconds(250)
        case .sessionSetup, .authorizationSetup, .authorization, .serviceDiscovery, .serviceSelection,
            .chargeParameters, .scheduleExchange, .cableCheck, .preCharge, .meterConfirmation, .weldingDetection,
            .sessionStop, .unsupported:
            .seconds(2)
        }
    }

    /// From the first question of a kind to an answer that is not “ongoing”.
    static func ongoing(_ kind: Request.Kind) -> Interval {
        switch kind {
        case .cableCheck: .seconds(40)
        case .preCharge: .seconds(10)
        case .sessionSetup, .authorizationSetup, .authorization, .paymentDetails, .certificate, .serviceDiscovery,
            .serviceDetail, .serviceSelection, .chargeParameters, .scheduleExchange, .powerDelivery, .chargeLoop,
            .meterConfirmation, .weldingDetection,
            .sessionStop, .unsupported:
            .seconds(60)
        }
    }

    static var handshake: Interval { .seconds(2) }
}
