// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargerDrivers
import Chargers
import ConfigurationFiles
import Electricity
import GridConnection
import OCPP
import OCPP21

/// Who carries out which DER control of a backend at one EVSE (OCPP 2.1, block R), settled when the site is configured.
struct DERPlan: Equatable {
    /// By what the station commands.
    let byGateway: Set<DERControlEnumType>
    /// Once they are set in it.
    let byCharger: Set<DERControlEnumType>
    /// Why nobody carries out the others.
    let refusals: [DERControlEnumType: String]

    /// What the charger may be given.
    var functions: Set<DERFunction> { Set(DERFunction.allCases.filter { byCharger.contains($0.controlType) }) }

    init(_ evse: SiteConfiguration.EVSE, _ configuration: SiteConfiguration) {
        let delivers = evse.limits.lower < .zero
        let seesGrid = configuration.site.meter != nil
        let own = delivers ? Self.own(seesGrid: seesGrid) : []
        let law = configuration.gridCode.map(Self.owned) ?? []
        let possible = delivers ? Self.possible(evse) : []
        let charger = possible.subtracting(own).subtracting(law)
        byGateway = own
        byCharger = charger
        var refusals: [DERControlEnumType: String] = [:]
        for number in DERControlEnumType.words.indices {
            guard let type = DERControlEnumType(rawValue: UInt8(number)), !own.contains(type), !charger.contains(type)
            else { continue }
            refusals[type] = Self.reason(type, isLaw: law.contains(type), evse, delivers: delivers)
        }
        self.refusals = refusals
    }

    /// Bounds of active power: the station holds them more exactly than a charger, together with everything else.
    private static func own(seesGrid: Bool) -> Set<DERControlEnumType> {
        seesGrid ? [.limitMaxDischarge, .freqDroop, .freqWatt, .voltWatt] : [.limitMaxDischarge]
    }

    private static func possible(_ evse: SiteConfiguration.EVSE) -> Set<DERControlEnumType> {
        guard evse.setsDERControls else { return [] }
        return switch evse.charger.address {
        case .tcp, .serial: Set(evse.charger.profile.derFunctions.map(\.controlType))
        case .simulated: []
        }
    }

    /// What the grid code has the charger do already.
    private static func owned(_ code: SiteGridCode) -> Set<DERControlEnumType> {
        var owned: Set<DERControlEnumType> = []
        switch code.profile.reactivePower.mode {
        case .off: break
        case .voltVar, .wattVar, .fixedPowerFactor, .fixedReactivePower, .powerFactorByPower:
            owned.formUnion(DERFunction.allCases.filter(\.isReactive).map(\.controlType))
        }
        if code.profile.voltWatt.isOn { owned.insert(.voltWatt) }
        if code.profile.frequencyResponse.over.isOn || code.profile.frequencyResponse.under.isOn {
            owned.insert(.freqDroop)
        }
        return owned
    }

    private static func reason(
        _ type: DERControlEnumType, isLaw: Bool, _ evse: SiteConfiguration.EVSE, delivers: Bool
    ) -> String {
        switch type {
        case .hfMustTrip, .hfMayTrip, .hvMustTrip, .hvMomCess, .hvMayTrip, .lfMustTrip, .lvMustTrip, .lvMomCess,
            .lvMayTrip, .powerMonitoringMustTrip:
            "Trips are the charger's own protection, which its installer sets."
        case .enterService, .gradients: "When and how fast power returns is the grid code's and the installer's to set."
        case .wattPF: "Nobody here lets a power factor follow the power."
        case .freqDroop, .freqWatt, .voltWatt, .limitMaxDischarge, .voltVar, .wattVar, .fixedVar, .fixedPFInject,
            .fixedPFAbsorb:
            if isLaw {
                "The grid code of this connection sets it."
            } else if !delivers {
                "This EVSE delivers nothing to the grid."
            } else if !evse.setsDERControls {
                "The charger's settings are left to its installer."
            } else {
                "The charger has no such function, and nobody measures for it at the connection point."
            }
        }
    }
}

extension DERFunction {
    var controlType: DERControlEnumType {
        switch self {
        case .voltVar: .voltVar
        case .wattVar: .wattVar
        case .fixedVar: .fixedVar
        case .fixedPowerFactorInjecting: .fixedPFInject
        case .fixedPowerFactorAbsorbing: .fixedPFAbsorb
        case .voltWatt: .voltWatt
        case .frequencyDroop: .freqDroop
        }
    }
}
