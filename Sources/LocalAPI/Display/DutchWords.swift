// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension DisplayWord {
    static func inDutch(_ word: DisplayWord) -> String {
        switch word {
        case .available: "Vrij"
        case .reserved: "Gereserveerd"
        case .unavailable: "Buiten gebruik"
        case .faulted: "Storing"
        case .beingPaid: "Betaling loopt"
        case .awaitingVehicle: "Sluit de auto aan"
        case .awaitingAuthorization: "Toon uw kaart of app"
        case .preparing: "Start …"
        case .charging: "Laadt"
        case .discharging: "Levert terug"
        case .suspendedByVehicle: "De auto pauzeert"
        case .suspendedByStation: "Het laadpunt pauzeert"
        case .finished: "Klaar"
        case .byVehicle: "De auto bepaalt nu hoeveel er stroomt."
        case .byCharger: "De lader geeft nu alles wat hij kan."
        case .bySite: "De aansluiting van het gebouw laat nu niet meer toe."
        case .byGrid: "De netbeheerder begrenst nu het vermogen."
        case .byService: "De laaddienst begrenst nu het vermogen."
        case .bySharing: "Ook andere auto's laden; deze komt nog aan de beurt."
        case .byPlan: "Het vermogen volgt een plan."
        case .byFault: "De lader antwoordt niet; even geduld."
        case .perKilowattHour: "per kWh"
        case .perMinuteCharging: "per minuut laden"
        case .perMinuteIdle: "per minuut zonder laden"
        case .fixedFee: "eenmalig"
        case .refused: "Niet geaccepteerd"
        case .noCredit: "Niet geaccepteerd: onvoldoende tegoed"
        case .notHere: "Niet geaccepteerd: hier niet geldig"
        case .notNow: "Niet geaccepteerd: nu niet mogelijk"
        case .inUse: "Niet geaccepteerd: al elders in gebruik"
        case .chargingPoint: "Laadpunt"
        case .charged: "Geladen"
        case .delivered: "Teruggeleverd"
        case .duration: "Duur"
        case .battery: "Batterij"
        case .cost: "Kosten tot nu toe"
        case .totalCost: "Totale kosten"
        case .tariff: "Tarief"
        case .payment: "Scan om te betalen"
        case .silence: "Geen bericht; nieuwe poging …"
        }
    }
}
