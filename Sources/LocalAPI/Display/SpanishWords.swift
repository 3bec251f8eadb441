// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension DisplayWord {
    static func inSpanish(_ word: DisplayWord) -> String {
        switch word {
        case .available: "Libre"
        case .reserved: "Reservado"
        case .unavailable: "Fuera de servicio"
        case .faulted: "Avería"
        case .beingPaid: "Pago en curso"
        case .awaitingVehicle: "Conecte el coche"
        case .awaitingAuthorization: "Muestre su tarjeta o aplicación"
        case .preparing: "Iniciando …"
        case .charging: "Cargando"
        case .discharging: "Devolviendo a la red"
        case .suspendedByVehicle: "El coche hace una pausa"
        case .suspendedByStation: "El punto de carga hace una pausa"
        case .finished: "Terminado"
        case .byVehicle: "El coche decide cuánta potencia fluye ahora."
        case .byCharger: "El cargador da todo lo que puede ahora."
        case .bySite: "La conexión del edificio no permite más ahora."
        case .byGrid: "El operador de la red limita la potencia ahora."
        case .byService: "El servicio de carga limita la potencia ahora."
        case .bySharing: "Otros coches también cargan; a este le llegará su turno."
        case .byPlan: "La potencia sigue un plan."
        case .byFault: "El cargador no responde; espere, por favor."
        case .perKilowattHour: "por kWh"
        case .perMinuteCharging: "por minuto de carga"
        case .perMinuteIdle: "por minuto sin carga"
        case .fixedFee: "una vez"
        case .refused: "No aceptado"
        case .noCredit: "No aceptado: saldo insuficiente"
        case .notHere: "No aceptado: no es válido aquí"
        case .notNow: "No aceptado: no es posible ahora"
        case .inUse: "No aceptado: ya se usa en otro lugar"
        case .chargingPoint: "Punto de carga"
        case .charged: "Cargado"
        case .delivered: "Devuelto"
        case .duration: "Duración"
        case .battery: "Batería"
        case .cost: "Coste hasta ahora"
        case .totalCost: "Coste total"
        case .tariff: "Tarifa"
        case .payment: "Escanee para pagar"
        case .silence: "Sin noticias; nuevo intento …"
        }
    }
}
