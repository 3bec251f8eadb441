// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ConfigurationFiles

@Suite struct BackendReaderTests {
    private func read(_ backends: String) -> ConfigurationCheck {
        ConfigurationReader.read(
            text: Samples.minimal + backends, file: "s.yaml", profiles: Samples.library)
    }

    @Test func `a backend has what is usual where nothing else is said`() throws {
        let backend = try #require(try read(Samples.backends).get().backends.first)
        #expect(backend.name == "DEPOT-EAST-1")
        #expect(backend.versions == [.v21])
        #expect(backend.proof == .password(file: "/etc/sluice/csms.password"))
        #expect(backend.securityProfile == 2)
        #expect(backend.role == .inCharge)
        #expect(backend.whenStuck == .hold)
        #expect(backend.answerTimeout == .seconds(30))
        #expect(backend.station == .init(vendor: "Sluice", model: "Gateway", serial: nil))
    }

    @Test func `everything of a backend can be said`() throws {
        let text = """
            backends:
              - name: Aggregator
                ocpp: ["2.1", "1.6"]
                url: wss://csms.example/ocpp
                identity: DEPOT-EAST-1
                certificate: /etc/sluice/station.pem
                key: /etc/sluice/station.key
                trust: /etc/sluice/csms.pem
                security_profile: 3
                role: reading
                when_stuck: stop
                station: { vendor: Depot GmbH, model: East, serial: "0815" }
                timeouts: { answer: 10 s, ping: 0 s, retry: 1 s, retry_spread: 2 s }
                store: /var/lib/sluice/aggregator.sqlite

            """
        let backend = try #require(try read(text).get().backends.first)
        #expect(backend.versions == [.v21, .v16])
        #expect(backend.securityProfile == 3)
        #expect(backend.role == .reading)
        #expect(backend.whenStuck == .stop)
        #expect(backend.station.serial == "0815")
        #expect((backend.answerTimeout, backend.ping) == (.seconds(10), .zero))
        #expect(backend.store == "/var/lib/sluice/aggregator.sqlite")
    }

    /// What is replaced in the minimal backend, by what, and the error that brings.
    @Test(arguments: [
        ("\"2.1\"", "\"2.2\"", "expected one of"),
        ("\"2.1\"", "[]", "no version is given"),
        ("\"2.1\"", "[\"2.1\", \"2.1\"]", "a version is given twice"),
        ("wss://csms.example/ocpp", "https://csms.example", "expected wss://HOST/PATH or ws://HOST/PATH"),
        ("DEPOT-EAST-1", "DEPOT:1", "without “:”"),
        ("password_file: /etc/sluice/csms.password", "password_file: csms.password", "expected an absolute path"),
        ("password_file: /etc/sluice/csms.password", "role: reading", "nothing proves who the station is"),
        ("password_file: /etc/sluice/csms.password", "certificate: /a.pem", "`certificate` and `key` belong together"),
        (
            "password_file: /etc/sluice/csms.password", "password_file: /a\n    security_profile: 3",
            "makes security profile 2, not 3"
        ),
        (
            "password_file: /etc/sluice/csms.password",
            "password_file: /a\n    station: { firmware_installer: install }", "expected an absolute path"
        ),
        (
            "password_file: /etc/sluice/csms.password",
            "password_file: /a\n    role: reading\n    station: { firmware_installer: /usr/bin/install }",
            "installs nothing"
        ),
        (
            "password_file: /etc/sluice/csms.password", "password_file: /a\n    timeouts: { answer: 0 s }",
            "expected 1 s to 10 min"
        ),
        ("identity: DEPOT-EAST-1", "identity: DEPOT-EAST-1\n    roll: reading", "did you mean “role”?"),
    ])
    func `a mistake in a backend is named where it is`(replaced: String, by text: String, message: String) {
        let errors = read(Samples.backends.replacing(replaced, with: text)).errors.map(\.description)
        #expect(errors.contains { $0.contains("backends[0]") && $0.contains(message) }, "\(errors)")
    }

    @Test func `an insecure backend needs consent, and a password in the clear is said`() throws {
        let open = Samples.backends.replacing("password_file: /etc/sluice/csms.password", with: "allow_insecure: true")
        #expect(try read(open).get().backends.first?.securityProfile == 0)
        let clear = read(Samples.backends.replacing("wss://", with: "ws://"))
        #expect(try clear.get().backends.first?.securityProfile == 1)
        #expect(clear.notices.contains { $0.description.contains("sends the password in the clear") })
    }

    @Test func `a backend's firmware has an installer only where one is named`() throws {
        #expect(try read(Samples.backends).get().backends.first?.station.firmwareInstaller == nil)
        let named = Samples.backends.replacing(
            "password_file: /etc/sluice/csms.password",
            with: "password_file: /a\n    station: { firmware_installer: /usr/lib/sluice/install }")
        #expect(try read(named).get().backends.first?.station.firmwareInstaller == "/usr/lib/sluice/install")
    }

    @Test func `two backends have different names`() {
        let twice = Samples.backends + Samples.backends.replacing("backends:\n", with: "")
        #expect(read(twice).errors.contains { $0.description.contains("is given twice") })
    }
}
