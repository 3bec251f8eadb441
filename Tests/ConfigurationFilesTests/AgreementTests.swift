// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

@testable import ConfigurationFiles

struct AgreementTests {
    private func read(_ rules: String) throws -> SiteConfiguration {
        let check = ConfigurationReader.read(
            text: Samples.agreement(rules), file: "s.yaml", profiles: Samples.library,
            at: WallTime(milliseconds: 1_800_000_000_000))
        let others = check.notices.map(\.description).filter { !$0.contains("orders come over") }
        #expect(others == [])
        return try check.get()
    }

    private func watts(_ lower: Int, _ upper: Int) -> PowerLimits {
        PowerLimits(from: .watts(lower), to: .watts(upper))
    }

    @Test func `an agreement without rules is its firm capacity and nothing more`() throws {
        let site = try read("")
        #expect(site.agreement.ceiling == site.agreement.firm)
        #expect(site.connection == ConnectionSettings(zone: site.connection.zone))
    }

    @Test func `windows of time say what they change and keep what they leave out`() throws {
        let site = try read(Samples.rules)
        let timed = try #require(site.connection.timed)
        let base = watts(-30_000, 43_000)
        #expect(timed.base == base)
        let evening = CapacityWindow(days: .workdays, start: 61_200, end: 72_000, power: watts(0, 20_000))
        let winter = MonthSet(bits: 0b1100_0000_0011)
        let night = CapacityWindow(
            days: .weekend, months: winter, start: 79_200, end: 21_600, power: watts(-30_000, 30_000))
        #expect(timed.windows == [evening, night])
    }

    @Test func `a wider window raises the ceiling and the base stays firm`() throws {
        let site = try read("  timed: [{ from: \"00:00\", to: \"24:00\", days: sun, import: 43 kW }]\n")
        #expect(site.agreement.firm == watts(-20_000, 40_000))
        #expect(site.agreement.ceiling == watts(-20_000, 43_000))
        #expect(site.connection.timed?.base == site.agreement.firm)
        #expect(site.connection.timed?.windows.first?.end == 86_400)
    }

