// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension DisplayWord {
    static func inGerman(_ word: DisplayWord) -> String {
        switch word {
        case .available: "Frei"
        case .reserved: "Reserviert"
        case .unavailable: "Außer Betrieb"
        case .faulted: "Störung"
        case .beingPaid: "Bezahlung läuft"
        case .awaitingVehicle: "Bitte das Auto anstecken"
        case .awaitingAuthorization: "Bitte Karte oder App vorzeigen"
        case .preparing: "Startet …"
        case .charging: "Lädt"
        case .discharging: "Speist zurück"
        case .suspendedByVehicle: "Das Auto pausiert"
        case .suspendedByStation: "Der Ladepunkt pausiert"
        case .finished: "Beendet"
        case .byVehicle: "Das Auto bestimmt, wie viel jetzt fließt."
        case .byCharger: "Die Ladestation gibt, was sie jetzt kann."
        case .bySite: "Der Anschluss des Gebäudes gibt gerade nicht mehr her."
        case .byGrid: "Der Netzbetreiber begrenzt gerade die Leistung."
        case .byService: "Der Ladedienst begrenzt gerade die Leistung."
        case .bySharing: "Auch andere Autos laden; dieses kommt noch an die Reihe."
        case .byPlan: "Die Leistung folgt einem Plan."
        case .byFault: "Die Ladestation antwortet nicht; bitte warten."
        case .perKilowattHour: "je kWh"
        case .perMinuteCharging: "je Minute Laden"
        case .perMinuteIdle: "je Minute ohne Laden"
        case .fixedFee: "einmalig"
        case .refused: "Nicht angenommen"
        case .noCredit: "Nicht angenommen: Guthaben reicht nicht"
        case .notHere: "Nicht angenommen: hier nicht gültig"
        case .notNow: "Nicht angenommen: zurzeit nicht möglich"
        case .inUse: "Nicht angenommen: schon anderswo in Gebrauch"
        case .chargingPoint: "Ladepunkt"
        case .charged: "Geladen"
        case .delivered: "Zurückgespeist"
        case .duration: "Dauer"
        case .battery: "Batterie"
        case .cost: "Kosten bisher"
        case .totalCost: "Gesamtkosten"
        case .tariff: "Tarif"
        case .payment: "Zum Bezahlen scannen"
        case .silence: "Keine Nachricht; neuer Versuch …"
        }
    }
}
