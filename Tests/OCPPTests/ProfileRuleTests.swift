// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import Testing

/// A profile the backend sends, what is installed already, and why it is refused; nil for accepted.
private struct RuleCase: Sendable, CustomTestStringConvertible {
    let name: String
    let reason: ProfileRejection.Reason?
    let requirement: String
    let sent: InstalledProfile
    var version = OCPPVersion.v21
    var evse = ac
    var installed: [InstalledProfile] = []
    var support = SmartChargingSupport()

    init(
        _ name: String, _ reason: ProfileRejection.Reason?, _ requirement: String, _ sent: InstalledProfile,
        version: OCPPVersion = .v21, evse: EVSEConditions = ac, installed: [InstalledProfile] = [],
        support: (inout SmartChargingSupport) -> Void = { _ in }
    ) {
        self.name = name
        self.reason = reason
        self.requirement = requirement
        self.sent = sent
        self.version = version
        self.evse = evse
        self.installed = installed
        support(&self.support)
    }
    var testDescription: String { name }
}

private let idle = changed(ac) { $0.transaction = nil }
private func tx(_ periods: SchedulePeriod..., change: (inout ChargingProfile) -> Void = { _ in }) -> InstalledProfile {
    changed(profile(1, .tx, transaction: "T", at(0, 6))) {
        $0.profile.schedules[0].periods = periods
        change(&$0.profile)
    }
}
private func perPhase(_ rates: PhaseRates) -> SchedulePeriod { SchedulePeriod(start: 0, limit: rates) }

