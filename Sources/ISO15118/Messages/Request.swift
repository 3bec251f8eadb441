// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a car asks, in the words of all standards together. The translators turn each standard's messages into these.
public enum Request: Hashable, Sendable {
    /// The car's identifier: text in ISO 15118-20, hexadecimal digits of its MAC address before.
    case sessionSetup(vehicle: String)
    /// ISO 15118-20 only.
    case authorizationSetup
    case authorization(Authorization)
    /// ISO 15118-2 only: the contract that pays.
    case paymentDetails(Contract)
    /// A contract certificate is wanted, from whoever issues them.
    case certificate(CertificateRequest)
    case serviceDiscovery(ServiceFilter)
    case serviceDetail(UInt16)
    case serviceSelection(Selection)
    case chargeParameters(EnergyService, EVNeeds)
    /// ISO 15118-20 only.
    case scheduleExchange(ControlMode, EVNeeds)
    case cableCheck
    case preCharge(target: Voltage)
    case powerDelivery(PowerDelivery)
    case chargeLoop(ChargeLoop)
    /// The car confirms the meter's reading.
    case meterConfirmation(MeterReceipt)
    case weldingDetection
    case sessionStop(SessionStop)
    /// Part of the standard, not spoken here: parking, and certificates in DIN SPEC 70121.
    case unsupported(String)

    public enum Kind: String, CaseIterable, Hashable, Sendable {
        case sessionSetup, authorizationSetup, authorization, paymentDetails, certificate
        case serviceDiscovery, serviceDetail, serviceSelection
        case chargeParameters, scheduleExchange, cableCheck, preCharge, powerDelivery, chargeLoop, meterConfirmation
        case weldingDetection, sessionStop, unsupported
    }

    public var kind: Kind {
        switch self {
        case .sessionSetup: .sessionSetup
        case .authorizationSetup: .authorizationSetup
        case .authorization: .authorization
        case .paymentDetails: .paymentDetails
        case .certificate: .certificate
        case .serviceDiscovery: .serviceDiscovery
        case .serviceDetail: .serviceDetail
        case .serviceSelection: .serviceSelection
        case .chargeParameters: .chargeParameters
        case .scheduleExchange: .scheduleExchange
        case .cableCheck: .cableCheck
        case .preCharge: .preCharge
        case .powerDelivery: .powerDelivery
        case .chargeLoop: .chargeLoop
        case .meterConfirmation: .meterConfirmation
        case .weldingDetection: .weldingDetection
        case .sessionStop: .sessionStop
        case .unsupported: .unsupported
        }
    }
}

public enum Payment: Hashable, Sendable { case external, contract }

/// What the car shows to be allowed to charge.
public enum Authorization: Hashable, Sendable {
    /// Nothing: the driver sees to it at the station.
    case external
    case contract(ContractProof)
}

public enum SessionStop: Hashable, Sendable { case terminate, pause, renegotiateService }

/// What a car selects: a service with its parameters in ISO 15118-20, a way to pay before.
public enum Selection: Hashable, Sendable {
    case energy(service: UInt16, parameterSet: UInt16, added: [ChosenService] = [])
    case payment(Payment, services: [ChosenService])
}

public struct PowerDelivery: Hashable, Sendable {
    public enum Progress: Hashable, Sendable { case start, stop, standby, renegotiate }
    public enum Channel: Hashable, Sendable { case charge, discharge }

    public var progress: Progress
    /// Ongoing: the car still works on its profile and will ask again.
    public var processing = Processing.finished
    /// Which of the offered schedules; nil where none is selected.
    public var schedule: UInt32?
    public var channel: Channel?
    /// How it will charge; nil where it does not say.
    public var profile: PowerProfile?

    public init(_ progress: Progress, processing: Processing = .finished) {
        self.progress = progress
        self.processing = processing
    }
}

public struct ChargeLoop: Hashable, Sendable {
    public var service: EnergyService
    /// Always scheduled before ISO 15118-20.
    public var mode: ControlMode
    public var needs: EVNeeds
    /// DC under the car's control: what the converter shall do. Negative discharges.
    public var targetCurrent: Current?
    public var targetVoltage: Voltage?
    public var wantsMeter = false

    public init(service: EnergyService, mode: ControlMode, needs: EVNeeds) {
        self.service = service
        self.mode = mode
        self.needs = needs
    }
}
