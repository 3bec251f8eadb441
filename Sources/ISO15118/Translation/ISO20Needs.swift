// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXIISO20
import Electricity

// What a car says about itself in the parameter and loop messages of ISO 15118-20.

extension ISO20Messages {
    static func parameters(_ body: ISO20.DC_ChargeParameterDiscoveryReq) -> Request {
        var needs = EVNeeds()
        switch body.dc_CPDReqEnergyTransferMode {
        case .dc_CPDReqEnergyTransferMode(let ev):
            needs.power = limits(Power(ev.evMaximumChargePower), nil)
            needs.leastCharge = Power(ev.evMinimumChargePower)
            needs.current = limits(Current(ev.evMaximumChargeCurrent), nil)
            needs.lowestVoltage = Voltage(ev.evMinimumVoltage)
            needs.highestVoltage = Voltage(ev.evMaximumVoltage)
            needs.targetSoC = ev.targetSOC.map { StateOfCharge(wire: $0) }
            return .chargeParameters(.dc, needs)
        case .bpt_DC_CPDReqEnergyTransferMode(let ev):
            needs.power = limits(Power(ev.evMaximumChargePower), Power(ev.evMaximumDischargePower))
            needs.leastCharge = Power(ev.evMinimumChargePower)
            needs.leastDischarge = Power(ev.evMinimumDischargePower).magnitude
            needs.current = limits(Current(ev.evMaximumChargeCurrent), Current(ev.evMaximumDischargeCurrent))
            needs.lowestVoltage = Voltage(ev.evMinimumVoltage)
            needs.highestVoltage = Voltage(ev.evMaximumVoltage)
            needs.targetSoC = ev.targetSOC.map { StateOfCharge(wire: $0) }
            return .chargeParameters(.dcBidirectional, needs)
        }
    }

    static func parameters(_ body: ISO20.AC_ChargeParameterDiscoveryReq) -> Request {
        var needs = EVNeeds()
        switch body.ac_CPDReqEnergyTransferMode {
        case .ac_CPDReqEnergyTransferMode(let ev):
            needs.power = limits(
                total(ev.evMaximumChargePower, ev.evMaximumChargePower_L2, ev.evMaximumChargePower_L3), nil)
            needs.leastCharge = total(
                ev.evMinimumChargePower, ev.evMinimumChargePower_L2, ev.evMinimumChargePower_L3)
            return .chargeParameters(.ac, needs)
        case .bpt_AC_CPDReqEnergyTransferMode(let ev):
            needs.power = limits(
                total(ev.evMaximumChargePower, ev.evMaximumChargePower_L2, ev.evMaximumChargePower_L3),
                total(ev.evMaximumDischargePower, ev.evMaximumDischargePower_L2, ev.evMaximumDischargePower_L3))
            needs.leastCharge = total(
                ev.evMinimumChargePower, ev.evMinimumChargePower_L2, ev.evMinimumChargePower_L3)
            needs.leastDischarge =
                total(ev.evMinimumDischargePower, ev.evMinimumDischargePower_L2, ev.evMinimumDischargePower_L3)
                .magnitude
            return .chargeParameters(.acBidirectional, needs)
        }
    }