private let ruleCases: [RuleCase] = [
    .init("a plain default", nil, "", profile(1, .txDefault, at(0, 16))),
    .init("a TxProfile of the transaction", nil, "", tx(at(0, 6))),
    .init("unknown EVSE", .unknownEVSE, "K01.FR.28", profile(1, .txDefault, on: 7, at(0, 16))),
    .init("unit not supported", .unsupportedRateUnit, "K01.FR.26", profile(1, .txDefault, unit: .watts, at(0, 16))) {
        $0.units = [.amperes]
    },
    .init("TxProfile without transaction", .txNotFound, "K01.FR.09", tx(at(0, 6)), evse: idle),
    .init("TxProfile of another transaction", .txNotFound, "K01.FR.33", profile(1, .tx, transaction: "U", at(0, 6))),
    .init("TxProfile without its transaction's id", .txNotFound, "K01.FR.33", profile(1, .tx, at(0, 6))),
    .init("1.6: TxProfile without id", nil, "", profile(1, .tx, at(0, 6)), version: .v16),
    .init("TxProfile on the station", .txNotFound, "K01.FR.16", profile(1, .tx, on: 0, transaction: "T", at(0, 6))),
    .init(
        "external constraints from the backend", .invalidProfile, "K01.FR.22",
        profile(1, .externalConstraints, on: 0, at(0, 6))),
    .init(
        "a maximum with another mode", .invalidOperationMode, "K01.FR.111",
        profile(1, .stationMaximum, on: 0, at(0, .centralFrequency, set: 1))),
    .init(
        "a relative maximum", .invalidSchedule, "K01.FR.38",
        profile(1, .stationMaximum, kind: .relative, on: 0, at(0, 6))),
    .init("a maximum on one EVSE", .invalidProfile, "K01.FR.03", profile(1, .stationMaximum, on: 1, at(0, 6))),
    .init("a first period that is not first", .invalidSchedule, "K01.FR.31", profile(1, .txDefault, at(10, 6))),
    .init("no period", .invalidSchedule, "K01.FR.31", tx()),
    .init(
        "periods out of order", .invalidSchedule, "K01.FR.35", profile(1, .txDefault, at(0, 6), at(60, 6), at(30, 6))),
    .init("absolute without start", .invalidSchedule, "K01.FR.40", tx(at(0, 6)) { $0.schedules[0].start = nil }),
    .init(
        "1.6: absolute without start", nil, "",
        changed(profile(1, .txDefault, at(0, 6))) { $0.profile.schedules[0].start = nil }, version: .v16),
    .init(
        "recurring without start", .invalidSchedule, "K01.FR.40",
        profile(1, .txDefault, kind: .recurring(.daily), at(0, 6))),
    .init(
        "relative with a start", .invalidSchedule, "K01.FR.41",
        profile(1, .txDefault, kind: .relative, start: .instant(5), at(0, 6))),
    .init(
        "the same level and purpose", .duplicateProfile, "K01.FR.06", profile(1, .txDefault, at(0, 6)),
        installed: [profile(2, .txDefault, at(0, 6))]),
    .init(
        "the same level, but at another time", nil, "", profile(1, .txDefault, valid: 0..<saturday, at(0, 6)),
        installed: [profile(2, .txDefault, valid: saturday..<saturday + 9, at(0, 6))]),
    .init(
        "the same id takes the place", nil, "", profile(2, .txDefault, at(0, 6)),
        installed: [profile(2, .txDefault, at(0, 6))]),
    .init(
        "1.6: the same level takes the place", nil, "", profile(1, .txDefault, at(0, 6)), version: .v16,
        installed: [profile(2, .txDefault, at(0, 6))]),
    .init(
        "the station's default over an EVSE's", .duplicateProfile, "K01.FR.52", profile(1, .txDefault, on: 0, at(0, 6)),
        installed: [profile(2, .txDefault, at(0, 6))]),
    .init(
        "an EVSE's default under the station's", .duplicateProfile, "K01.FR.53", profile(1, .txDefault, at(0, 6)),
        installed: [profile(2, .txDefault, on: 0, at(0, 6))]),
    .init(
        "two TxProfiles of one transaction and level", .duplicateProfile, "K01.FR.39", tx(at(0, 6)),
        installed: [profile(2, .tx, transaction: "T", at(0, 6))]),
    .init(
        "an id an external system uses", .invalidProfileID, "K01.FR.05", profile(2, .txDefault, at(0, 6)),
        installed: [profile(2, .externalConstraints, on: 0, at(0, 6))]),
    .init("an id kept for external systems", .invalidProfileID, "K01.FR.81", profile(2, .txDefault, at(0, 6))) {
        $0.highestExternalID = 10
    },
    .init("too high a level", .invalidStackLevel, "K01.FR.05", profile(1, .txDefault, level: 11, at(0, 6))),
    .init("too many periods", .tooManyElements, "K01.FR.05", profile(1, .txDefault, at(0, 6), at(1, 6), at(2, 6))) {
        $0.mostPeriods = 2
    },
    .init("phases on DC", .noPhaseForDC, "K01.FR.44", profile(1, .txDefault, at(0, 6, phases: 3)), evse: dc),
    .init("four phases", .invalidSchedule, "K01.FR.43", profile(1, .txDefault, at(0, 6, phases: 4))),
    .init(
        "a phase to use that cannot be switched", .invalidSchedule, "K01.FR.48",
        tx(changed(at(0, 6, phases: 1)) { $0.phaseToUse = 2 })),
    .init("a phase to use that can", nil, "", tx(changed(at(0, 6, phases: 1)) { $0.phaseToUse = 2 })) {
        $0.switchesPhases = true
    },
    .init("fewer phases than can be enforced", .invalidSchedule, "K01.FR.43", tx(at(0, 6, phases: 1))) {
        $0.switchesPhaseCount = false
    },
    .init("all phases, where none can be switched", nil, "", tx(at(0, 6, phases: 3))) { $0.switchesPhaseCount = false },
    .init(
        "other phases than another profile wants", .phaseConflict, "K01.FR.141",
        tx(changed(at(0, 6, phases: 1)) { $0.phaseToUse = 2 }),
        installed: [profile(9, .txDefault, changed(at(0, 6, phases: 1)) { $0.phaseToUse = 1 })]
    ) { $0.switchesPhases = true },
    .init(
        "L2 of an EV that has named none", .phaseConflict, "K01.FR.144",
        tx(changed(at(0, 6)) { $0.limit = PhaseRates(6_000, l2: 5_000) }),
        evse: changed(ac) { $0.reportsPhasesCharging = false }),
    .init(
        "a setpoint of L2 of an EV that has named none", .phaseConflict, "V2X.10",
        tx(
            changed(at(0, 6)) {
                ($0.limit, $0.setpoint, $0.mode) = (nil, PhaseRates(6_000, l2: 5_000), .centralSetpoint)
            }),
        evse: changed(ac) { $0.reportsPhasesDischarging = false }),
    .init(
        "a setpoint without a bidirectional service", .invalidOperationMode, "K01.FR.116",
        tx(changed(at(0, 6)) { ($0.limit, $0.setpoint, $0.mode) = (nil, PhaseRates(6_000), .centralSetpoint) }),
        evse: changed(ac) { $0.isBidirectional = false }),
    .init(
        "several schedules for an EV that has not said that it chooses", .invalidSchedule, "K01.FR.34",
        changed(tx(at(0, 6))) { $0.profile.schedules.append($0.profile.schedules[0]) },
        evse: changed(ac) { $0.hasNeeds = false }),
    .init("a phase to use of three", .invalidSchedule, "K01.FR.48", tx(changed(at(0, 6)) { $0.phaseToUse = 2 })) {
        $0.switchesPhases = true
    },
    .init(
        "rates per phase outside a TxProfile", .phaseConflict, "K01.FR.143",
        changed(profile(1, .txDefault, at(0, 6))) { $0.profile.schedules[0].periods = [perPhase(PhaseRates(1, l2: 1))] }
    ),
    .init(
        "priority charging with a duration", .invalidSchedule, "K01.FR.70",
        profile(1, .priorityCharging, duration: 60, on: 0, at(0, 6))),
    .init(
        "priority charging in another mode", .invalidOperationMode, "K01.FR.71",
        profile(1, .priorityCharging, on: 0, at(0, set: 6))),
    .init(
        "priority charging that is not supported", .unsupportedPurpose, "K01.FR.120",
        profile(1, .priorityCharging, on: 0, at(0, 6))
    ) { $0.additionalPurposes = [] },
    .init(
        "local generation that discharges", .invalidOperationMode, "K01.FR.114",
        profile(1, .localGeneration, on: 0, at(0, set: 6))),
    .init("dynamic, not supported", .unsupportedKind, "K01.FR.121", profile(1, .txDefault, kind: .dynamic, at(0, 6))) {
        $0.dynamicProfiles = false
    },
    .init(
        "dynamic with two periods", .invalidSchedule, "K28.FR.03",
        profile(1, .txDefault, kind: .dynamic, at(0, 6), at(9, 6))),
    .init(
        "an update interval without dynamic", .invalidProfile, "K01.FR.122",
        profile(1, .txDefault, at(0, 6)) { $0.updateInterval = 9 }),
    .init(
        "local time, not supported", .invalidSchedule, "K01.FR.123", profile(1, .txDefault, start: .civil(0), at(0, 6))
    ) { $0.localTime = false },
    .init(
        "random delays, not supported", .invalidSchedule, "K01.FR.124",
        tx(at(0, 6)) { $0.schedules[0].randomizedDelay = 9 }
    ) { $0.randomizedDelay = false },
    .init(
        "random delays of a maximum", .invalidSchedule, "K01.FR.95",
        profile(1, .stationMaximum, on: 0, at(0, 6)) { $0.schedules[0].randomizedDelay = 9 }),
    .init(
        "a limit at a state of charge, not supported", .invalidSchedule, "K01.FR.125",
        tx(at(0, 6)) { $0.schedules[0].limitAtSoC = .init(soc: 80, limit: 1) }
    ) { $0.limitAtSoC = false },
    .init("sleep, not supported", .invalidSchedule, "K01.FR.126", tx(changed(at(0, 6)) { $0.sleeps = true })) {
        $0.sleep = false
    },
    .init("a mode that is not supported", .invalidOperationMode, "K01.FR.115", tx(at(0, set: -6))) {
        $0.operationModes = [.chargingOnly]
    },
    .init("a setpoint above its limit", .invalidSchedule, "V2X.05", tx(at(0, set: 9, limit: 6))),
    .init("a setpoint below its discharge limit", .invalidSchedule, "V2X.05", tx(at(0, set: -9, discharge: -6))),
    .init("charging only with a setpoint", .invalidSchedule, "V2X.05", tx(at(0, .chargingOnly, set: 1, limit: 6))),
    .init("charging only without a limit", .invalidSchedule, "Q01.FR.30", tx(at(0, .chargingOnly))),
    .init("idle with a limit, even of 0", .invalidSchedule, "Q10.FR.02", tx(at(0, .idle, limit: 0))),
    .init("a central setpoint without one", .invalidSchedule, "Q03.FR.01", tx(at(0, .centralSetpoint))),
    .init("frequency mode without curve", .noFrequencyCurve, "Q08.FR.03", tx(at(0, .localFrequency))),
    .init("frequency mode with a setpoint", .invalidSchedule, "Q08.FR.04", tx(at(0, .localFrequency, set: 1))),
    .init(
        "frequency mode in A", .unsupportedRateUnit, "Q08.FR.05",
        tx(
            changed(at(0, .localFrequency)) {
                $0.baseline = 0
                $0.frequencyCurve = [.init(x: 49_000, milliwatts: 0), .init(x: 51_000, milliwatts: 1)]
            })),
    .init("load balancing, not supported", .unsupportedParameter, "Q09.FR.01", tx(at(0, .localLoadBalancing))) {
        $0.operationModes = [.chargingOnly]
    },
    .init("load balancing without thresholds", .missingDeviceModelInfo, "Q09.FR.02", tx(at(0, .localLoadBalancing))) {
        $0.loadBalancingIsSet = false
    },
    .init("a negative maximum", .invalidSchedule, "K01.FR.05", profile(1, .stationMaximum, on: 0, at(0, -6))),
    .init(
        "one profile more than fit", .tooManyElements, "K01.FR.05", profile(3, .txDefault, at(0, 6)),
        installed: [profile(2, .txDefault, level: 1, at(0, 6))]
    ) { $0.mostProfiles = 1 },
]

