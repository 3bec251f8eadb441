// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Collects what a reader finds, so that a person sees all mistakes of a file at once.
final class Findings {
    let file: String
    private(set) var errors: [ConfigurationError] = []
    private(set) var notices: [ConfigurationNotice] = []
    /// A hostile file can be wrong in very many places; nobody reads further than this.
    private static let most = 200

    init(file: String) { self.file = file }

    func error(_ position: TextPosition, _ path: String, _ message: String) {
        guard errors.count < Self.most else { return }
        errors.append(ConfigurationError(file: file, position: position, path: path, message: message))
    }

    func notice(_ position: TextPosition, _ path: String, _ message: String) {
        guard notices.count < Self.most else { return }
        notices.append(ConfigurationNotice(file: file, position: position, path: path, message: message))
    }

    /// In the order of the text; of several at one place the first found comes first.
    static func sorted(_ findings: [ConfigurationError]) -> [ConfigurationError] {
        findings.enumerated()
            .sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
            .map(\.element)
    }
}