    static func loop(_ body: ISO20.DC_ChargeLoopReq) -> ChargeLoop {
        var loop: ChargeLoop
        switch body.clReqControlMode {
        case .scheduled_DC_CLReqControlMode(let ev):
            loop = ChargeLoop(service: .dc, mode: .scheduled, needs: EVNeeds())
            loop.targetCurrent = Current(ev.evTargetCurrent)
            loop.targetVoltage = Voltage(ev.evTargetVoltage)
            loop.needs.power = limits(ev.evMaximumChargePower.map { Power($0) }, nil)
            loop.needs.current = limits(ev.evMaximumChargeCurrent.map { Current($0) }, nil)
            loop.needs.energy(ev.evTargetEnergyRequest, ev.evMaximumEnergyRequest, ev.evMinimumEnergyRequest)
            loop.needs.voltage(ev.evMinimumVoltage, ev.evMaximumVoltage)
        case .bpt_Scheduled_DC_CLReqControlMode(let ev):
            loop = ChargeLoop(service: .dcBidirectional, mode: .scheduled, needs: EVNeeds())
            loop.targetCurrent = Current(ev.evTargetCurrent)
            loop.targetVoltage = Voltage(ev.evTargetVoltage)
            loop.needs.power = limits(
                ev.evMaximumChargePower.map { Power($0) }, ev.evMaximumDischargePower.map { Power($0) })
            loop.needs.current = limits(
                ev.evMaximumChargeCurrent.map { Current($0) }, ev.evMaximumDischargeCurrent.map { Current($0) })
            loop.needs.energy(ev.evTargetEnergyRequest, ev.evMaximumEnergyRequest, ev.evMinimumEnergyRequest)
            loop.needs.voltage(ev.evMinimumVoltage, ev.evMaximumVoltage)
        case .dynamic_DC_CLReqControlMode(let ev):
            loop = ChargeLoop(service: .dc, mode: .dynamic, needs: EVNeeds())
            loop.needs.departure = ev.departureTime.map { .seconds(Int($0)) }
            loop.needs.power = limits(Power(ev.evMaximumChargePower), nil)
            loop.needs.leastCharge = Power(ev.evMinimumChargePower)
            loop.needs.current = limits(Current(ev.evMaximumChargeCurrent), nil)
            loop.needs.energy(ev.evTargetEnergyRequest, ev.evMaximumEnergyRequest, ev.evMinimumEnergyRequest)
            loop.needs.voltage(ev.evMinimumVoltage, ev.evMaximumVoltage)
        case .bpt_Dynamic_DC_CLReqControlMode(let ev):
            loop = ChargeLoop(service: .dcBidirectional, mode: .dynamic, needs: EVNeeds())
            loop.needs.departure = ev.departureTime.map { .seconds(Int($0)) }
            loop.needs.power = limits(Power(ev.evMaximumChargePower), Power(ev.evMaximumDischargePower))
            loop.needs.leastCharge = Power(ev.evMinimumChargePower)
            loop.needs.leastDischarge = Power(ev.evMinimumDischargePower).magnitude
            loop.needs.current = limits(Current(ev.evMaximumChargeCurrent), Current(ev.evMaximumDischargeCurrent))
            loop.needs.energy(ev.evTargetEnergyRequest, ev.evMaximumEnergyRequest, ev.evMinimumEnergyRequest)
            loop.needs.v2x(ev.evMaximumV2XEnergyRequest, ev.evMinimumV2XEnergyRequest)
            loop.needs.voltage(ev.evMinimumVoltage, ev.evMaximumVoltage)
        }
        loop.needs.presentVoltage = Voltage(body.evPresentVoltage)
        loop.needs.display(body.displayParameters)
        loop.wantsMeter = body.meterInfoRequested
        return loop
    }

