// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

@testable import ConfigurationFiles

struct OptionsTests {
    private func read(_ more: String) -> ConfigurationCheck {
        ConfigurationReader.read(
            text: Samples.minimal.replacing("evses:", with: more + "evses:"), file: "s.yaml", profiles: Samples.library)
    }

    @Test(
        arguments: [
            ("", nil, nil), ("journal: { retention: 1000 d }\n", .seconds(86_400_000), nil),
            ("journal: { space: 2 GB }\n", nil, 2_000_000_000),
            ("journal: { retention: 731 d, space: 16MB }\n", .seconds(731 * 86_400), 16_000_000),
        ] as [(String, Interval?, Int?)])
    func `the journal's bounds are read`(text: String, retention: Interval?, space: Int?) throws {
        let journal = try read(text).get().journal
        #expect(journal == SiteConfiguration.Journal(file: nil, retention: retention, space: space))
    }

    @Test(arguments: [
        ("retention: 730 d", "9:23: journal.retention: expected 731 d to 3660 d, found “730 d”"),
        ("space: 15 MB", "9:19: journal.space: expected a size from 16 MB to 1000 GB such as 512 MB, found “15 MB”"),
        ("space: 512", "9:19: journal.space: expected a size from 16 MB to 1000 GB such as 512 MB, found “512”"),
        (
            "space: 9999999999999 GB",
            "9:19: journal.space: expected a size from 16 MB to 1000 GB such as 512 MB, "
                + "found “9999999999999 GB”"
        ),
    ])
    func `a record that would not last is refused`(text: String, complaint: String) {
        #expect(read("journal: { \(text) }\n").errors.map(\.description) == ["s.yaml:" + complaint])
    }

    @Test(
        arguments: [
            ("", nil), ("display: {}\n", .init(languages: ["en"], listen: nil)),
            (
                "display: { languages: [de, pt-BR], listen: \"192.0.2.10:8090\" }\n",
                .init(languages: ["de", "pt-BR"], listen: ListenAddress(host: "192.0.2.10", port: 8_090))
            ),
        ] as [(String, SiteConfiguration.Display?)])
    func `a display is there only where the configuration has one`(
        text: String, display: SiteConfiguration.Display?
    ) throws {
        #expect(try read(text).get().display == display)
    }

    @Test(arguments: [
        ("languages: [deutsch]", "9:24: display.languages[0]: expected the tag of a language such as en, de or pt-BR"),
        ("languages: [en, EN]", "9:28: display.languages[1]: “EN” is given twice"),
        ("languages: []", "9:23: display.languages: expected 1 to 8 languages such as [en, de], found 0"),
        ("listen: \"depot.example:8090\"", "9:20: display.listen: expected an address of this machine"),
    ])
    func `a display that could not speak is refused`(text: String, complaint: String) {
        let errors = read("display: { \(text) }\n").errors.map(\.description)
        #expect(errors.count == 1)
        #expect(errors.first?.hasPrefix("s.yaml:" + complaint) == true, "\(errors)")
    }

    @Test func `who reaches a display, and what it has no words in, is said`() {
        let notices = read("display: { languages: [pl], listen: \"0.0.0.0:8090\" }\n").notices.map(\.description)
        #expect(notices.contains { $0.contains("whoever reaches 0.0.0.0:8090 sees what the displays show") })
        #expect(notices.contains { $0.contains("no words of its own in “pl”") })
    }

    @Test(arguments: [
        (
            "consumption_limit: {}", "",
            "agreement.consumption_limit: orders come over the local API (/api/operator/import/…); "
                + "EEBUS is not spoken yet. Until somebody speaks there, the failsafe of 4.2 kW holds"
        ),
        (
            "production_limit: { paired: false }", "modbus_server: {}\n",
            "agreement.production_limit: orders come over the local API (/api/operator/export/…) and Modbus (from 300 on); "
                + "EEBUS is not spoken yet. Until somebody speaks there, nothing is limited"
        ),
        (
            "relays: { wired: [W3] }", "modbus_server: { may: [read] }\n",
            "agreement.relays: orders come over the local API (/api/operator/relays/…); inputs of this machine are not read yet. "
                + "Until somebody speaks there, a wired contact that nobody reports counts as closed"
        ),
        (
            "flexible: { import: 2 kW }", "",
            "agreement.flexible: orders come over the local API (/api/operator/flexible/…); "
                + "OpenADR is not spoken yet. Until somebody speaks there, the firm capacity alone holds"
        ),
    ])
    func `a rule that waits for somebody says how he is heard, and what holds until then`(
        rule: String, more: String, notice: String
    ) {
        let notices = read("  \(rule)\n\(more)").notices.map(\.description)
        #expect(notices.contains { $0.hasSuffix(notice) }, "\(notices)")
    }
}