    @Test func `the flexible part comes on top of the firm one`() throws {
        let site = try read(Samples.rules)
        #expect(site.agreement.firm == watts(-20_000, 40_000))
        #expect(site.agreement.ceiling == watts(-30_000, 43_000))
        #expect(
            site.connection.flexible
                == FlexibleCapacity.Settings(
                    firm: watts(-20_000, 40_000), flexible: watts(-10_000, 3_000), needsPermission: false,
                    afterSilence: .hold, silentAfter: .minutes(15)))
    }

    @Test func `what a flexible part leaves out is the stricter choice`() throws {
        let site = try read("  flexible: { import: 3 kW }\n")
        #expect(
            site.connection.flexible
                == FlexibleCapacity.Settings(
                    firm: watts(-20_000, 40_000), flexible: watts(0, 3_000), needsPermission: true,
                    afterSilence: .firmOnly, silentAfter: .minutes(5)))
    }

    @Test func `the operator's limits are read with their failsafes`() throws {
        let rules = try read(Samples.rules).connection
        var consumption = LimitationSettings(.consumption, scope: .controllable)
        consumption.failsafeLimit = .watts(7_000)
        consumption.failsafeDuration = .minutes(180)
        consumption.failsafeEnd = .release
        consumption.isPaired = false
        consumption.keptByOthers = .watts(12_200)
        #expect(rules.consumption == consumption)
        var production = LimitationSettings(.production)
        production.failsafeLimit = .watts(1_000)
        #expect(rules.production == production)
    }

    @Test func `a failsafe that is not written is 4_2 kW of draw and no delivery`() throws {
        let rules = try read("  consumption_limit: {}\n  production_limit: {}\n").connection
        #expect(rules.consumption == LimitationSettings(.consumption))
        #expect(rules.consumption?.failsafeLimit == .watts(4_200))
        #expect(rules.production?.failsafeLimit == .zero)
        #expect(rules.production?.failsafeEnd == .hold)
        #expect(rules.production?.isPaired == true)
    }

    /// BK6-22-300 Annex 1: n = 3 with a heat pump of 20 kW is 8 kW + 2 · 0.75 · 4.2 kW.
    @Test func `the guaranteed minimum counts the groups, the EVSEs get what these leave`() throws {
        let rules = try read(Samples.rules).connection
        #expect(
            rules.section14a == Section14a.Settings(guaranteedMinimum: .watts(14_300), keptByOthers: .watts(12_200))
        )
        var relays = RelayInputs.Settings(
            installedPower: .watts(10_000), dimmedPower: .watts(14_300 - 8_000 - 4_200),
            wired: RelayContacts([.w3, .s2, .s1, .w4]))
        relays.debounce = .milliseconds(200)
        relays.maximumAge = .seconds(4)
        #expect(rules.relay == relays)
    }

    @Test func `an EVSE of up to 4_2 kW is no controllable device`() throws {
        for (limit, minimum) in [("4.2 kW", 0), ("4.3 kW", 4_200)] {
            let text = Samples.agreement("  section_14a: {}\n") + "    limits: { charge: \(limit) }\n"
            let check = ConfigurationReader.read(text: text, file: "s.yaml", profiles: Samples.library)
            #expect(try check.get().connection.section14a?.guaranteedMinimum == .watts(minimum))
        }
    }

    @Test func `a limitation scheme is read with its defaults and knows its site`() throws {
        let site = try read("  limitation_scheme: { import: 60 A, export: 16 A, sensor_rating: 100 A }\n")
        let scheme = try #require(site.connection.scheme)
        #expect(scheme.limits == SchemeLimits(maximumImport: .amperes(60), maximumExport: .amperes(16)))
        #expect(scheme.failSafePower == .zero)
        #expect(scheme.evseCount == 1)
        #expect(scheme.meterMaximumAge == site.site.meterTimeout)
        #expect(site.agreement.installerCodeFile == nil)
    }

    @Test func `power returns by the ramp that is written, of what the agreement and the EVSEs allow`() throws {
        let returning = try #require(try read("  return: { per_minute: 20 %, delay: 5 min }\n").connection.returning)
        #expect(returning.percentPerMinute == 20)
        #expect(returning.longestDelay == .minutes(5))
        #expect(returning.connectionPoint == watts(-20_000, 40_000))
        #expect(returning.devices == .watts(10_000))
    }

    @Test(arguments: [
        ("limitation_scheme: { sensor_rating: 100 A }", "nothing is limited"),
        ("limitation_scheme: { import: 60 A }", "“sensor_rating” is missing"),
        ("limitation_scheme: { import: 120 A, sensor_rating: 100 A }", "sensors for 100 A cannot see 120 A"),
        ("limitation_scheme: { import: 9 A, sensor_rating: 9 A, reaction: 61 s }", "1 min"),
        ("limitation_scheme: { import: 9 A, sensor_rating: 9 A, longest_reaction: 5 s }", "longer than the longest"),
        ("limitation_scheme: { import: 9 A, sensor_rating: 9 A, excursions_soon: 9 }", "1 to 8"),
        ("return: { per_minute: 0 % }", "1 %"), ("return: { rate: 1 % }", "rate"), ("unbalance: 20 A", "20 A"),
    ])
    func `a mistake in a scheme, a return or an unbalance is named`(rule: String, culprit: String) {
        let check = ConfigurationReader.read(
            text: Samples.agreement("  \(rule)\n"), file: "s.yaml", profiles: Samples.library)
        #expect(check.errors.count == 1)
        #expect(check.errors.first?.description.contains(culprit) == true, "\(check.errors)")
    }

    @Test func `a relay alone dims to the minimum of the EVSEs`() throws {
        let relay = try #require(read("  relays: { wired: [W4] }\n").connection.relay)
        #expect(
            relay
                == RelayInputs.Settings(
                    installedPower: .zero, dimmedPower: .watts(4_200), wired: RelayContacts([.w4])))
    }

    @Test func `envelope and feed-in cap are read`() throws {
        let rules = try read(Samples.rules).connection
        #expect(rules.envelope == OperatingEnvelope.Settings(site: watts(-1_500, 5_000), silentAfter: .minutes(10)))
        #expect(rules.feedInCap == FeedInCap(installed: .watts(12_000), permille: 700))
        let standard = try read("  feed_in_cap: { installed_power: 10 kW }\n").connection
        #expect(standard.feedInCap == FeedInCap(installed: .watts(10_000), permille: 600))
    }

    @Test(arguments: [
        ("mon", 0b1), ("Mon-Fri", 0b1_1111), ("sat-mon", 0b110_0001), ("[mon, wed - thu]", 0b1101),
        ("sun-sun", 0b100_0000), ("tue-mon", 0b111_1111),
    ])
    func `days are names and ranges`(text: String, bits: UInt8) throws {
        let site = try read("  timed: [{ days: \(text), from: \"0:00\", to: \"9:30\", import: 1 kW }]\n")
        #expect(site.connection.timed?.windows.first?.days == WeekdaySet(bits: bits))
    }

    @Test func `the same rules are the same on another day, other rules are not`() throws {
        let text = Samples.agreement(Samples.rules)
        func read(_ text: String, _ seconds: Int64) throws -> SiteConfiguration {
            let now = WallTime(milliseconds: seconds * 1_000)
            return try ConfigurationReader.read(text: text, file: "s", profiles: Samples.library, at: now).get()
        }
        let site = try read(text, 1_800_000_000)
        #expect(try read(text, 1_900_000_000).hasSameRules(as: site))
        #expect(try !read(text.replacing("share: 70 %", with: "share: 60 %"), 1_800_000_000).hasSameRules(as: site))
        #expect(try !read(text.replacing("Europe/Berlin", with: "Europe/London"), 1_800_000_000).hasSameRules(as: site))
        #expect(try !read(Samples.minimal, 1_800_000_000).hasSameRules(as: site))
    }
}
