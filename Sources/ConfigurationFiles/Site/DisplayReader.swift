// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension SiteConfiguration {
    /// A page for drivers at each EVSE.
    package struct Display: Equatable, Sendable {
        /// As RFC 5646 has them; the first is the standard.
        package var languages: [String]
        /// Where the pages are besides the API's own address, readable for whoever reaches it; nil is nowhere.
        package var listen: ListenAddress?
    }
}

/// Reads `display`. Without the key there is no display.
enum DisplayReader {
    /// Of languages.
    private static let most = 8
    /// Languages that the page itself has words in; in others it speaks English around what backends wrote.
    package static let spoken = ["en", "de", "fr", "nl", "es", "it"]

    static func display(_ field: Field?) -> SiteConfiguration.Display? {
        guard let field, let mapping = field.mapping(["languages", "listen"]) else { return nil }
        let languages = mapping["languages"].map(languages) ?? ["en"]
        let listen = mapping["listen"].flatMap { AddressReader.literal($0, example: "192.0.2.10:8090") }
        if let listen, !listen.isLoopback {
            field.notice("whoever reaches \(listen) sees what the displays show; nobody can change anything there")
        }
        return SiteConfiguration.Display(languages: languages, listen: listen)
    }

    private static func languages(_ field: Field) -> [String] {
        var languages: [String] = []
        for item in field.list() ?? [] {
            guard let tag = tag(item) else { continue }
            if languages.contains(where: { $0.lowercased() == tag.lowercased() }) {
                item.error("“\(tag)” is given twice")
            } else {
                languages.append(tag)
            }
        }
        if field.findings.errors.isEmpty, !(1...most).contains(languages.count) {
            field.error("expected 1 to \(most) languages such as [en, de], found \(languages.count)")
        }
        return languages
    }

    /// OCPP's messages have room for 8 characters.
    private static func tag(_ field: Field) -> String? {
        guard let text = field.text() else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isTag =
            text.utf8.count <= 8 && parts.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy(isLetterOrDigit) }
            && (2...3).contains(parts[0].count) && parts[0].allSatisfy(\.isLetter)
        guard isTag else {
            field.error("expected the tag of a language such as en, de or pt-BR, found \(field.value.kind)")
            return nil
        }
        let language = parts[0].lowercased()
        if !spoken.contains(language) {
            field.notice(
                "the page has no words of its own in “\(text)”; they are English, and what backends wrote is as it is")
        }
        return text
    }

    private static func isLetterOrDigit(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }
}
