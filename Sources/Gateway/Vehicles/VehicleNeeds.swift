// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import ISO15118
import LinuxIO
import OCPP
import OCPP21
import VehicleLinks

extension ChargingNeedsType {
    /// What a car has said, in OCPP's words (K15, K17, K18).
    /// - Parameter departure: from now.
    init(_ needs: EVNeeds, _ progress: SessionProgress, departure: Interval?) {
        let service = progress.service ?? .dc
        self.init(
            requestedEnergyTransfer: EnergyTransferModeEnumType(service, phases: needs.phases),
            departureTime: departure.map { wait in
                DateTime(StationTime.now().wall + max(wait, .zero))
            })
        switch progress.standard {
        case .iso20AC, .iso20DC:
            v2xChargingParameters = V2XChargingParametersType(needs)
            controlMode = progress.mode == .dynamic ? .dynamicControl : .scheduledControl
        case .din, .iso2:
            switch service.transfer {
            case .ac: acChargingParameters = ACChargingParametersType(needs)
            case .dc: dcChargingParameters = DCChargingParametersType(needs)
            }
        }
    }
}

extension EnergyTransferModeEnumType {
    init(_ service: EnergyService, phases: Int?) {
        self =
            switch service {
            case .ac: phases == 1 ? .acSinglePhase : .acThreePhase
            case .dc: .dc
            case .acBidirectional: .acBPT
            case .dcBidirectional: .dcBPT
            }
    }

    /// nil for what is not spoken here.
    var service: EnergyService? {
        switch self {
        case .acSinglePhase, .acTwoPhase, .acThreePhase: .ac
        case .dc: .dc
        case .acBPT: .acBidirectional
        case .dcBPT: .dcBidirectional
        case .acBPTDER, .acDER, .dcACDP, .dcACDPBPT, .wpt: nil
        }
    }
}

extension ACChargingParametersType {
    fileprivate init(_ needs: EVNeeds) {
        self.init(
            energyAmount: .init(needs.targetEnergy ?? .zero), evMinCurrent: .init(needs.leastCurrent ?? .zero),
            evMaxCurrent: .init(needs.current?.upper ?? .zero),
            evMaxVoltage: .init(needs.highestVoltage ?? .volts(400)))
    }
}

extension DCChargingParametersType {
    fileprivate init(_ needs: EVNeeds) {
        self.init(
            evMaxCurrent: .init(needs.current?.upper ?? .zero), evMaxVoltage: .init(needs.highestVoltage ?? .zero),
            evMaxPower: needs.power.map { .init($0.upper) }, evEnergyCapacity: needs.batteryCapacity.map { .init($0) },
            energyAmount: needs.targetEnergy.map { .init($0) }, stateOfCharge: needs.soc?.wholePercent,
            fullSoC: needs.maximumSoC?.wholePercent, bulkSoC: needs.targetSoC?.wholePercent)
    }
}

extension V2XChargingParametersType {
    fileprivate init(_ needs: EVNeeds) {
        self.init(
            minChargePower: needs.leastCharge.map { .init($0) }, maxChargePower: needs.power.map { .init($0.upper) },
            minDischargePower: needs.leastDischarge.map { .init($0) },
            maxDischargePower: needs.power.map { .init($0.lower.magnitude) },
            maxChargeCurrent: needs.current.map { .init($0.upper) },
            maxDischargeCurrent: needs.current.map { .init($0.lower.magnitude) },
            minVoltage: needs.lowestVoltage.map { .init($0) }, maxVoltage: needs.highestVoltage.map { .init($0) },
            evTargetEnergyRequest: needs.targetEnergy.map { .init($0) },
            evMinEnergyRequest: needs.minimumEnergy.map { .init($0) },
            evMaxEnergyRequest: needs.maximumEnergy.map { .init($0) },
            evMinV2XEnergyRequest: needs.minimumV2XEnergy.map { .init($0) },
            evMaxV2XEnergyRequest: needs.maximumV2XEnergy.map { .init($0) }, targetSoC: needs.targetSoC?.wholePercent)
    }
}

extension DecimalNumber {
    fileprivate init(_ value: some Quantity) { self.init(thousandths: value.milli) }
}

extension StateOfCharge {
    fileprivate var wholePercent: Int { Int(min(max(milli / 1_000, 0), 100)) }
}
