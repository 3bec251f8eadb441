// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Reads `Grid-Codes/<name>-<edition>.yaml`, format version 1.
package enum GridCodeReader {
    /// The format's version this reader knows.
    package static let formatVersion = 1

    /// - Parameters:
    ///   - file: The name that messages show.
    ///   - expectedID: What `id` has to be, from the file's place; nil accepts any.
    package static func read(text: String, file: String, expectedID: String? = nil) -> GridCodeCheck {
        let findings = Findings(file: file)
        var code: GridCode?
        if let document = YAMLDocument(text: text, findings: findings) {
            code = read(Field(value: document.root, path: "", findings: findings), expectedID: expectedID)
        }
        return GridCodeCheck(
            code: findings.errors.isEmpty ? code : nil, errors: Findings.sorted(findings.errors),
            notices: Findings.sorted(findings.notices))
    }

    private static let keys = [
        "format", "id", "title", "code", "edition", "revision", "sources", "nominal", "frequency_response", "volt_watt",
        "reactive_power", "enter_service", "cease_to_energise", "momentary_cessation", "remote_limit",
        "ten_minute_voltage", "trips",
    ]

    private static func read(_ field: Field, expectedID: String?) -> GridCode? {
        guard let mapping = field.mapping(keys) else { return nil }
        readFormat(mapping)
        let id = mapping.required("id", "id: name-edition").flatMap { readID($0, expected: expectedID) }
        let title = mapping.required("title", "title: The code, its edition and category")?.text()
        let code = mapping.required("code", "code: EN 50549-1")?.text()
        let edition = mapping.required("edition", "edition: \"2019\"")?.text()
        let revision = mapping.required("revision", "revision: 1")?.int(1...1_000_000)
        guard let sources = mapping.required("sources", "sources: { name: a public document }")?.entries() else {
            return nil
        }
        let texts = sources.map { ($0.name, $0.value.text() ?? "") }
        let book = SourceBook(sources: Dictionary(texts, uniquingKeysWith: { first, _ in first }))
        let reading = GridCodeReading(mapping: mapping, book: book)
        let profile = reading.profile()
        for source in sources where !book.used.contains(source.name) {
            source.key.error("no value refers to this source")
        }
        if let unconfirmed = count(book.provenance) { mapping.field.notice(unconfirmed) }
        guard let id, let title, let code, let edition, let revision, let profile else { return nil }
        return GridCode(
            id: id, title: title, code: code, edition: edition, revision: revision, sources: book.sources,
            profile: profile, provenance: book.provenance)
    }

    private static func count(_ provenance: [GridCode.Provenance]) -> String? {
        let open = provenance.filter { $0.confidence == .default }.count
        guard open > 0 else { return nil }
        return "\(open) of \(provenance.count) values are defaults to be confirmed against the code before use"
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
        guard GridCodeLibrary.isID(id) else {
            field.error("expected lower-case letters, digits, “.” and “-”, found “\(id.shortened)”")
            return nil
        }
        return id
    }
}