@Suite struct ProfileRuleTests {
    @Test(arguments: ruleCases)
    private func `a profile is refused for its reason`(row: RuleCase) {
        let rejection = ChargingProfiles(row.installed).rejection(
            of: row.sent.profile, on: row.sent.evse, [row.evse], row.support, row.version)
        #expect(rejection?.reason == row.reason)
        #expect(rejection?.requirement ?? "" == row.requirement)
    }

    @Test func `the same id takes the place, in 1.6 also the same purpose and level of a connector`() {
        var profiles = ChargingProfiles([profile(1, .txDefault, at(0, 6)), profile(2, .txDefault, level: 1, at(0, 6))])
        profiles.install(profile(1, .txDefault, level: 4, at(0, 8)).profile, on: 1, at: 9, .v21)
        #expect(profiles.installed.map(\.profile.id) == [2, 1])
        profiles.install(profile(3, .txDefault, level: 4, at(0, 8)).profile, on: 1, at: 9, .v16)
        #expect(profiles.installed.map(\.profile.id) == [2, 3])
    }

    @Test func `clearing takes an id alone or everything that matches, never what an external system set`() {
        let all = [
            profile(1, .txDefault, at(0, 6)), profile(2, .txDefault, level: 1, at(0, 6)),
            profile(3, .stationMaximum, on: 0, at(0, 6)),
            profile(-4, .externalConstraints, on: 0, at(0, 6)), profile(-5, .localGeneration, on: 0, at(0, 6)),
        ]
        let left = { (selection: ChargingProfiles.Selection) in
            var profiles = ChargingProfiles(all)
            let cleared = profiles.clear(selection)
            #expect(cleared.count + profiles.installed.count == all.count)
            return profiles.installed.map(\.profile.id)
        }
        #expect(left(.init(ids: [2], evse: 9)) == [1, 3, -4, -5])
        #expect(left(.init(ids: [-4])) == [1, 2, 3, -4, -5])
        #expect(left(.init(evse: 1, purpose: .txDefault, stackLevel: 1)) == [1, 3, -4, -5])
        #expect(left(.init(evse: 0)) == [1, 2, -4, -5])
        #expect(left(.init()) == [-4, -5])
    }

