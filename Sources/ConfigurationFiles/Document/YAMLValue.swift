// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A value of a YAML file that knows where it stands.
struct YAMLValue {
    indirect enum Content {
        /// `isPlain` is false for quoted text, which is never a number or a truth value.
        case scalar(String, isPlain: Bool)
        case list([YAMLValue])
        case mapping([Entry])
    }
    struct Entry {
        let key: String
        let keyPosition: TextPosition
        let value: YAMLValue
    }
    let content: Content
    let position: TextPosition

    /// What a person calls it, for messages.
    var kind: String {
        switch content {
        case .scalar(let text, let isPlain):
            if isPlain, text.isEmpty || text == "~" || text == "null" { "nothing" } else { "“\(text.shortened)”" }
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    var isNothing: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }
}

extension String {
    /// Short enough for a message on one line.
    var shortened: String {
        let line = unicodeScalars.contains { $0.value < 0x20 } ? String(map { $0.isNewline ? " " : $0 }) : self
        return line.count > 80 ? String(line.prefix(80)) + "…" : line
    }
}
