// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension DisplayWord {
    static func inEnglish(_ word: DisplayWord) -> String {
        switch word {
        case .available: "Free"
        case .reserved: "Reserved"
        case .unavailable: "Out of service"
        case .faulted: "Fault"
        case .beingPaid: "Payment under way"
        case .awaitingVehicle: "Please plug in the car"
        case .awaitingAuthorization: "Please show your card or app"
        case .preparing: "Starting …"
        case .charging: "Charging"
        case .discharging: "Feeding back"
        case .suspendedByVehicle: "The car pauses"
        case .suspendedByStation: "The charging point pauses"
        case .finished: "Finished"
        case .byVehicle: "The car decides how much flows now."
        case .byCharger: "The charger gives all it can now."
        case .bySite: "The building's connection leaves no more now."
        case .byGrid: "The grid operator limits the power now."
        case .byService: "The charging service limits the power now."
        case .bySharing: "Other cars charge too; this one gets its turn."
        case .byPlan: "The power follows a plan."
        case .byFault: "The charger does not answer; please wait."
        case .perKilowattHour: "per kWh"
        case .perMinuteCharging: "per minute of charging"
        case .perMinuteIdle: "per minute without charging"
        case .fixedFee: "once"
        case .refused: "Not accepted"
        case .noCredit: "Not accepted: not enough credit"
        case .notHere: "Not accepted: not valid here"
        case .notNow: "Not accepted: not possible now"
        case .inUse: "Not accepted: already in use elsewhere"
        case .chargingPoint: "Charging point"
        case .charged: "Charged"
        case .delivered: "Fed back"
        case .duration: "Time"
        case .battery: "Battery"
        case .cost: "Cost so far"
        case .totalCost: "Total cost"
        case .tariff: "Tariff"
        case .payment: "Scan to pay"
        case .silence: "No news; trying again …"
        }
    }
}
