// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP

extension ChargingProfile {
    /// What counts for control; tariffs stay in the message.
    public init(_ wire: ChargingProfileType) {
        let purpose = Purpose(rawValue: wire.chargingProfilePurpose.word) ?? .txDefault
        let kind: Kind =
            switch wire.chargingProfileKind {
            case .absolute: .absolute
            case .recurring: .recurring(wire.recurrencyKind == .weekly ? .weekly : .daily)
            case .relative: .relative
            }
        self.init(
            id: wire.id, stackLevel: wire.stackLevel, purpose: purpose, kind: kind,
            schedules: wire.chargingSchedule.map { ChargingSchedule($0, purpose) },
            validFrom: wire.validFrom?.time.seconds,
            validTo: wire.validTo?.time.seconds, transactionID: wire.transactionId)
    }
}

extension ChargingSchedule {
    init(_ wire: ChargingScheduleType, _ purpose: ChargingProfile.Purpose) {
        self.init(
            id: wire.id, start: wire.startSchedule.map { .instant($0.time.seconds) }, duration: wire.duration,
            unit: wire.chargingRateUnit == .w ? .watts : .amperes,
            periods: wire.chargingSchedulePeriod.map { period in
                SchedulePeriod(
                    start: period.startPeriod, limit: PhaseRates(period.limit.rate), numberPhases: period.numberPhases,
                    phaseToUse: period.phaseToUse
                ).readingNegativeLimit(for: purpose)
            }, minChargingRate: wire.minChargingRate?.rate)
    }
}

extension CompositeScheduleType {
    public init(_ schedule: CompositeSchedule) {
        self.init(
            chargingSchedulePeriod: schedule.periods.map { period in
                ChargingSchedulePeriodType(
                    startPeriod: period.start, limit: DecimalNumber(thousandths: period.rate),
                    numberPhases: period.numberPhases, phaseToUse: period.phaseToUse)
            }, evseId: schedule.evse, duration: schedule.duration,
            scheduleStart: DateTime(WallTime(milliseconds: schedule.start * 1_000)),
            chargingRateUnit: schedule.unit == .watts ? .w : .a)
    }
}
