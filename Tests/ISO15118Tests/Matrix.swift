// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

@testable import ISO15118

/// One meeting of a car and a station, whether or not the standards have it.
struct Meeting: CustomStringConvertible, Sendable {
    /// All that ISO 15118-20:2022 numbers as a transfer of energy, with the phases a car of ISO 15118-2 names.
    enum Wish: CaseIterable, Sendable {
        case acOnePhase, acThreePhases, dc, wireless, pantograph
        case acBidirectionalOnePhase, acBidirectionalThreePhases, dcBidirectional, pantographBidirectional
    }
    enum Outlet: CaseIterable, Sendable {
        case threePhases, onePhase
        /// Without a converter or contactors for the way back.
        case oneWay
        /// Schedules only.
        case withoutDynamic
    }

    let standard: Standard
    let wish: Wish
    let mode: ControlMode
    let payment: Payment
    /// TLS, without which there are no contracts.
    let isSecured: Bool
    let outlet: Outlet

    var description: String {
        "\(standard) \(wish) \(mode) \(payment) \(isSecured ? "secured" : "plain") \(outlet)"
    }

    static let all: [Meeting] = Standard.allCases.flatMap { standard in
        Wish.allCases.flatMap { wish in
            ControlMode.allCases.flatMap { mode in
                [Payment.external, .contract].flatMap { payment in
                    [true, false].flatMap { isSecured in
                        Outlet.allCases.map { outlet in
                            Meeting(
                                standard: standard, wish: wish, mode: mode, payment: payment, isSecured: isSecured,
                                outlet: outlet)
                        }
                    }
                }
            }
        }
    }
}

extension Meeting {
    enum Verdict: Equatable {
        case charges
        /// The standard has no word for it: no car can say it.
        case inexpressible
        /// What a car hears that insists.
        case refused(Request.Kind, String)
    }

    /// By the standards alone; written without a look at the machines.
    var verdict: Verdict {
        switch standard {
        case .din: inDIN
        case .iso2: inISO2
        case .iso20AC, .iso20DC: inISO20
        }
    }

    /// DIN SPEC 70121: external payment and direct current; the schema has words for the rest.
    private var inDIN: Verdict {
        guard mode == .scheduled, isInOlderWords else { return .inexpressible }
        if payment == .contract { return .refused(.serviceSelection, "FAILED_PaymentSelectionInvalid") }
        return wish == .dc ? .charges : .refused(.chargeParameters, "FAILED_WrongEnergyTransferType")
    }

    /// ISO 15118-2: contracts over TLS only; an energy transfer mode that was not offered is refused.
    private var inISO2: Verdict {
        guard mode == .scheduled, isInOlderWords else { return .inexpressible }
        if payment == .contract, !isSecured { return .refused(.serviceSelection, "FAILED_PaymentSelectionInvalid") }
        if wish == .acThreePhases, outlet == .onePhase {
            return .refused(.chargeParameters, "FAILED_WrongEnergyTransferMode")
        }
        return .charges
    }

    /// ISO 15118-20: a service is of the negotiated protocol or none; its parameter sets name the control modes.
    private var inISO20: Verdict {
        if payment == .contract, !isSecured {
            return .refused(.authorization, "WARNING_AuthorizationSelectionInvalid")
        }
        let isOfProtocol: Bool
        switch wish {
        case .acOnePhase, .acThreePhases: isOfProtocol = standard == .iso20AC
        case .dc: isOfProtocol = standard == .iso20DC
        case .acBidirectionalOnePhase, .acBidirectionalThreePhases:
            isOfProtocol = standard == .iso20AC && outlet != .oneWay
        case .dcBidirectional: isOfProtocol = standard == .iso20DC && outlet != .oneWay
        // Protocols of their own, not spoken here.
        case .wireless, .pantograph, .pantographBidirectional: isOfProtocol = false
        }
        guard isOfProtocol else { return .refused(.serviceSelection, "FAILED_NoEnergyTransferServiceSelected") }
        if mode == .dynamic, outlet == .withoutDynamic {
            return .refused(.serviceSelection, "FAILED_ServiceSelectionInvalid")
        }
        return .charges
    }

    private var isInOlderWords: Bool {
        switch wish {
        case .acOnePhase, .acThreePhases, .dc: true
        case .wireless, .pantograph, .acBidirectionalOnePhase, .acBidirectionalThreePhases, .dcBidirectional,
            .pantographBidirectional:
            false
        }
    }
}

extension Meeting {
    /// As ISO 15118-20 numbers it.
    var number: UInt16 {
        switch wish {
        case .acOnePhase, .acThreePhases: 1
        case .dc: 2
        case .wireless: 3
        case .pantograph: 4
        case .acBidirectionalOnePhase, .acBidirectionalThreePhases: 5
        case .dcBidirectional: 6
        case .pantographBidirectional: 7
        }
    }

    var service: EnergyService? { EnergyService(rawValue: number) }

    var offer: StationOffer {
        var offer = StationOffer.bench
        switch outlet {
        case .threePhases: break
        case .onePhase: offer.phases = 1
        case .oneWay:
            offer.services = [.ac, .dc]
            offer.power = PowerLimits(from: .zero, to: .watts(22_000))
        case .withoutDynamic: offer.controlModes = [.scheduled]
        }
        return offer
    }

    func plan(_ service: EnergyService) -> VehiclePlan {
        var plan = VehiclePlan.bench(standard, service, mode)
        switch wish {
        case .acOnePhase, .acBidirectionalOnePhase: plan.needs.phases = 1
        case .acThreePhases, .acBidirectionalThreePhases: plan.needs.phases = 3
        case .dc, .wireless, .pantograph, .dcBidirectional, .pantographBidirectional: break
        }
        return plan
    }

    var profile: SignatureProfile { standard.isISO20 ? .p521 : .p256 }

    func pair(_ service: EnergyService) -> Pair {
        Pair(
            offer, plan(service), contracts: isSecured ? ContractWorld.station(profile) : nil,
            carContracts: payment == .contract ? ContractWorld.car("contract", profile) : nil)
    }
}
