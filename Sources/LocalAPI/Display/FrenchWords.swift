// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension DisplayWord {
    static func inFrench(_ word: DisplayWord) -> String {
        switch word {
        case .available: "Libre"
        case .reserved: "Réservé"
        case .unavailable: "Hors service"
        case .faulted: "Panne"
        case .beingPaid: "Paiement en cours"
        case .awaitingVehicle: "Veuillez brancher la voiture"
        case .awaitingAuthorization: "Veuillez présenter votre carte ou votre application"
        case .preparing: "Démarrage …"
        case .charging: "En charge"
        case .discharging: "Restitue au réseau"
        case .suspendedByVehicle: "La voiture fait une pause"
        case .suspendedByStation: "Le point de charge fait une pause"
        case .finished: "Terminé"
        case .byVehicle: "La voiture détermine la puissance en ce moment."
        case .byCharger: "La borne donne tout ce qu'elle peut en ce moment."
        case .bySite: "Le raccordement du bâtiment ne permet pas plus en ce moment."
        case .byGrid: "Le gestionnaire de réseau limite la puissance en ce moment."
        case .byService: "Le service de recharge limite la puissance en ce moment."
        case .bySharing: "D'autres voitures chargent aussi ; celle-ci aura son tour."
        case .byPlan: "La puissance suit un programme."
        case .byFault: "La borne ne répond pas ; veuillez patienter."
        case .perKilowattHour: "par kWh"
        case .perMinuteCharging: "par minute de charge"
        case .perMinuteIdle: "par minute sans charge"
        case .fixedFee: "une fois"
        case .refused: "Refusé"
        case .noCredit: "Refusé : crédit insuffisant"
        case .notHere: "Refusé : non valable ici"
        case .notNow: "Refusé : impossible pour le moment"
        case .inUse: "Refusé : déjà utilisé ailleurs"
        case .chargingPoint: "Point de charge"
        case .charged: "Chargé"
        case .delivered: "Restitué"
        case .duration: "Durée"
        case .battery: "Batterie"
        case .cost: "Coût actuel"
        case .totalCost: "Coût total"
        case .tariff: "Tarif"
        case .payment: "Scannez pour payer"
        case .silence: "Pas de nouvelles ; nouvel essai …"
        }
    }
}
