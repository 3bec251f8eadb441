// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Testing

@testable import ConfigurationFiles

@Suite struct VehicleLinkReaderTests {
    private func read(_ link: String) -> ConfigurationCheck {
        ConfigurationReader.read(
            text: Samples.minimal + "    vehicle_link: \(link)\n", file: "s.yaml", profiles: Samples.library)
    }

    @Test func `without the key nobody speaks to cars`() throws {
        let check = ConfigurationReader.read(text: Samples.minimal, file: "s.yaml", profiles: Samples.library)
        #expect(try check.get().evses.first?.vehicleLink == nil)
    }

    @Test func `an interface is enough for cars without TLS`() throws {
        let link = try #require(try read("{ interface: eth1 }").get().evses.first?.vehicleLink)
        #expect(link.interface == "eth1" && link.allowsPlain && link.tls == nil && !link.allowsInsecureISO20)
        #expect(link.standards == [.din, .iso2, .iso20] && !link.slac)
    }

    @Test func `with TLS, cars without it must be allowed`() throws {
        let text = """
            { interface: eth1, protocols: [iso15118-20], evse_id: "DE*ABC*E1",
                  tls: { certificate: /e/c.pem, key: /e/k.pem, trust: /e/t.pem, modern_certificate: /e/m.pem, modern_key: /e/mk.pem },
                  contracts: { v2g_roots: /e/v.pem } }
            """
        let link = try #require(try read(text).get().evses.first?.vehicleLink)
        #expect(!link.allowsPlain && link.standards == [.iso20] && link.evseID == "DE*ABC*E1")
        #expect(link.tls?.trust == "/e/t.pem" && link.tls?.modernKey == "/e/mk.pem")
        #expect(link.contracts?.v2gRoots == "/e/v.pem")
    }

    @Test func `cars are matched over power line where the site says so`() throws {
        #expect(try read("{ interface: eth1, slac: true }").get().evses.first?.vehicleLink?.slac == true)
        #expect(try read("{ interface: eth1, slac: false }").get().evses.first?.vehicleLink?.slac == false)
    }

    @Test func `two EVSEs do not share an interface`() {
        let check = read(
            """
            { interface: eth1 }
              - id: 2
                charger: { profile: evtec/bidipro-10, at: "tcp://192.0.2.32:5020", unit: 1 }
                vehicle_link: { interface: eth1 }
            """)
        let errors = check.errors.map(\.description)
        #expect(errors.contains { $0.contains("to the cars of EVSE 1 already") && $0.contains(":15") }, "\(errors)")
    }

    static let mistakes = [
        ("{ plain: true }", "“interface” is missing"),
        ("{ interface: \"a/b\" }", "no name of a network interface"),
        ("{ interface: eth1234567890123 }", "no name of a network interface"),
        ("{ interface: eth1, plain: false }", "no car could connect"),
        ("{ interface: eth1, protocols: [] }", "the list is empty"),
        ("{ interface: eth1, protocols: [iso15118-3] }", "expected one of"),
        ("{ interface: eth1, tls: { certificate: /c } }", "“key” is missing"),
        ("{ interface: eth1, tls: { certificate: /c, key: /k, modern_key: /m } }", "belong together"),
        ("{ interface: eth1, contracts: { v2g_roots: /v } }", "contracts need TLS"),
        ("{ interface: eth1, tls: { certificate: /c, key: /k }, contracts: { vehicle_roots: /v } }", "nobody vouches"),
        ("{ interface: eth1, slac: perhaps }", "true or false"),
        ("{ interface: eth1, evse_id: abc }", "no EVSE identifier"),
        ("{ interface: eth1, iface: eth2 }", "not a known key"),
    ]

    @Test(arguments: mistakes) func `a mistake is named with its line`(link: String, words: String) {
        let errors = read(link).errors.map(\.description)
        #expect(errors.contains { $0.contains(words) && $0.contains("s.yaml:12") }, "\(errors)")
    }

    @Test func `ISO 15118-20 without proof is pointed out`() {
        #expect(read("{ interface: eth1 }").notices.contains { $0.description.contains("mutual TLS") })
        #expect(
            read("{ interface: eth1, insecure_iso20: true }").notices.contains {
                $0.description.contains("without proof")
            })
    }
}
