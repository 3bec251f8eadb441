// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP

extension ChargingProfile {
    /// What counts for control; prices and signatures stay in the message.
    public init(_ wire: ChargingProfileType) {
        let purpose = Purpose(rawValue: wire.chargingProfilePurpose.word) ?? .txDefault
        let kind: Kind =
            switch wire.chargingProfileKind {
            case .absolute: .absolute
            case .recurring: .recurring(wire.recurrencyKind == .weekly ? .weekly : .daily)
            case .relative: .relative
            case .dynamic: .dynamic
            }
        self.init(
            id: wire.id, stackLevel: wire.stackLevel, purpose: purpose, kind: kind,
            schedules: wire.chargingSchedule.map { ChargingSchedule($0, purpose) },
            validFrom: wire.validFrom?.time.seconds,
            validTo: wire.validTo?.time.seconds, transactionID: wire.transactionId)
        maxOfflineDuration = wire.maxOfflineDuration
        isInvalidAfterOffline = wire.invalidAfterOfflineDuration ?? false
        updateInterval = wire.dynUpdateInterval
        updateTime = wire.dynUpdateTime?.time.seconds
    }
}

extension ChargingSchedule {
    init(_ wire: ChargingScheduleType, _ purpose: ChargingProfile.Purpose) {
        self.init(
            id: wire.id,
            start: wire.startSchedule.map { start in
                wire.useLocalTime == true ? .civil(start.civilSeconds) : .instant(start.time.seconds)
            },
            duration: wire.duration, unit: wire.chargingRateUnit == .w ? .watts : .amperes,
            periods: wire.chargingSchedulePeriod.map { SchedulePeriod($0).readingNegativeLimit(for: purpose) },
            minChargingRate: wire.minChargingRate?.rate, randomizedDelay: wire.randomizedDelay,
            limitAtSoC: wire.limitAtSoC.map { LimitAtSoC(soc: $0.soc, limit: $0.limit.rate) })
    }
}

extension SchedulePeriod {
    init(_ wire: ChargingSchedulePeriodType) {
        self.init(
            start: wire.startPeriod, limit: PhaseRates(wire: wire.limit, wire.limit_L2, wire.limit_L3),
            dischargeLimit: PhaseRates(wire: wire.dischargeLimit, wire.dischargeLimit_L2, wire.dischargeLimit_L3),
            setpoint: PhaseRates(wire: wire.setpoint, wire.setpoint_L2, wire.setpoint_L3),
            setpointReactive: PhaseRates(
                wire: wire.setpointReactive, wire.setpointReactive_L2, wire.setpointReactive_L3),
            numberPhases: wire.numberPhases, phaseToUse: wire.phaseToUse,
            mode: (wire.operationMode?.word).flatMap(OperationMode.init(rawValue:)) ?? .chargingOnly)
        wantsPreconditioning = wire.preconditioningRequest ?? false
        sleeps = wire.evseSleep ?? false
        baseline = wire.v2xBaseline?.rate
        frequencyCurve = (wire.v2xFreqWattCurve ?? []).map {
            CurvePoint(x: $0.frequency.rate, milliwatts: $0.power.rate)
        }
        signalCurve = (wire.v2xSignalWattCurve ?? []).map {
            CurvePoint(x: DecimalNumber($0.signal).rate, milliwatts: $0.power.rate)
        }
    }
}

extension ChargingProfiles.Update {
    public init(_ wire: ChargingScheduleUpdateType) {
        self.init(
            limit: PhaseRates(wire: wire.limit, wire.limit_L2, wire.limit_L3),
            dischargeLimit: PhaseRates(wire: wire.dischargeLimit, wire.dischargeLimit_L2, wire.dischargeLimit_L3),
            setpoint: PhaseRates(wire: wire.setpoint, wire.setpoint_L2, wire.setpoint_L3),
            setpointReactive: PhaseRates(
                wire: wire.setpointReactive, wire.setpointReactive_L2, wire.setpointReactive_L3))
    }
}

extension CompositeScheduleType {
    public init(_ schedule: CompositeSchedule) {
        self.init(
            evseId: schedule.evse, duration: schedule.duration,
            scheduleStart: DateTime(WallTime(milliseconds: schedule.start * 1_000)),
            chargingRateUnit: schedule.unit == .watts ? .w : .a,
            chargingSchedulePeriod: schedule.periods.map(ChargingSchedulePeriodType.init))
    }
}

extension ChargingSchedulePeriodType {
    init(_ period: CompositePeriod) {
        let number = { (rate: Int64?) in rate.map(DecimalNumber.init(thousandths:)) }
        self.init(startPeriod: period.start)
        (limit, limit_L2, limit_L3) = (number(period.limit?.base), number(period.limit?.l2), number(period.limit?.l3))
        dischargeLimit = number(period.dischargeLimit?.base)
        (dischargeLimit_L2, dischargeLimit_L3) = (number(period.dischargeLimit?.l2), number(period.dischargeLimit?.l3))
        (setpoint, setpoint_L2, setpoint_L3) = (
            number(period.setpoint?.base), number(period.setpoint?.l2), number(period.setpoint?.l3)
        )
        setpointReactive = number(period.setpointReactive?.base)
        (setpointReactive_L2, setpointReactive_L3) = (
            number(period.setpointReactive?.l2), number(period.setpointReactive?.l3)
        )
        (numberPhases, phaseToUse) = (period.numberPhases, period.phaseToUse)
        operationMode = period.mode == .chargingOnly ? nil : OperationModeEnumType(word: period.mode.rawValue)
        preconditioningRequest = period.wantsPreconditioning ? true : nil
        evseSleep = period.sleeps ? true : nil
        v2xBaseline = number(period.baseline)
        if !period.frequencyCurve.isEmpty {
            v2xFreqWattCurve = period.frequencyCurve.map {
                V2XFreqWattPointType(
                    frequency: DecimalNumber(thousandths: $0.x), power: DecimalNumber(thousandths: $0.milliwatts))
            }
        }
        if !period.signalCurve.isEmpty {
            v2xSignalWattCurve = period.signalCurve.map {
                V2XSignalWattPointType(
                    signal: Int($0.x / 1_000), power: DecimalNumber(thousandths: $0.milliwatts))
            }
        }
    }
}
