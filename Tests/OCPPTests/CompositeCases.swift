// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import Testing

/// A row of the table: profiles, and what is asked. The slow model says what is right, and where it stands, so does the text.
struct CompositeCase: Sendable, CustomTestStringConvertible {
    let name: String
    var version = OCPPVersion.v21
    var evse = ac
    var from = saturday
    var duration = 600
    var unit = RateUnit.amperes
    var clock = LocalClock.utc
    var offlineSince: Int64?
    var priority = StationConditions.SetpointPriority.external
    var text: String?
    let profiles: [InstalledProfile]

    var testDescription: String { name }
    var station: StationConditions {
        StationConditions(version: version, clock: clock, offlineSince: offlineSince, setpointPriority: priority)
    }
}

private let noTransaction = changed(ac) { $0.transaction = nil }
private let hour = 3_600

let compositeCases: [CompositeCase] = [
    // No profile, one profile.
    // K06.FR.02.
    .init(name: "no profile: the hardware", text: "0:32", profiles: []),
    .init(name: "no profile on DC, in W", evse: dc, unit: .watts, text: "0:50000", profiles: []),
    .init(name: "absolute", text: "0:16 60:10", profiles: [profile(1, .txDefault, at(0, 16), at(60, 10))]),
    // K01.FR.30.
    .init(
        name: "absolute that starts later", text: "0:32 100:16",
        profiles: [profile(1, .txDefault, start: .instant(saturday + 100), at(0, 16))]),
    .init(
        name: "absolute that started before", text: "0:10 100:6",
        profiles: [profile(1, .txDefault, start: .instant(saturday - 100), at(0, 16), at(60, 10), at(200, 6))]),
    // K01.FR.11, K01.FR.12.
    .init(
        name: "duration ends it", text: "0:16 90:32",
        profiles: [profile(1, .txDefault, duration: 90, at(0, 16), at(120, 6))]),
    // K01.FR.10, K01.FR.36, K01.FR.37.
    .init(
        name: "validity bounds it", text: "0:32 50:16 250:32",
        profiles: [profile(1, .txDefault, valid: saturday + 50..<saturday + 250, at(0, 16))]),
    .init(name: "a limit of zero is a limit", text: "0:0", profiles: [profile(1, .txDefault, at(0, 0))]),
    .init(
        name: "duration zero gives what is in force", duration: 0, text: "0:16",
        profiles: [profile(1, .txDefault, at(0, 16), at(60, 10))]),
    .init(
        name: "equal neighbours become one", text: "0:16 120:10",
        profiles: [profile(1, .txDefault, at(0, 16), at(60, 16), at(120, 10))]),
    .init(
        name: "a period that starts inside the window, not at its begin", from: saturday + 30, duration: 60,
        text: "0:16 30:10", profiles: [profile(1, .txDefault, at(0, 16), at(60, 10))]),
    .init(
        name: "exactly the duration asked for", duration: 60, text: "0:16",
        profiles: [profile(1, .txDefault, at(0, 16), at(60, 10))]),
    // Relative.
    // K01.FR.42.
    .init(
        name: "relative counts from the start of charging", from: saturday + 30, text: "0:16 30:10",
        profiles: [profile(1, .txDefault, kind: .relative, installed: saturday + 20, at(0, 16), at(60, 10))]),
    .init(
        name: "relative without transaction counts from installation", evse: noTransaction, from: saturday + 30,
        text: "0:16 50:10",
        profiles: [profile(1, .txDefault, kind: .relative, installed: saturday + 20, at(0, 16), at(60, 10))]),
    .init(
        name: "relative ends by duration", text: "0:16 60:32",
        profiles: [profile(1, .tx, kind: .relative, duration: 60, transaction: "T", at(0, 16))]),
    .init(
        name: "1.6: absolute without start is relative", version: .v16, text: "0:16 60:10",
        profiles: [changed(profile(1, .txDefault, at(0, 16), at(60, 10))) { $0.profile.schedules[0].start = nil }]),
    // Stack and purposes.
    // K01.FR.17.
    .init(
        name: "the higher level leads where it has a period", text: "0:6 100:16 200:6 300:16",
        profiles: [
            profile(1, .txDefault, level: 0, at(0, 16)),
            profile(2, .txDefault, level: 5, start: .instant(saturday), duration: 100, at(0, 6)),
            profile(3, .txDefault, level: 3, start: .instant(saturday + 200), duration: 100, at(0, 6)),
        ]),
    .init(
        name: "a higher level that allows more still leads", text: "0:20",
        profiles: [profile(1, .txDefault, at(0, 6)), profile(2, .txDefault, level: 1, at(0, 20))]),
    // K02.FR.04.
    .init(
        name: "TxProfile before TxDefaultProfile, whatever their levels", text: "0:20",
        profiles: [profile(1, .txDefault, level: 9, at(0, 6)), profile(2, .tx, level: 0, transaction: "T", at(0, 20))]),
    // K02.FR.08.
    .init(
        name: "TC_K_41: a gap of the TxProfile shows the TxDefaultProfile", duration: 400,
        text: "0:8 50:10 200:6 260:8 300:10",
        profiles: [
            profile(1, .txDefault, at(0, 10), at(260, 8), at(300, 10)),
            profile(2, .tx, duration: 260, transaction: "T", at(0, 8), at(50, 10), at(200, 6)),
        ]),
    .init(
        name: "a TxProfile of another transaction does not count", text: "0:16",
        profiles: [profile(1, .txDefault, at(0, 16)), profile(2, .tx, transaction: "U", at(0, 6))]),
    .init(
        name: "the maximum caps", text: "0:10 60:16",
        profiles: [profile(1, .txDefault, at(0, 16)), profile(2, .stationMaximum, on: 0, at(0, 10), at(60, 20))]),
    .init(
        name: "the maximum allows no more than the transaction's profile", text: "0:16",
        profiles: [profile(1, .tx, transaction: "T", at(0, 16)), profile(2, .stationMaximum, on: 0, at(0, 25))]),
    .init(
        name: "external constraints cap", text: "0:16 100:8 200:16",
        profiles: [
            profile(1, .txDefault, at(0, 16)),
            profile(-2, .externalConstraints, start: .instant(saturday + 100), duration: 100, on: 0, at(0, 8)),
        ]),
    // K08.FR.04.
    .init(
        name: "the tightest of all three", text: "0:9 100:7 200:5",
        profiles: [
            profile(1, .txDefault, at(0, 9), at(100, 20)),
            profile(2, .stationMaximum, on: 0, at(0, 10), at(100, 7), at(200, 30)),
            profile(-3, .externalConstraints, on: 0, at(0, 12), at(200, 5)),
        ]),
    // K01.FR.14, K01.FR.15.
    .init(
        name: "what was set for EVSE 0 and for this one form one stack", text: "0:12",
        profiles: [profile(1, .txDefault, level: 2, on: 0, at(0, 12)), profile(2, .txDefault, level: 1, at(0, 16))]),
    .init(
        name: "1.6: what was set for the connector goes before connector 0", version: .v16, text: "0:16 100:12",
        profiles: [
            profile(1, .txDefault, level: 2, on: 0, at(0, 12)),
            profile(2, .txDefault, level: 1, duration: 100, at(0, 16)),
        ]),
    .init(
        name: "another EVSE's profile does not count", text: "0:32",
        profiles: [profile(1, .txDefault, on: 2, at(0, 12))]),
    .init(
        name: "priority charging leads while it is active", evse: changed(ac) { $0.isPriorityCharging = true },
        text: "0:32",
        profiles: [profile(1, .tx, transaction: "T", at(0, 6)), profile(2, .priorityCharging, on: 0, at(0, 32))]),
    .init(
        name: "priority charging that is not active does not count", text: "0:6",
        profiles: [profile(1, .tx, transaction: "T", at(0, 6)), profile(2, .priorityCharging, on: 0, at(0, 32))]),
    .init(
        name: "priority charging keeps to the maximum", evse: changed(ac) { $0.isPriorityCharging = true },
        text: "0:20",
        profiles: [profile(2, .priorityCharging, on: 0, at(0, 32)), profile(3, .stationMaximum, on: 0, at(0, 20))]),
    .init(
        name: "local generation adds", text: "0:14 100:10",
        profiles: [
            profile(1, .stationMaximum, on: 0, at(0, 10)),
            profile(-2, .localGeneration, duration: 100, on: 0, at(0, 4)),
        ]),
    .init(
        name: "local generation adds up to the hardware", text: "0:32",
        profiles: [profile(1, .stationMaximum, on: 0, at(0, 30)), profile(-2, .localGeneration, on: 0, at(0, 40))]),
    .init(
        name: "local generation alone lowers nothing", text: "0:32",
        profiles: [profile(-2, .localGeneration, on: 0, at(0, 4))]),
    // Recurrence and local time.
    .init(
        name: "daily", from: saturday, duration: 3 * 86_400,
        text: "0:16 28800:6 61200:16 115200:6 147600:16 201600:6 234000:16",
        profiles: [
            profile(
                1, .txDefault, kind: .recurring(.daily), start: .instant(saturday - 86_400), at(0, 16), at(8 * hour, 6),
                at(17 * hour, 16))
        ]),
    // K01.FR.13.
    .init(
        name: "daily with a duration leaves gaps", from: saturday, duration: 2 * 86_400,
        text: "0:32 7200:10 10800:32 93600:10 97200:32",
        profiles: [
            profile(
                1, .txDefault, kind: .recurring(.daily), start: .instant(saturday - 86_400 + 7_200), duration: hour,
                at(0, 10)
            )
        ]),
    .init(
        name: "daily longer than a day is cut there", from: saturday, duration: 2 * 86_400,
        profiles: [
            profile(
                1, .txDefault, kind: .recurring(.daily), start: .instant(saturday), duration: 2 * 86_400, at(0, 10),
                at(90_000, 6))
        ]),
    .init(
        name: "recurrence starts with its first start", from: saturday, duration: 2 * 86_400, text: "0:32 86400:10",
        profiles: [profile(1, .txDefault, kind: .recurring(.daily), start: .instant(saturday + 86_400), at(0, 10))]),
    .init(
        name: "weekly", from: saturday, duration: 8 * 86_400,
        profiles: [
            profile(
                1, .txDefault, kind: .recurring(.weekly), start: .instant(saturday - 30 * 86_400), at(0, 16),
                at(86_400, 8),
                at(5 * 86_400, 20))
        ]),
    .init(
        name: "daily by UTC keeps its hour in UTC when clocks change", from: saturday, duration: 2 * 86_400,
        clock: berlin, text: "0:16 28800:6 115200:16 115260:6",
        profiles: [
            profile(1, .txDefault, kind: .recurring(.daily), start: .instant(saturday - 86_400 + 8 * 3_600), at(0, 6)),
            profile(2, .txDefault, level: 1, start: .instant(saturday), duration: 8 * hour, at(0, 16)),
            profile(3, .txDefault, level: 2, start: .instant(saturday + 115_200), duration: 60, at(0, 16)),
        ]),
    // K01.FR.90, K01.FR.91.
    .init(
        name: "daily by local time when an hour is skipped", from: saturday, duration: 2 * 86_400, clock: berlin,
        text: "0:6 54000:16 82800:6 136800:16 165600:6",
        profiles: [
            profile(
                1, .txDefault, kind: .recurring(.daily), start: .civil(saturday - 86_400), at(0, 6), at(16 * hour, 16))
        ]),
    .init(
        name: "a period inside the skipped hour does not happen", from: saturday + 80_000, duration: 20_000,
        clock: berlin, text: "0:6",
        profiles: [
            profile(
                1, .txDefault, kind: .recurring(.daily), start: .civil(saturday - 86_400), at(0, 6),
                at(2 * hour + 600, 16),
                at(2 * hour + 1_200, 6))
        ]),
    .init(
        name: "a period inside the repeated hour happens twice", from: october + 80_000, duration: 20_000,
        clock: berlin, text: "0:6 7000:16 7600:6 10600:16 11200:6",
        profiles: [
            profile(
                1, .txDefault, kind: .recurring(.daily), start: .civil(october - 86_400), at(0, 6),
                at(2 * hour + 600, 16),
                at(2 * hour + 1_200, 6))
        ]),
    .init(
        name: "absolute in local time", from: saturday, duration: 40_000, clock: berlin, text: "0:32 25200:10",
        profiles: [profile(1, .txDefault, start: .civil(saturday + 8 * 3_600), at(0, 10))]),
    .init(
        name: "absolute in local time that ends in the repeated hour comes back", from: october + 80_000,
        duration: 20_000, clock: berlin, text: "0:10 8200:32 10000:10 11800:32",
        profiles: [profile(1, .txDefault, start: .civil(october), duration: 86_400 + 2 * hour + 1_800, at(0, 10))]),
    .init(
        name: "weekly in local time over both changes", from: saturday, duration: 9 * 86_400, clock: berlin,
        profiles: [
            profile(
                1, .txDefault, kind: .recurring(.weekly), start: .civil(saturday - 20 * 86_400), at(0, 16),
                at(3 * 86_400 + 7 * hour, 8), at(6 * 86_400, 20))
        ]),
    // Dynamic and offline.
    .init(name: "dynamic", text: "0:16", profiles: [profile(1, .txDefault, kind: .dynamic, at(0, 16))]),
    // K28.FR.15, K29.FR.07, Q05.FR.07, Q06.FR.40.
    .init(
        name: "dynamic without update falls to the next level", text: "0:16 120:6",
        profiles: [
            profile(1, .txDefault, level: 1, kind: .dynamic, duration: 120, at(0, 16)),
            profile(2, .txDefault, at(0, 6)),
        ]),
    // K28.FR.05.
    .init(
        name: "dynamic counts from its update", text: "0:16 180:6",
        profiles: [
            profile(1, .txDefault, level: 1, kind: .dynamic, duration: 120, at(0, 16)) {
                $0.updateTime = saturday + 60
            },
            profile(2, .txDefault, at(0, 6)),
        ]),
    .init(
        name: "offline too long: the next level", offlineSince: saturday - 30, text: "0:16 30:6",
        profiles: [
            profile(1, .txDefault, level: 1, at(0, 16)) { $0.maxOfflineDuration = 60 },
            profile(2, .txDefault, at(0, 6)),
        ]),
    .init(
        name: "offline duration zero rests at once", offlineSince: saturday, text: "0:6",
        profiles: [
            profile(1, .txDefault, level: 1, at(0, 16)) { $0.maxOfflineDuration = 0 }, profile(2, .txDefault, at(0, 6)),
        ]),
    // K01.FR.103.
    .init(
        name: "offline does not matter without a duration for it", offlineSince: saturday - 1_000, text: "0:16",
        profiles: [profile(1, .txDefault, at(0, 16))]),
    .init(
        name: "burnt by an outage", text: "0:6",
        profiles: [
            changed(profile(1, .txDefault, level: 1, at(0, 16))) { $0.isBurnt = true },
            profile(2, .txDefault, at(0, 6)),
        ]),
    // Units and phases.
    // K01.FR.49, K01.FR.51.
    .init(
        name: "A to W over three phases", unit: .watts, text: "0:11040", profiles: [profile(1, .txDefault, at(0, 16))]),
    .init(
        name: "A to W over one phase", unit: .watts, text: "0:3680",
        profiles: [profile(1, .txDefault, at(0, 16, phases: 1))]),
    // K01.FR.50.
    .init(
        name: "W to A, rounded down", text: "0:10.144",
        profiles: [profile(1, .txDefault, unit: .watts, at(0, 7_000))]),
    .init(
        name: "mixed units, the phases of the tighter one count for both", unit: .watts, text: "0:3680 60:7000",
        profiles: [
            profile(1, .txDefault, at(0, 16, phases: 1), at(60, 16)),
            profile(2, .stationMaximum, unit: .watts, on: 0, at(0, 7_000)),
        ]),
    // K01.FR.140.
    .init(
        name: "numberPhases is the least", text: "0:16",
        profiles: [
            profile(1, .txDefault, at(0, 16, phases: 2)), profile(2, .stationMaximum, on: 0, at(0, 20, phases: 1)),
        ]),
    .init(
        name: "one phase wired", evse: changed(ac) { $0.supply = .alternating(phases: 1) }, unit: .watts,
        text: "0:3680", profiles: [profile(1, .txDefault, at(0, 16))]),
    .init(
        name: "A on DC by the session's voltage", evse: dc, unit: .watts, text: "0:8000",
        profiles: [profile(1, .txDefault, at(0, 20))]),
    .init(
        name: "W on DC in A", evse: dc, text: "0:50",
        profiles: [profile(1, .txDefault, unit: .watts, at(0, 20_000))]),
    // Setpoints and discharging.
    .init(
        name: "central setpoint that discharges", evse: dc, unit: .watts, text: "0:50000d-20000s-7000",
        profiles: [profile(1, .tx, unit: .watts, transaction: "T", at(0, set: -7_000))]),
    // K08.FR.08.
    .init(
        name: "a setpoint is capped to its own limits", evse: dc, unit: .watts,
        text: "0:9000d-5000s-5000 60:9000d-5000s9000",
        profiles: [
            profile(
                1, .tx, unit: .watts, transaction: "T", at(0, set: -7_000, limit: 9_000, discharge: -5_000),
                at(60, set: 12_000, limit: 9_000, discharge: -5_000))
        ]),
    .init(
        name: "a setpoint is capped to the maximum", evse: dc, unit: .watts, text: "0:6000d-20000s6000",
        profiles: [
            profile(1, .tx, unit: .watts, transaction: "T", at(0, set: 12_000)),
            profile(2, .stationMaximum, unit: .watts, on: 0, at(0, 6_000)),
        ]),
    .init(
        name: "the maximum does not bound discharging", evse: dc, unit: .watts, text: "0:1000d-20000s-12000",
        profiles: [
            profile(1, .tx, unit: .watts, transaction: "T", at(0, set: -12_000)),
            profile(2, .stationMaximum, unit: .watts, on: 0, at(0, 1_000)),
        ]),
    .init(
        name: "external constraints bound discharging", evse: dc, unit: .watts, text: "0:50000d-3000s-3000",
        profiles: [
            profile(1, .tx, unit: .watts, transaction: "T", at(0, set: -12_000)),
            profile(-2, .externalConstraints, unit: .watts, on: 0, at(0, .externalLimits, discharge: -3_000)),
        ]),
    .init(
        name: "hardware bounds discharging", evse: dc, unit: .watts, text: "0:50000d-20000s-20000",
        profiles: [profile(1, .tx, unit: .watts, transaction: "T", at(0, set: -30_000))]),
    // Q06.FR.21.
    .init(
        name: "an external setpoint wins", evse: dc, unit: .watts, text: "0:50000d-20000s-4000",
        profiles: [
            profile(1, .tx, unit: .watts, transaction: "T", at(0, set: 7_000)),
            profile(-2, .externalConstraints, unit: .watts, on: 0, at(0, .externalSetpoint, set: -4_000)),
        ]),
    .init(
        name: "an external setpoint loses where the backend has priority", evse: dc, unit: .watts, priority: .csms,
        text: "0:50000d-20000s7000",
        profiles: [
            profile(1, .tx, unit: .watts, transaction: "T", at(0, set: 7_000)),
            profile(-2, .externalConstraints, unit: .watts, on: 0, at(0, .externalSetpoint, set: -4_000)),
        ]),
    .init(
        name: "an external setpoint alone", evse: dc, unit: .watts, text: "0:50000d-20000s-4000 100:50000",
        profiles: [
            profile(
                -2, .externalConstraints, duration: 100, unit: .watts, on: 0, at(0, .externalSetpoint, set: -4_000)
            )
        ]),
    .init(
        name: "reactive power is not capped", evse: dc, unit: .watts, text: "0:1000d-20000s1000q-9000",
        profiles: [
            profile(1, .tx, unit: .watts, transaction: "T", at(0, set: 5_000, limit: 1_000, reactive: -9_000))
        ]),
    .init(
        name: "idle", evse: dc, unit: .watts, text: "0: 60:50000",
        profiles: [profile(1, .tx, duration: 60, transaction: "T", at(0, .idle))]),
    .init(
        name: "modes change with periods", evse: dc, unit: .watts,
        text: "0:11000 60:50000d-20000s-7000 120: 180:50000d-20000",
        profiles: [
            profile(
                1, .tx, unit: .watts, transaction: "T", at(0, 11_000), at(60, set: -7_000), at(120, .idle),
                at(180, .localFrequency))
        ]),
    .init(
        name: "a dynamic setpoint without update falls to charging only", evse: dc, unit: .watts,
        text: "0:50000d-20000s-7000 30:11000",
        profiles: [
            profile(
                1, .tx, level: 1, kind: .dynamic, duration: 30, unit: .watts, transaction: "T",
                at(0, .centralFrequency, set: -7_000)), profile(2, .txDefault, unit: .watts, at(0, 11_000)),
        ]),
    .init(
        name: "a setpoint in A on AC", text: "0:32d-32s-10",
        profiles: [profile(1, .tx, transaction: "T", at(0, set: -10))]),
    .init(
        name: "1.6: a negative limit became a setpoint", version: .v16, evse: dc, unit: .watts,
        text: "0:50000d-20000s-6000", profiles: [profile(1, .tx, unit: .watts, at(0, set: -6_000))]),
    // State of charge, delays.
    // K01.FR.100.
    .init(
        name: "beyond a state of charge", evse: changed(dc) { $0.soc = 80 }, unit: .watts, text: "0:5000",
        profiles: [
            profile(1, .tx, unit: .watts, transaction: "T", at(0, 11_000)) {
                $0.schedules[0].limitAtSoC = .init(soc: 80, limit: 5_000_000)
            }
        ]),
    .init(
        name: "below that state of charge", evse: changed(dc) { $0.soc = 79 }, unit: .watts, text: "0:11000",
        profiles: [
            profile(1, .tx, unit: .watts, transaction: "T", at(0, 11_000)) {
                $0.schedules[0].limitAtSoC = .init(soc: 80, limit: 5_000_000)
            }
        ]),
    // K01.FR.92, K01.FR.94, K01.FR.97.
    .init(
        name: "delayed starts; the first never, an overtaken one is skipped", text: "0:16 130:6 300:20",
        profiles: [
            changed(profile(1, .tx, transaction: "T", at(0, 16), at(60, 10), at(120, 6), at(300, 20))) {
                $0.delays = [1: [50, 90, 10, 0]]
            }
        ]),
    .init(
        name: "no delay without a transaction", evse: noTransaction, text: "0:16 60:10",
        profiles: [changed(profile(1, .txDefault, at(0, 16), at(60, 10))) { $0.delays = [1: [0, 90]] }]),
    .init(
        name: "2.0.1: TxDefaultProfile under the station's maximum, in W", version: .v201, unit: .watts,
        text: "0:7360 60:11040",
        profiles: [
            profile(1, .txDefault, at(0, 16)),
            profile(2, .stationMaximum, unit: .watts, on: 0, at(0, 7_360), at(60, 22_080)),
        ]),
]
