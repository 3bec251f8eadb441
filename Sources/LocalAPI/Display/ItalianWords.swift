// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension DisplayWord {
    static func inItalian(_ word: DisplayWord) -> String {
        switch word {
        case .available: "Libero"
        case .reserved: "Riservato"
        case .unavailable: "Fuori servizio"
        case .faulted: "Guasto"
        case .beingPaid: "Pagamento in corso"
        case .awaitingVehicle: "Collegare l'auto"
        case .awaitingAuthorization: "Mostrare la tessera o l'app"
        case .preparing: "Avvio …"
        case .charging: "In carica"
        case .discharging: "Restituisce alla rete"
        case .suspendedByVehicle: "L'auto è in pausa"
        case .suspendedByStation: "Il punto di ricarica è in pausa"
        case .finished: "Terminato"
        case .byVehicle: "L'auto decide quanta potenza scorre ora."
        case .byCharger: "La stazione dà tutto ciò che può ora."
        case .bySite: "L'allacciamento dell'edificio ora non consente di più."
        case .byGrid: "Il gestore di rete ora limita la potenza."
        case .byService: "Il servizio di ricarica ora limita la potenza."
        case .bySharing: "Anche altre auto caricano; questa avrà il suo turno."
        case .byPlan: "La potenza segue un programma."
        case .byFault: "La stazione non risponde; attendere."
        case .perKilowattHour: "per kWh"
        case .perMinuteCharging: "al minuto di ricarica"
        case .perMinuteIdle: "al minuto senza ricarica"
        case .fixedFee: "una volta"
        case .refused: "Non accettato"
        case .noCredit: "Non accettato: credito insufficiente"
        case .notHere: "Non accettato: non valido qui"
        case .notNow: "Non accettato: ora non possibile"
        case .inUse: "Non accettato: già in uso altrove"
        case .chargingPoint: "Punto di ricarica"
        case .charged: "Caricato"
        case .delivered: "Restituito"
        case .duration: "Durata"
        case .battery: "Batteria"
        case .cost: "Costo finora"
        case .totalCost: "Costo totale"
        case .tariff: "Tariffa"
        case .payment: "Scansionare per pagare"
        case .silence: "Nessuna notizia; nuovo tentativo …"
        }
    }
}
