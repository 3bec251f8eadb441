// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension SiteConfiguration {
    /// A backend that sees this site as an OCPP charging station.
    package struct Backend: Equatable, Sendable {
        package enum Version: String, CaseIterable, Sendable { case v16 = "1.6", v201 = "2.0.1", v21 = "2.1" }
        package enum Role: String, CaseIterable, Sendable {
            /// Decides who may charge and how.
            case inCharge = "in-charge"
            /// Sees everything and commands nothing.
            case reading
        }
        /// What an EVSE does when the part of the daemon that speaks to the backend hangs.
        package enum WhenStuck: String, CaseIterable, Sendable {
            /// The last limits stay, setpoints end.
            case hold
            /// Nothing flows.
            case stop
        }
        /// How the station proves who it is.
        package enum Proof: Equatable, Sendable {
            case none
            case password(file: String)
            case certificate(file: String, key: String)
        }
        package struct Station: Equatable, Sendable {
            package var vendor = "Sluice"
            package var model = "Gateway"
            package var serial: String?
            /// Installs firmware that the backend sends; nil takes none.
            package var firmwareInstaller: String?
        }

        /// What people and files call it.
        package var name: String
        /// By preference; the backend chooses.
        package var versions: [Version]
        package var url: String
        package var identity: String
        package var proof: Proof
        /// Authorities in PEM; nil: those of the system.
        package var trustFile: String?
        package var allowsInsecure: Bool
        package var allowsWildcard: Bool
        package var role: Role
        package var whenStuck: WhenStuck
        package var station: Station
        /// How long a call waits for its answer, until the backend sets MessageTimeout.
        package var answerTimeout: Interval
        /// Between two pings; zero sends none.
        package var ping: Interval
        /// The first wait before the next attempt, and the random part on top of it.
        package var retry: Interval
        package var retrySpread: Interval
        /// nil: beside the journal.
        package var store: String?

        /// As OCPP counts security profiles.
        package var securityProfile: Int {
            switch proof {
            case .none: 0
            case .password: url.hasPrefix("wss://") ? 2 : 1
            case .certificate: 3
            }
        }
    }
}

/// Reads `backends`, the first of which comes first where several are in charge.
struct BackendReader {
    let mapping: MappingField

    private static let keys = [
        "name", "ocpp", "url", "identity", "password_file", "certificate", "key", "trust", "security_profile",
        "allow_insecure", "allow_wildcard", "role", "when_stuck", "station", "timeouts", "store",
    ]
    /// More would be a mistake: each has a connection, a file and a thread.
    static let most = 8

    static func backends(_ field: Field?) -> [SiteConfiguration.Backend] {
        guard let field, let list = field.list() else { return [] }
        if list.count > most { field.error("at most \(most) backends are connected to, found \(list.count)") }
        var backends: [SiteConfiguration.Backend] = []
        for item in list {
            guard let mapping = item.mapping(keys), let backend = BackendReader(mapping: mapping).backend() else {
                continue
            }
            if backends.contains(where: { $0.name == backend.name }) {
                item.error("“\(backend.name)” is given twice; give one of them another `name`")
            }
            backends.append(backend)
        }
        return backends
    }

    private func backend() -> SiteConfiguration.Backend? {
        let versions = mapping.required("ocpp", "ocpp: \"2.1\"").map(versions)
        let url = mapping.required("url", "url: wss://csms.example/ocpp").flatMap(webSocket)
        let identity = mapping.required("identity", "identity: DEPOT-EAST-1").flatMap(identity)
        let timeouts = mapping["timeouts"]?.mapping(["answer", "ping", "retry", "retry_spread"])
        guard let versions, let url, let identity else { return nil }
        let proof = proof(url)
        let backend = SiteConfiguration.Backend(
            name: mapping["name"].flatMap(name) ?? identity, versions: versions, url: url, identity: identity,
            proof: proof, trustFile: mapping["trust"].flatMap(file),
            allowsInsecure: mapping["allow_insecure"]?.boolean() ?? false,
            allowsWildcard: mapping["allow_wildcard"]?.boolean() ?? false,
            role: mapping["role"]?.choice(SiteConfiguration.Backend.Role.self) ?? .inCharge,
            whenStuck: mapping["when_stuck"]?.choice(SiteConfiguration.Backend.WhenStuck.self) ?? .hold,
            station: station(),
            answerTimeout: timeouts?["answer"]?.interval(atLeast: .seconds(1), atMost: .minutes(10)) ?? .seconds(30),
            ping: timeouts?["ping"]?.interval(atLeast: .zero, atMost: .minutes(60)) ?? .seconds(30),
            retry: timeouts?["retry"]?.interval(atLeast: .milliseconds(100), atMost: .minutes(60)) ?? .seconds(10),
            retrySpread: timeouts?["retry_spread"]?.interval(atLeast: .zero, atMost: .minutes(60)) ?? .seconds(10),
            store: mapping["store"].flatMap(file))
        check(backend)
        return backend
    }

