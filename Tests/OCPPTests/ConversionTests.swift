// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP16
import OCPP201
import OCPP21
import Testing

/// A message as it stands on the wire, its payload as Swift.
private func read<Value: OCPPObject>(_ text: String, _ version: OCPPVersion) throws -> Value {
    var reader = PayloadReader(Array(text.utf8), version: version)
    return try Value(from: &reader)
}

private func written(_ value: some OCPPObject) -> String {
    var writer = PayloadWriter()
    value.write(to: &writer)
    return String(decoding: writer.bytes, as: UTF8.self)
}

@Suite struct ConversionTests {
    @Test func `a profile of 2.1 keeps what counts for control`() throws {
        let wire: OCPP21.ChargingProfileType = try read(
            #"""
            {"id":7,"stackLevel":2,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Recurring","recurrencyKind":"Weekly",
            "validFrom":"2026-03-28T00:00:00Z","transactionId":"T","maxOfflineDuration":60,"invalidAfterOfflineDuration":true,
            "chargingSchedule":[{"id":1,"startSchedule":"2026-03-28T08:00:00+05:00","useLocalTime":true,"duration":3600,
            "chargingRateUnit":"W","randomizedDelay":30,"limitAtSoC":{"soc":80,"limit":3700.5},"chargingSchedulePeriod":[
            {"startPeriod":0,"setpoint":-7360.25,"setpoint_L2":1,"operationMode":"CentralSetpoint","dischargeLimit":-8000},
            {"startPeriod":60,"operationMode":"LocalFrequency","v2xBaseline":100,"v2xFreqWattCurve":[{"frequency":49.8,"power":-1000}]}]}]}
            """#, .v21)
        let profile = ChargingProfile(wire)
        #expect(profile.kind == .recurring(.weekly))
        #expect(profile.validFrom == saturday)
        #expect((profile.maxOfflineDuration, profile.isInvalidAfterOffline) == (60, true))
        let schedule = try #require(profile.schedules.first)
        // In local time the digits count, whatever offset stands behind them.
        #expect(schedule.start == .civil(saturday + 8 * 3_600))
        #expect(schedule.limitAtSoC == LimitAtSoC(soc: 80, limit: 3_700_500))
        #expect(schedule.periods[0].setpoint == PhaseRates(-7_360_250, l2: 1_000))
        #expect(schedule.periods[0].dischargeLimit == PhaseRates(-8_000_000))
        #expect(schedule.periods[1].frequencyCurve == [CurvePoint(x: 49_800, milliwatts: -1_000_000)])
    }

    @Test func `a negative limit is a setpoint for a transaction, in every version`() throws {
        let old: OCPP16.ChargingProfileType = try read(
            #"{"chargingProfileId":1,"stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute","transactionId":5,"chargingSchedule":{"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":-5000.5}]}}"#,
            .v16)
        let profile = ChargingProfile(old)
        #expect(profile.transactionID == "5")
        #expect(profile.schedules[0].periods[0].setpoint == PhaseRates(-5_000_500))
        #expect(profile.schedules[0].periods[0].limit == nil)
        let middle: OCPP201.ChargingProfileType = try read(
            #"{"id":1,"stackLevel":0,"chargingProfilePurpose":"ChargingStationMaxProfile","chargingProfileKind":"Absolute","chargingSchedule":[{"id":1,"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":-5000}]}]}"#,
            .v201)
        #expect(ChargingProfile(middle).schedules[0].periods[0].limit == PhaseRates(-5_000_000))
    }

    @Test func `a composite is written as its version can say it`() {
        let composite = ChargingProfiles([
            profile(1, .tx, unit: .watts, transaction: "T", at(0, set: -7_000.55), at(60, 11_000), at(90, .idle))
        ]).compositeSchedule(for: dc, from: saturday, duration: 120, unit: .watts, StationConditions(version: .v21))
        #expect(
            written(OCPP21.CompositeScheduleType(composite))
                == #"{"evseId":1,"duration":120,"scheduleStart":"2026-03-28T00:00:00Z","chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":50000,"dischargeLimit":-20000,"setpoint":-7000.55,"operationMode":"CentralSetpoint"},{"startPeriod":60,"limit":11000},{"startPeriod":90,"operationMode":"Idle"}]}"#
        )
        #expect(
            written(OCPP201.CompositeScheduleType(composite)).hasPrefix(
                #"{"chargingSchedulePeriod":[{"startPeriod":0,"limit":-7000.55},{"startPeriod":60,"limit":11000},{"startPeriod":90,"limit":0}],"evseId":1,"#
            ))
        #expect(
            written(OCPP16.ChargingScheduleType(composite))
                == #"{"duration":120,"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":-7000.5},{"startPeriod":60,"limit":11000},{"startPeriod":90,"limit":0}]}"#
        )
    }
}
