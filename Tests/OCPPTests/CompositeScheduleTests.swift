// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import Testing

@Suite struct CompositeScheduleTests {
    @Test(arguments: compositeCases)
    func `the composite is what every second by itself says`(row: CompositeCase) {
        let composite = ChargingProfiles(row.profiles).compositeSchedule(
            for: row.evse, from: row.from, duration: row.duration, unit: row.unit, row.station)
        let model = SlowModel(profiles: row.profiles, evse: row.evse, station: row.station, unit: row.unit)
        let seconds = composite.seconds
        // Days are compared around every change and every few minutes, shorter stretches second by second.
        let step = row.duration > 40_000 ? 299 : 1
        let changes = composite.periods.flatMap { [$0.start - 1, $0.start, $0.start + 1] }
        for second in Set(stride(from: 0, to: max(1, row.duration), by: step)).union(changes)
        where seconds.indices.contains(second) {
            #expect(seconds[second] == model.second(row.from + Int64(second)), "second \(second)")
        }
        if let text = row.text { #expect(composite.text == text) }
    }

    @Test(arguments: compositeCases)
    func `what is in force now is the composite's first period`(row: CompositeCase) {
        let profiles = ChargingProfiles(row.profiles)
        for second in [0, 17, 60, 250] {
            let time = row.from + Int64(second)
            let now = profiles.inForce(for: row.evse, at: time, in: row.unit, row.station)
            let composite = profiles.compositeSchedule(
                for: row.evse, from: time, duration: 0, unit: row.unit, row.station)
            #expect(composite.periods == [now.period])
            #expect(now.until > time)
        }
    }

    @Test func `four hundred random sets of profiles agree with the slow model`() {
        var dice = Dice(state: 2_026)
        for round in 0..<400 {
            let row = RandomProfiles(&dice).row
            let composite = ChargingProfiles(row.profiles).compositeSchedule(
                for: row.evse, from: row.from, duration: row.duration, unit: row.unit, row.station)
            let model = SlowModel(profiles: row.profiles, evse: row.evse, station: row.station, unit: row.unit)
            #expect(composite.seconds == model.seconds(from: row.from, duration: row.duration), "round \(round)")
        }
    }

    @Test func `without a unit the leading profile's counts, else A on AC and W on DC`() {
        let station = StationConditions(version: .v21)
        let unit = { (profiles: [InstalledProfile], evse: EVSEConditions) in
            ChargingProfiles(profiles).compositeSchedule(for: evse, from: saturday, duration: 60, station).unit
        }
        #expect(unit([], ac) == .amperes)
        #expect(unit([], dc) == .watts)
        #expect(unit([profile(1, .txDefault, unit: .watts, at(0, 1))], ac) == .watts)
        #expect(unit([profile(1, .txDefault, at(0, 1))], dc) == .amperes)
    }

    @Test func `the station takes what its EVSEs take together, under its own maximum`() {
        let two = [ac, changed(ac) { $0.id = 2 }]
        let profiles = ChargingProfiles([
            profile(1, .txDefault, at(0, 10), at(100, 20)), profile(2, .txDefault, on: 2, at(0, 6)),
            profile(3, .stationMaximum, on: 0, at(0, 20)),
            profile(-4, .externalConstraints, duration: 50, on: 0, at(0, 12)),
        ])
        let station = StationConditions(version: .v201)
        let schedule = profiles.stationSchedule(of: two, from: saturday, duration: 600, unit: .amperes, station)
        #expect(schedule.text == "0:12 50:16 100:20")
    }

    /// K08.FR.09.
    @Test func `limits per phase are kept, and shrink under a sum`() {
        let period = SchedulePeriod(
            start: 0, limit: PhaseRates(3_000_000, l2: 2_000_000, l3: 1_000_000),
            setpoint: PhaseRates(-1_000_000, l2: -2_000_000, l3: -500_000), mode: .centralSetpoint)
        let own = profile(1, .tx, unit: .watts, transaction: "T", period)
        let station = StationConditions(version: .v21)
        let text = { (profiles: [InstalledProfile]) in
            ChargingProfiles(profiles).compositeSchedule(for: ac, from: saturday, duration: 60, unit: .watts, station)
                .text
        }
        #expect(text([own]) == "0:3000/2000/1000d-22080s-1000/-2000/-500")
        #expect(
            text([own, profile(2, .stationMaximum, unit: .watts, on: 0, at(0, 3_000))])
                == "0:1500/1000/500d-22080s-1000/-2000/-500")
    }

    @Test func `a composite that would need too many periods ends before them`() {
        let daily = profile(1, .txDefault, kind: .recurring(.daily), start: .instant(saturday), at(0, 6), at(60, 8))
        let station = StationConditions(version: .v21)
        let schedule = ChargingProfiles([daily]).compositeSchedule(
            for: ac, from: saturday, duration: 1 << 40, unit: .amperes, mostPeriods: 3, station)
        #expect(schedule.text == "0:6 60:8 86400:6")
        #expect(schedule.duration == 86_460)
        let same = profile(1, .txDefault, kind: .recurring(.daily), start: .instant(saturday), at(0, 6), at(60, 6))
        let long = ChargingProfiles([same]).compositeSchedule(
            for: ac, from: saturday, duration: 1 << 50, unit: .amperes, station)
        #expect((long.text, long.duration) == ("0:6", 50_000 * 86_400))
    }