    private func check(_ backend: SiteConfiguration.Backend) {
        if backend.securityProfile == 0, !backend.allowsInsecure {
            mapping.field.error(
                "nothing proves who the station is; give `password_file`, or `certificate` and `key`, or for a test "
                    + "`allow_insecure: true`")
        }
        if let profile = mapping["security_profile"], let number = profile.int(0...3), number != backend.securityProfile
        {
            profile.error("what is given here makes security profile \(backend.securityProfile), not \(number)")
        }
        if backend.securityProfile == 1 {
            mapping.field.notice(
                "security profile 1 sends the password in the clear; use wss:// outside a trusted network")
        }
        if backend.station.firmwareInstaller != nil, backend.role == .reading {
            mapping["station"]?.error("a backend that only reads installs nothing; leave `firmware_installer` out")
        }
        if !backend.url.hasPrefix("wss://"), mapping.has("trust") {
            mapping["trust"]?.error("only a URL with wss:// has a certificate to check")
        }
    }

    private func proof(_ url: String) -> SiteConfiguration.Backend.Proof {
        let password = mapping["password_file"].flatMap(file)
        let certificate = mapping["certificate"].flatMap(file)
        let key = mapping["key"].flatMap(fileOrToken)
        if mapping.has("certificate") != mapping.has("key") {
            mapping.field.error("`certificate` and `key` belong together")
        }
        if mapping.has("certificate"), mapping.has("password_file") {
            mapping.field.error("give either `password_file` or `certificate` and `key`")
        }
        if let certificate, let key {
            if !url.hasPrefix("wss://") {
                mapping["certificate"]?.error("a client certificate needs a URL with wss://")
            }
            return .certificate(file: certificate, key: key)
        }
        return password.map { .password(file: $0) } ?? .none
    }

    private func versions(_ field: Field) -> [SiteConfiguration.Backend.Version] {
        typealias Version = SiteConfiguration.Backend.Version
        guard case .list = field.value.content else { return field.choice(Version.self).map { [$0] } ?? [] }
        let items = field.list() ?? []
        let versions = items.compactMap { $0.choice(Version.self) }
        if items.isEmpty { field.error("no version is given; write for example `ocpp: [\"2.1\", \"2.0.1\"]`") }
        if Set(versions).count < versions.count { field.error("a version is given twice") }
        return versions
    }

    private func webSocket(_ field: Field) -> String? {
        guard let text = field.text() else { return nil }
        guard let scheme = ["wss://", "ws://"].first(where: text.hasPrefix), text.count > scheme.count else {
            field.error("expected wss://HOST/PATH or ws://HOST/PATH, found \(field.value.kind)")
            return nil
        }
        return text
    }

    private func identity(_ field: Field) -> String? {
        guard let text = field.text() else { return nil }
        guard text.count <= 48, !text.contains(":"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            field.error("expected 1 to 48 visible characters without “:”, found “\(text.shortened)”")
            return nil
        }
        return text
    }

    private func name(_ field: Field) -> String? {
        guard let text = field.text() else { return nil }
        guard text.count <= 40 else {
            field.error("expected at most 40 characters, found \(text.count)")
            return nil
        }
        return text
    }

    /// A key may also stay in a PKCS#11 token.
    private func fileOrToken(_ field: Field) -> String? {
        guard let text = field.text(), text.hasPrefix("pkcs11:") else { return file(field) }
        return text
    }

    private func file(_ field: Field) -> String? {
        guard let text = field.text() else { return nil }
        guard text.hasPrefix("/") else {
            field.error("expected an absolute path such as /etc/sluice/csms.password, found “\(text.shortened)”")
            return nil
        }
        return text
    }

    private func station() -> SiteConfiguration.Backend.Station {
        var station = SiteConfiguration.Backend.Station()
        guard let given = mapping["station"]?.mapping(["vendor", "model", "serial", "firmware_installer"]) else {
            return station
        }
        // The shortest of the versions' bounds (1.6: 20, 20, 25).
        station.vendor = given["vendor"].flatMap { short($0, 20) } ?? station.vendor
        station.model = given["model"].flatMap { short($0, 20) } ?? station.model
        station.serial = given["serial"].flatMap { short($0, 25) }
        station.firmwareInstaller = given["firmware_installer"].flatMap(file)
        return station
    }

    private func short(_ field: Field, _ longest: Int) -> String? {
        guard let text = field.text() else { return nil }
        guard text.count <= longest else {
            field.error("expected at most \(longest) characters, found \(text.count)")
            return nil
        }
        return text
    }
}
