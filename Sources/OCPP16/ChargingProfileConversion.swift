// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP

extension ChargingProfile {
    public init(_ wire: ChargingProfileType) {
        let purpose: Purpose =
            switch wire.chargingProfilePurpose {
            case .chargePointMaxProfile: .stationMaximum
            case .txDefaultProfile: .txDefault
            case .txProfile: .tx
            }
        let kind: Kind =
            switch wire.chargingProfileKind {
            case .absolute: .absolute
            case .recurring: .recurring(wire.recurrencyKind == .weekly ? .weekly : .daily)
            case .relative: .relative
            }
        self.init(
            id: wire.chargingProfileId, stackLevel: wire.stackLevel, purpose: purpose, kind: kind,
            schedules: [ChargingSchedule(wire.chargingSchedule, purpose)], validFrom: wire.validFrom?.time.seconds,
            validTo: wire.validTo?.time.seconds, transactionID: wire.transactionId.map(String.init))
    }
}

extension ChargingSchedule {
    init(_ wire: ChargingScheduleType, _ purpose: ChargingProfile.Purpose) {
        self.init(
            start: wire.startSchedule.map { .instant($0.time.seconds) }, duration: wire.duration,
            unit: wire.chargingRateUnit == .w ? .watts : .amperes,
            periods: wire.chargingSchedulePeriod.map { period in
                SchedulePeriod(
                    start: period.startPeriod, limit: PhaseRates(period.limit.rate), numberPhases: period.numberPhases
                ).readingNegativeLimit(for: purpose)
            }, minChargingRate: wire.minChargingRate?.rate)
    }
}

extension ChargingScheduleType {
    /// Without startSchedule: periods count from `scheduleStart` of the answer (errata 3.57). One decimal, rounded toward zero.
    public init(_ schedule: CompositeSchedule) {
        self.init(
            chargingRateUnit: schedule.unit == .watts ? .w : .a,
            chargingSchedulePeriod: schedule.periods.map { period in
                ChargingSchedulePeriodType(
                    startPeriod: period.start, limit: DecimalNumber(tenthsOf: period.rate),
                    numberPhases: period.numberPhases)
            }, duration: schedule.duration)
    }
}
