// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import Testing

@testable import ConfigurationFiles

struct YAMLDocumentTests {
    private func errors(of text: String) -> [String] {
        let findings = Findings(file: "f")
        _ = YAMLDocument(text: text, findings: findings)
        return findings.errors.map(\.description)
    }

    @Test(arguments: [
        ("", "f:1:1: the file is empty"),
        ("a: b: c", "f:1:5: not readable as YAML: mapping values are not allowed in this context"),
        (
            "a: [1, 2",
            "f:2:1: not readable as YAML: did not find expected ',' or ']' (while parsing a flow sequence that began at line 1)"
        ),
        ("a: &x 1\nb: *x", "f:1:4: anchors (&) and aliases (*) are not allowed here; repeat the value"),
        ("a: 1\n---\nb: 2", "f:2:1: not readable as YAML: but found another document"),
        ("? [a]\n: 1", "f:1:3: expected a key, found a list"),
        ("a: \u{7}", "f:1:4: not readable as YAML: control characters are not allowed"),
    ])
    func `a text that is no configuration is refused at its place`(text: String, message: String) {
        #expect(errors(of: text).first?.hasPrefix(message) == true, "\(errors(of: text))")
    }

    @Test func `hostile texts are refused quickly`() {
        let levels = (1...12).map {
            "l\($0): &l\($0) [\(Array(repeating: "*l\($0 - 1)", count: 9).joined(separator: ", "))]"
        }
        let bomb = "l0: &l0 [a]\n" + levels.joined(separator: "\n")
        for text in [
            bomb, String(repeating: "[", count: 100_000), String(repeating: "- ", count: 10_000),
            String(repeating: "a", count: 2_000_000), String(repeating: "a: {", count: 5_000),
            (0..<400).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
        ] {
            #expect(errors(of: text).count == 1)
        }
    }

    @Test func `every repeated key is reported, each with its first place`() {
        let findings = Findings(file: "f")
        let document = YAMLDocument(text: "a: 1\nb: 2\na: 3\n\"b\": 4\na: 5\n", findings: findings)
        let root = document.map { Field(value: $0.root, path: "", findings: findings) }
        #expect(root?.entries()?.map(\.name) == ["a", "b"])
        #expect(
            findings.errors.map(\.description) == [
                "f:3:1: a: the key “a” is given twice; the first is at line 1",
                "f:4:1: b: the key “b” is given twice; the first is at line 2",
                "f:5:1: a: the key “a” is given twice; the first is at line 1",
            ])
    }
}

struct SecretReferenceTests {
    @Test func `a secret is a file, and one written inline is not repeated`() {
        let findings = Findings(file: "f")
        func read(_ text: String) -> SecretReference? {
            let value = YAMLValue(content: .scalar(text, isPlain: true), position: TextPosition(line: 1, column: 1))
            return AddressReader.secret(Field(value: value, path: "token", findings: findings))
        }
        #expect(read("file:/etc/sluice/token") == SecretReference(file: "/etc/sluice/token"))
        #expect(read("hunter2") == nil)
        #expect(read("file:token") == nil)
        #expect(findings.errors.count == 2)
        #expect(!findings.errors.contains { $0.description.contains("hunter2") })
    }

    @Test func `the keys of the reader are the keys of the schema`() throws {
        let path = Samples.folder + "/profile.schema.json"
        let schema = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        let definitions = (schema as? [String: Any])?["$defs"] as? [String: Any]
        for (name, keys) in [("point", PointReader.keys), ("charger", ChargerProfileReader.keys)] {
            let properties = (definitions?[name] as? [String: Any])?["properties"] as? [String: Any]
            #expect(properties?.keys.sorted() == keys.sorted())
        }
    }
}
