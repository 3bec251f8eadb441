// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

/// Tags of languages (RFC 5646) as a reader would match them: `de-AT` is served by `de`, and `de` by `de-CH` if there is
/// nothing closer (RFC 4647, lookup; the last step is ours, since any German is closer than English).
package enum LanguageTag {
    /// - Returns: Which of `offered` serves `wanted` best; nil if none is of that language.
    package static func index(of wanted: String, in offered: [String]) -> Int? {
        let offered = offered.map { $0.lowercased() }
        var range = wanted.lowercased()[...]
        while !range.isEmpty {
            if let index = offered.firstIndex(where: { $0 == range }) { return index }
            range = range.lastIndex(of: "-").map { range[..<$0] } ?? ""
        }
        let language = primary(wanted)
        return language.isEmpty ? nil : offered.firstIndex { primary($0) == language }
    }

    private static func primary(_ tag: String) -> String {
        String(tag.lowercased().prefix { $0 != "-" })
    }
}

extension [MessageContentType] {
    /// The text in the first of these languages that there is one in, else the first that names no language, else the first
    /// of all (C01.FR.08, C01.FR.09, C01.FR.13, O01.FR.08, O01.FR.09, O01.FR.24); nil only where there is no text.
    package func inLanguage(_ wanted: [String]) -> MessageContentType? {
        let tags = map { $0.language ?? "" }
        let best = wanted.lazy.compactMap { LanguageTag.index(of: $0, in: tags) }.first
        return best.map { self[$0] } ?? first { $0.language == nil } ?? first
    }
}
