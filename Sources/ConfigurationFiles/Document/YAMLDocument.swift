// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Yams

/// The text of one file, composed into values that know their line and column.
///
/// Refused, because a configuration needs none of it and a hostile one could exhaust the reader with it: anchors and
/// aliases, several documents, more than `Size` allows.
struct YAMLDocument {
    let root: YAMLValue

    enum Size {
        static let bytes = 1_000_000
        static let nesting = 48
        static let values = 50_000
        static let aliases = 16
    }

    /// - Returns: nil when the text is not usable at all; the findings then say why.
    init?(text: String, findings: Findings) {
        let text = text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
        if let refusal = TextShape.refusal(of: text) {
            findings.error(refusal.position, "", refusal.message)
            return nil
        }
        var repeated = RepeatedKeys(text: text)
        switch repeated.compose() {
        case .failure(let refusal):
            findings.error(refusal.position, "", refusal.message)
            return nil
        case .success(let root): self.root = root
        }
    }
}

/// Why a text cannot become values.
struct Refusal: Error {
    let position: TextPosition
    let message: String
}

/// Composes a text in which keys may be given twice. The parser stops at the first such key and keeps neither its
/// second place nor the rest of the file; so the first character of the earlier one is replaced by one of the private
/// use area and the text composed again, until all keys differ. The values then carry the true keys, twice.
private struct RepeatedKeys {
    private let original: String
    private var text: String
    private var trueKeys: [TextPosition: Unicode.Scalar] = [:]
    private static let most = 64
    private static let placeholders: UInt32 = 0xE000

    init(text: String) {
        original = text
        self.text = text
    }

    mutating func compose() -> Result<YAMLValue, Refusal> {
        while true {
            do {
                // Nodes hold their anchor weakly, so the parser has to outlive the conversion.
                let parser = try Parser(yaml: text, encoding: .utf8)
                let node = try parser.singleRoot()
                return withExtendedLifetime(parser) { values(of: node) }
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let position = TextPosition(line: context.mark.line, column: context.mark.column)
                if trueKeys.count < Self.most, hideKey(at: position) { continue }
                return .failure(
                    Refusal(position: position, message: "the key “\(keys.joined(separator: "”, “"))” is given twice"))
            } catch {
                return .failure(SyntaxRefusal.of(error, in: original))
            }
        }
    }

    private func values(of node: Node?) -> Result<YAMLValue, Refusal> {
        guard let node else {
            return .failure(Refusal(position: TextPosition(line: 1, column: 1), message: "the file is empty"))
        }
        var conversion = NodeConversion(trueKeys: trueKeys)
        do throws(Refusal) {
            return .success(try conversion.value(of: node, depth: 0))
        } catch {
            return .failure(error)
        }
    }

    /// - Returns: false when nothing there can be replaced.
    private mutating func hideKey(at position: TextPosition) -> Bool {
        var scalars = Array(text.unicodeScalars)
        guard var index = TextShape.index(of: position, in: scalars) else { return false }
        if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard index < scalars.count, trueKeys[position] == nil,
            let placeholder = Unicode.Scalar(Self.placeholders + UInt32(trueKeys.count))
        else { return false }
        trueKeys[position] = scalars[index]
        scalars[index] = placeholder
        text = String(String.UnicodeScalarView(scalars))
        return true
    }
}

/// Turns the parser's nodes into values, counting them.
private struct NodeConversion {
    let trueKeys: [TextPosition: Unicode.Scalar]
    private var count = 0
    private var last = TextPosition(line: 1, column: 1)

    init(trueKeys: [TextPosition: Unicode.Scalar]) { self.trueKeys = trueKeys }

    mutating func value(of node: Node, depth: Int) throws(Refusal) -> YAMLValue {
        if let mark = node.mark { last = TextPosition(line: mark.line, column: mark.column) }
        let position = last
        count += 1
        guard count <= YAMLDocument.Size.values, depth <= YAMLDocument.Size.nesting else {
            throw Refusal(
                position: position,
                message: "the file is too large: at most \(YAMLDocument.Size.values) values, "
                    + "nested at most \(YAMLDocument.Size.nesting) deep")
        }
        guard node.anchor == nil else {
            throw Refusal(
                position: position, message: "anchors (&) and aliases (*) are not allowed here; repeat the value")
        }
        switch node {
        case .alias:
            throw Refusal(
                position: position, message: "anchors (&) and aliases (*) are not allowed here; repeat the value")
        case .scalar(let scalar):
            return YAMLValue(content: .scalar(scalar.string, isPlain: scalar.style == .plain), position: position)
        case .sequence(let sequence):
            var list: [YAMLValue] = []
            for item in sequence { list.append(try value(of: item, depth: depth + 1)) }
            return YAMLValue(content: .list(list), position: position)
        case .mapping(let mapping):
            var entries: [YAMLValue.Entry] = []
            for (key, item) in mapping { entries.append(try entry(key, item, depth: depth + 1)) }
            return YAMLValue(content: .mapping(entries), position: position)
        }
    }

    private mutating func entry(_ key: Node, _ item: Node, depth: Int) throws(Refusal) -> YAMLValue.Entry {
        let keyValue = try value(of: key, depth: depth)
        guard case .scalar(var name, _) = keyValue.content else {
            throw Refusal(position: keyValue.position, message: "expected a key, found \(keyValue.kind)")
        }
        if let first = trueKeys[keyValue.position] {
            name = String(first) + String(name.unicodeScalars.dropFirst())
        }
        return YAMLValue.Entry(key: name, keyPosition: keyValue.position, value: try value(of: item, depth: depth))
    }
}
