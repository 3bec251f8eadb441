// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What reading a profile brought. The profile is there only when it has no errors.
package struct ProfileCheck: Sendable {
    package let profile: FirmwareProfile?
    package let errors: [ConfigurationError]
    package let notices: [ConfigurationNotice]
}

/// Reads `Firmware-Profiles/<vendor>/<family>.yaml`, format version 1.
package enum ProfileReader {
    /// The format's version this reader knows.
    package static let formatVersion = 1

    /// - Parameters:
    ///   - file: The name that messages show.
    ///   - expectedID: What `id` has to be, from the file's place; nil accepts any.
    package static func read(text: String, file: String, expectedID: String? = nil) -> ProfileCheck {
        let findings = Findings(file: file)
        var profile: FirmwareProfile?
        if let document = YAMLDocument(text: text, findings: findings) {
            profile = read(Field(value: document.root, path: "", findings: findings), expectedID: expectedID)
        }
        return ProfileCheck(
            profile: findings.errors.isEmpty ? profile : nil, errors: Findings.sorted(findings.errors),
            notices: Findings.sorted(findings.notices))
    }

    private static let keys = [
        "format", "id", "title", "kind", "revision", "protocol", "sources", "preconditions", "transport", "location",
        "defaults", "points", "probes", "timing", "charger",
    ]

    private static func read(_ field: Field, expectedID: String?) -> FirmwareProfile? {
        guard let mapping = field.mapping(keys) else { return nil }
        readFormat(mapping)
        let id = mapping.required("id", "id: vendor/family").flatMap { readID($0, expected: expectedID) }
        let title = mapping.required("title", "title: Vendor Family")?.text()
        let kind = mapping.required("kind", "kind: charger")?.choice(FirmwareProfile.Kind.self)
        let revision = mapping.required("revision", "revision: 1")?.int(1...1_000_000)
        let wireProtocol = mapping["protocol"].map { $0.choice(FirmwareProfile.WireProtocol.self) } ?? .modbus
        let transport = mapping.required("transport", "transport: { kinds: [tcp] }").flatMap(TransportReader.transport)
        let location = mapping["location"].map(TransportReader.location) ?? .absolute
        let timing = mapping.required("timing", "timing: { poll: 1 s, maximum_age: 5 s }").flatMap(readTiming)
        let points = mapping["points"].map { PointReader(defaults: mapping["defaults"]).points($0) } ?? []
        let probes = mapping["probes"]?.list()?.map { (StepReader.probe($0), $0) } ?? []
        guard let kind, let wireProtocol, let transport, let location, let timing else { return nil }
        let charger = readCharger(mapping, kind, wireProtocol)
        let profile = FirmwareProfile(
            id: id ?? "", title: title ?? "", kind: kind, revision: revision ?? 1, wireProtocol: wireProtocol,
            sources: texts(mapping["sources"]), preconditions: texts(mapping["preconditions"]), transport: transport,
            location: location, points: points.map(\.point), probes: probes.compactMap(\.0), timing: timing,
            charger: charger?.profile)
        let consistency = ProfileConsistency(
            profile: profile, mapping: mapping, points: points,
            probes: probes.compactMap { probe, field in probe.map { ($0, field) } }, charger: charger)
        consistency.check()
        return profile
    }

    private static func readFormat(_ mapping: MappingField) {
        guard let field = mapping.required("format", "format: 1"), let format = field.int(1...1_000) else { return }
        if format != formatVersion {
            field.error("format \(format) is not known to this version of sluice; it reads format \(formatVersion)")
        }
    }

    private static func readID(_ field: Field, expected: String?) -> String? {
        guard let id = field.text() else { return nil }
        if let expected, id != expected {
            field.error("expected “\(expected)” as the file's place says, found “\(id.shortened)”")
        }
        guard ProfileLibrary.isID(id) else {
            field.error("expected vendor/family in lower-case letters, digits, “.” and “-”, found “\(id.shortened)”")
            return nil
        }
        return id
    }

    private static func texts(_ field: Field?) -> [String] { field?.list()?.compactMap { $0.text() } ?? [] }

    private static func readCharger(
        _ mapping: MappingField, _ kind: FirmwareProfile.Kind, _ wireProtocol: FirmwareProfile.WireProtocol
    ) -> PlacedCharger? {
        switch kind {
        case .meter:
            mapping["charger"]?.error("a meter has no “charger” part")
            return nil
        case .charger:
            return mapping.required("charger", "charger: { ratings: …, commands: …, watchdog: … }")
                .flatMap { ChargerProfileReader.read($0, wireProtocol: wireProtocol) }
        }
    }

    private static func readTiming(_ field: Field) -> Timing? {
        guard let mapping = field.mapping(["poll", "slow_poll", "refresh", "maximum_age"]) else { return nil }
        let poll = mapping.required("poll", "poll: 1 s")?.interval(atLeast: .milliseconds(10), atMost: .minutes(10))
        let slowPoll = mapping["slow_poll"]?.interval(atLeast: .milliseconds(100), atMost: .minutes(24 * 60))
        let refresh = mapping["refresh"]?.interval(atLeast: .milliseconds(1), atMost: .minutes(10))
        let maximumAge = mapping.required("maximum_age", "maximum_age: 5 s")?.interval(atMost: .minutes(30))
        guard let poll, let maximumAge else { return nil }
        let timing = Timing(
            poll: poll, slowPoll: slowPoll ?? .seconds(60), refresh: refresh ?? poll, maximumAge: maximumAge)
        let period = max(timing.poll, timing.refresh)
        if maximumAge < period * 2 {
            mapping["maximum_age"]?.error(
                "\(maximumAge) would make a healthy device silent: a value comes every \(period); allow at least \(period * 2)"
            )
        }
        return timing
    }
}