    @Test func `twenty profiles of 1024 periods over a day are swept quickly`() {
        var profiles: [InstalledProfile] = []
        for id in 0..<20 {
            let periods = (0..<1_024).map { at($0 * 84, Double(6 + ($0 * 7 + id) % 20)) }
            let purpose: ChargingProfile.Purpose = [.txDefault, .stationMaximum, .tx, .externalConstraints][id % 4]
            var each = profile(
                id, purpose, level: id, on: id % 4 == 0 || id % 4 == 2 ? 1 : 0, transaction: id % 4 == 2 ? "T" : nil,
                at(0, 6))
            each.profile.schedules[0].periods = periods
            profiles.append(each)
        }
        let schedule = ChargingProfiles(profiles).compositeSchedule(
            for: ac, from: saturday, duration: 86_400, unit: .amperes, StationConditions(version: .v21))
        #expect(schedule.periods.count > 900)
    }
}

/// Profiles of all purposes, kinds and units at random, with times that meet.
struct RandomProfiles {
    var row: CompositeCase

    init(_ dice: inout Dice) {
        let isDirect = dice.below(2) == 0
        var evse = isDirect ? dc : ac
        evse.isPriorityCharging = dice.below(3) == 0
        if dice.below(4) == 0 { evse.transaction = nil }
        if dice.below(2) == 0 { evse.soc = 50 + dice.below(50) }
        let version: OCPPVersion = [.v16, .v201, .v21][dice.below(3)]
        let base = [saturday + 86_400 + 3_000, october + 86_400 + 3_000, saturday][dice.below(3)]
        let profiles = (0..<1 + dice.below(8)).map { Self.profile($0 + 1, base, &dice) }
        row = CompositeCase(
            name: "random", version: version, evse: evse, from: base, duration: 900,
            unit: dice.below(2) == 0 ? .amperes : .watts,
            clock: berlin, offlineSince: dice.below(3) == 0 ? base - 100 : nil,
            priority: dice.below(2) == 0 ? .csms : .external, profiles: profiles)
    }

    private static func profile(_ id: Int, _ base: Int64, _ dice: inout Dice) -> InstalledProfile {
        let purpose = ChargingProfile.Purpose.allCases[dice.below(6)]
        let kind: ChargingProfile.Kind = [.absolute, .recurring(.daily), .recurring(.weekly), .relative, .dynamic][
            dice.below(5)]
        var start: ChargingSchedule.Start?
        let begin = base + Int64(dice.below(600)) - 300 - Int64(dice.below(3)) * 86_400
        switch kind {
        case .absolute, .recurring:
            start = dice.below(2) == 0 ? .instant(begin) : .civil(begin + 3_600 * Int64(1 + dice.below(2)))
        case .relative, .dynamic: break
        }
        var periods = [period(0, purpose, &dice)]
        for _ in 0..<dice.below(kind == .dynamic ? 1 : 5) {
            periods.append(period((periods.last?.start ?? 0) + 1 + dice.below(300), purpose, &dice))
        }
        var schedule = ChargingSchedule(
            start: start, duration: dice.below(3) == 0 ? dice.below(900) : nil,
            unit: dice.below(2) == 0 ? .amperes : .watts,
            periods: periods)
        if dice.below(5) == 0 {
            schedule.limitAtSoC = LimitAtSoC(soc: 60 + dice.below(30), limit: Int64(dice.below(5_000_000)))
        }
        var profile = ChargingProfile(
            id: id, stackLevel: dice.below(3), purpose: purpose, kind: kind, schedules: [schedule],
            validFrom: dice.below(4) == 0 ? base + Int64(dice.below(400)) : nil,
            validTo: dice.below(4) == 0 ? base + Int64(dice.below(900)) : nil,
            transactionID: purpose == .tx ? ["T", "U"][dice.below(4) / 3] : nil)
        if dice.below(4) == 0 { profile.maxOfflineDuration = dice.below(600) }
        if kind == .dynamic, dice.below(2) == 0 { profile.updateTime = base - Int64(dice.below(300)) }
        var installed = InstalledProfile(profile, on: dice.below(3), at: base - Int64(dice.below(500)))
        installed.isBurnt = dice.below(10) == 0
        if dice.below(4) == 0 { installed.delays = [1: periods.map { _ in dice.below(200) }] }
        return installed
    }

    private static func period(_ start: Int, _ purpose: ChargingProfile.Purpose, _ dice: inout Dice) -> SchedulePeriod {
        let rate = { (dice: inout Dice) in PhaseRates(Int64(dice.below(20_000_000))) }
        var period = SchedulePeriod(start: start, mode: OperationMode.allCases[dice.below(8)])
        if period.mode != .idle {
            if dice.below(3) > 0 { period.limit = rate(&dice) }
            if dice.below(3) == 0 { period.dischargeLimit = rate(&dice).negated }
            if dice.below(3) == 0 { period.setpoint = dice.below(2) == 0 ? rate(&dice) : rate(&dice).negated }
            if dice.below(5) == 0 { period.setpointReactive = rate(&dice) }
        }
        if dice.below(3) == 0 { period.numberPhases = 1 + dice.below(3) }
        return period
    }
}

extension PhaseRates {
    fileprivate var negated: PhaseRates { PhaseRates(0 - base) }
}