    static func loop(_ body: ISO20.AC_ChargeLoopReq) -> ChargeLoop {
        var loop: ChargeLoop
        switch body.clReqControlMode {
        case .scheduled_AC_CLReqControlMode(let ev):
            loop = ChargeLoop(service: .ac, mode: .scheduled, needs: EVNeeds())
            loop.needs.power = limits(
                ev.evMaximumChargePower.map { total($0, ev.evMaximumChargePower_L2, ev.evMaximumChargePower_L3) }, nil)
            loop.needs.energy(ev.evTargetEnergyRequest, ev.evMaximumEnergyRequest, ev.evMinimumEnergyRequest)
            loop.needs.presentPower = total(
                ev.evPresentActivePower, ev.evPresentActivePower_L2, ev.evPresentActivePower_L3)
        case .bpt_Scheduled_AC_CLReqControlMode(let ev):
            loop = ChargeLoop(service: .acBidirectional, mode: .scheduled, needs: EVNeeds())
            loop.needs.power = limits(
                ev.evMaximumChargePower.map { total($0, ev.evMaximumChargePower_L2, ev.evMaximumChargePower_L3) },
                ev.evMaximumDischargePower.map {
                    total($0, ev.evMaximumDischargePower_L2, ev.evMaximumDischargePower_L3)
                })
            loop.needs.energy(ev.evTargetEnergyRequest, ev.evMaximumEnergyRequest, ev.evMinimumEnergyRequest)
            loop.needs.presentPower = total(
                ev.evPresentActivePower, ev.evPresentActivePower_L2, ev.evPresentActivePower_L3)
        case .dynamic_AC_CLReqControlMode(let ev):
            loop = ChargeLoop(service: .ac, mode: .dynamic, needs: EVNeeds())
            loop.needs.departure = ev.departureTime.map { .seconds(Int($0)) }
            loop.needs.power = limits(
                total(ev.evMaximumChargePower, ev.evMaximumChargePower_L2, ev.evMaximumChargePower_L3), nil)
            loop.needs.energy(ev.evTargetEnergyRequest, ev.evMaximumEnergyRequest, ev.evMinimumEnergyRequest)
            loop.needs.presentPower = total(
                ev.evPresentActivePower, ev.evPresentActivePower_L2, ev.evPresentActivePower_L3)
        case .bpt_Dynamic_AC_CLReqControlMode(let ev):
            loop = ChargeLoop(service: .acBidirectional, mode: .dynamic, needs: EVNeeds())
            loop.needs.departure = ev.departureTime.map { .seconds(Int($0)) }
            loop.needs.power = limits(
                total(ev.evMaximumChargePower, ev.evMaximumChargePower_L2, ev.evMaximumChargePower_L3),
                total(ev.evMaximumDischargePower, ev.evMaximumDischargePower_L2, ev.evMaximumDischargePower_L3))
            loop.needs.energy(ev.evTargetEnergyRequest, ev.evMaximumEnergyRequest, ev.evMinimumEnergyRequest)
            loop.needs.v2x(ev.evMaximumV2XEnergyRequest, ev.evMinimumV2XEnergyRequest)
            loop.needs.presentPower = total(
                ev.evPresentActivePower, ev.evPresentActivePower_L2, ev.evPresentActivePower_L3)
        }
        loop.needs.display(body.displayParameters)
        loop.wantsMeter = body.meterInfoRequested
        return loop
    }

    /// Where a phase has no value of its own, the first value is that of all phases together.
    static func total(
        _ first: ISO20.RationalNumber, _ second: ISO20.RationalNumber?, _ third: ISO20.RationalNumber?
    ) -> Power {
        let sum = Power(first) + (second.map { Power($0) } ?? .zero) + (third.map { Power($0) } ?? .zero)
        return sum.clamped(from: Power(milli: -Power.plausible), to: Power(milli: Power.plausible))
    }
}

extension EVNeeds {
    fileprivate mutating func energy(
        _ target: ISO20.RationalNumber?, _ maximum: ISO20.RationalNumber?, _ minimum: ISO20.RationalNumber?
    ) {
        targetEnergy = target.map { Energy($0) }
        maximumEnergy = maximum.map { Energy($0) }
        minimumEnergy = minimum.map { Energy($0) }
    }

    fileprivate mutating func v2x(_ maximum: ISO20.RationalNumber?, _ minimum: ISO20.RationalNumber?) {
        maximumV2XEnergy = maximum.map { Energy($0) }
        minimumV2XEnergy = minimum.map { Energy($0) }
    }

    fileprivate mutating func voltage(_ lowest: ISO20.RationalNumber?, _ highest: ISO20.RationalNumber?) {
        lowestVoltage = lowest.map { Voltage($0) }
        highestVoltage = highest.map { Voltage($0) }
    }

    fileprivate mutating func display(_ display: ISO20.DisplayParameters?) {
        soc = display?.presentSOC.map { StateOfCharge(wire: $0) }
        minimumSoC = display?.minimumSOC.map { StateOfCharge(wire: $0) }
        targetSoC = display?.targetSOC.map { StateOfCharge(wire: $0) }
        maximumSoC = display?.maximumSOC.map { StateOfCharge(wire: $0) }
        timeToMinimumSoC = display?.remainingTimeToMinimumSOC.map { .seconds(Int($0)) }
        timeToTargetSoC = display?.remainingTimeToTargetSOC.map { .seconds(Int($0)) }
        timeToMaximumSoC = display?.remainingTimeToMaximumSOC.map { .seconds(Int($0)) }
        batteryCapacity = display?.batteryEnergyCapacity.map { Energy($0) }
        isInletHot = display?.inletHot
        isComplete = display?.chargingComplete ?? false
    }
}