    @Test func `an update changes a dynamic profile and winds its watchdog up`() {
        var profiles = ChargingProfiles()
        profiles.install(
            profile(1, .tx, kind: .dynamic, duration: 60, unit: .watts, transaction: "T", at(0, set: -5_000)) {
                $0.updateInterval = 20
            }
            .profile, on: 1, at: saturday, .v21)
        #expect(profiles.nextUpdateRequest?.at == saturday + 20)
        let isUpdated = profiles.update(1, .init(setpoint: PhaseRates(3_000_000)), at: saturday + 50)
        let isOtherUpdated = profiles.update(2, .init(), at: saturday + 50)
        #expect((isUpdated, isOtherUpdated) == (true, false))
        let composite = profiles.compositeSchedule(
            for: dc, from: saturday + 50, duration: 100, unit: .watts, StationConditions(version: .v21))
        #expect(composite.text == "0:50000d-20000s3000 60:50000")
    }

    @Test func `an outage burns what asked for it, and an end of the transaction takes its profiles`() {
        var profiles = ChargingProfiles([
            profile(1, .txDefault, at(0, 6)) { ($0.maxOfflineDuration, $0.isInvalidAfterOffline) = (60, true) },
            profile(2, .txDefault, at(0, 6)) { $0.maxOfflineDuration = 60 },
            profile(3, .tx, transaction: "T", at(0, 6)),
        ])
        profiles.reconnect(offlineSince: 0, at: 59)
        #expect(profiles.installed.map(\.isBurnt) == [false, false, false])
        profiles.reconnect(offlineSince: 0, at: 60)
        #expect(profiles.installed.map(\.isBurnt) == [true, false, false])
        profiles.endTransaction("T")
        #expect(profiles.installed.map(\.profile.id) == [1, 2])
    }

    @Test func `delays are drawn for every period but the first`() {
        var profiles = ChargingProfiles([
            profile(1, .tx, transaction: "T", at(0, 6), at(60, 8), at(90, 9)) { $0.schedules[0].randomizedDelay = 30 }
        ])
        profiles.drawDelays(of: 1, on: 1) { $0.upperBound }
        #expect(profiles.installed[0].delays == [1: [0, 30, 30]])
    }
}
