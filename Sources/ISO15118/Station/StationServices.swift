// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

// Services: which there are, what they are like, which the car takes.

extension StationMachine {
    /// The service of ISO 15118-2 and DIN SPEC 70121 that charges.
    static var chargeService: UInt16 { 1 }
    /// The one of ISO 15118-2 that installs and updates certificates ([V2G2-421]).
    static var certificateService: UInt16 { 2 }

    var offersCertificates: Bool { contracts?.installsCertificates == true }

    mutating func detail(_ number: UInt16, _ request: Request) -> [Output] {
        let isEnergy =
            standard.isISO20
            ? offer.services(in: standard).contains { $0.rawValue == number } : number == Self.chargeService
        let isKnown = isEnergy || isAdded(ChosenService(number))
        return isKnown ? [.reply(Reply(.ok, .serviceDetail(number)))] : refuse(request, .serviceIDInvalid)
    }

    /// Whether a service beside charging is offered, with the parameters chosen.
    private func isAdded(_ choice: ChosenService) -> Bool {
        if !standard.isISO20, choice.id == Self.certificateService {
            // Its two parameter sets install and update.
            return offersCertificates && (1...2).contains(choice.parameterSet ?? 1)
        }
        return standard != .din && offer.valueAdded.contains { $0.offers(choice) }
    }

    mutating func select(_ selection: Selection, _ request: Request) -> [Output] {
        switch selection {
        case .energy(let number, let set, let added):
            guard let service = EnergyService(rawValue: number), offer.services(in: standard).contains(service) else {
                return refuse(request, .noChargeService)
            }
            guard let mode = offer.parameterSets().first(where: { $0.id == set })?.mode, added.allSatisfy(isAdded)
            else { return refuse(request, .serviceSelectionInvalid) }
            self.service = service
            self.mode = mode
            phase = .chargeParameters
            return selected(added)
        case .payment(let payment, let services):
            guard payment == .external || contracts != nil else { return refuse(request, .paymentSelectionInvalid) }
            guard services.contains(where: { $0.id == Self.chargeService }) else {
                return refuse(request, .noChargeService)
            }
            let added = services.filter { $0.id != Self.chargeService }
            guard added.allSatisfy(isAdded) else { return refuse(request, .serviceSelectionInvalid) }
            self.payment.isByContract = payment == .contract
            self.payment.mayRequestCertificates = added.contains { $0.id == Self.certificateService }
            phase = payment == .contract ? .paymentDetails : .authorization
            return selected(added.filter { $0.id != Self.certificateService })
        }
    }

    private func selected(_ added: [ChosenService]) -> [Output] {
        let reply = Output.reply(Reply(.ok, .serviceSelection))
        return added.isEmpty ? [reply] : [.effect(.select(added)), reply]
    }
}
