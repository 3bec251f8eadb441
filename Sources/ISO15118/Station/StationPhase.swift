// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Where a station's session stands: what it waits for.
public enum StationPhase: String, CaseIterable, Hashable, Sendable {
    case sessionSetup
    /// ISO 15118-20 only.
    case authorizationSetup
    case authorization, serviceDiscovery, serviceSelection, chargeParameters
    /// ISO 15118-2: the car pays by contract and has to show it.
    case paymentDetails
    /// The car waits for its answer until the backend has given one.
    case awaitingCertificate
    /// ISO 15118-20 only.
    case scheduleExchange
    /// DC only.
    case cableCheck, preCharge
    /// Everything is agreed; the car has to start.
    case powerDelivery
    /// AC: the car has started and waits for its answer until the contactors have closed.
    case closingContactors
    case charging
    /// ISO 15118-2: the car has to sign for what the meter showed.
    case meteringReceipt
    case stopped, ended

    /// The requests a car may send now; any other is a sequence error.
    func expects(in standard: Standard, _ transfer: EnergyService.Transfer?) -> Set<Request.Kind> {
        switch self {
        case .sessionSetup: [.sessionSetup]
        case .authorizationSetup: [.authorizationSetup, .sessionStop]
        case .authorization:
            standard.isISO20 ? [.authorization, .certificate, .sessionStop] : [.authorization, .sessionStop]
        case .paymentDetails: [.paymentDetails, .certificate, .sessionStop]
        case .serviceDiscovery: [.serviceDiscovery, .sessionStop]
        case .serviceSelection: [.serviceDetail, .serviceSelection, .sessionStop]
        case .chargeParameters: [.chargeParameters, .sessionStop]
        case .scheduleExchange: [.scheduleExchange, .sessionStop]
        case .cableCheck: [.cableCheck, .sessionStop]
        case .preCharge: [.preCharge, .powerDelivery, .sessionStop]
        case .powerDelivery:
            switch (standard, transfer) {
            // After a renegotiation some cars check the cable again, some go on.
            case (.iso2, .dc?): [.powerDelivery, .cableCheck, .sessionStop]
            case (.iso2, .ac?), (.iso2, nil), (.din, _), (.iso20AC, _), (.iso20DC, _): [.powerDelivery, .sessionStop]
            }
        case .closingContactors, .awaitingCertificate: []
        case .charging:
            // Beside the loop the car may negotiate a new schedule and confirm the meter (the side streams of ISO 15118-20).
            standard.isISO20
                ? [.chargeLoop, .powerDelivery, .meterConfirmation, .scheduleExchange]
                : [.chargeLoop, .powerDelivery, .meterConfirmation]
        // A car that must stop may, whether it signs or not.
        case .meteringReceipt: [.meterConfirmation, .powerDelivery]
        case .stopped:
            switch transfer {
            case .dc?: [.weldingDetection, .sessionStop]
            case .ac?, nil: [.sessionStop]
            }
        case .ended: []
        }
    }
}
