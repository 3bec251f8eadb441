// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A mapping with known keys.
struct MappingField {
    let field: Field
    private let values: [String: Field]
    private let keys: [String: Field]

    init(_ field: Field, entries: [(key: Field, name: String, value: Field)], known: [String]) {
        self.field = field
        var values: [String: Field] = [:]
        var keys: [String: Field] = [:]
        for (key, name, value) in entries {
            if known.contains(name) {
                keys[name] = key
                values[name] = value
            } else {
                key.error(Self.complaint(about: name, known: known))
            }
        }
        self.values = values
        self.keys = keys
    }

    private static func complaint(about name: String, known: [String]) -> String {
        if let near = NearestName.candidates(for: name, among: known, atMost: 1).first {
            return "“\(name.shortened)” is not a known key; did you mean “\(near)”?"
        }
        return "“\(name.shortened)” is not a known key; known here: \(known.listed)"
    }

    var path: String { field.path }
    var position: TextPosition { field.position }

    /// The value of an optional key; a key without a value counts as given with the wrong type, not as absent.
    subscript(name: String) -> Field? { values[name] }

    func has(_ name: String) -> Bool { values[name] != nil }

    /// The value of a key that has to be there.
    /// - Parameter example: What a person could write, `fuse: 63 A`.
    func required(_ name: String, _ example: String) -> Field? {
        if let value = values[name] { return value }
        field.error("“\(name)” is missing; write for example `\(example)`")
        return nil
    }

    /// Where a key is given, else where the mapping begins.
    func position(of name: String) -> TextPosition { keys[name]?.position ?? field.position }

    /// The path of a key whether it is given or not.
    func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
