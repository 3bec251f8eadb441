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
