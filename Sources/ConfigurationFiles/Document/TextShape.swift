// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Yams

/// What can be said about a text before it is parsed. The parser is recursive and resolves aliases before we see them,
/// so nesting and number of aliases are estimated here, quotes and comments not told apart. (The parser itself stops at
/// 1000 levels, and what it accepted is measured exactly afterwards.)
enum TextShape {
    static func refusal(of text: String) -> Refusal? {
        guard text.utf8.count <= YAMLDocument.Size.bytes else {
            return Refusal(
                position: TextPosition(line: 1, column: 1),
                message: "the file is \(text.utf8.count) bytes long; at most \(YAMLDocument.Size.bytes) are read")
        }
        var scan = Scan()
        for byte in text.utf8 {
            scan.take(byte)
            if let message = scan.complaint {
                return Refusal(position: TextPosition(line: scan.line, column: scan.column), message: message)
            }
        }
        return nil
    }

    /// The index of a position in the text's scalars, nil beyond the end.
    static func index(of position: TextPosition, in scalars: [Unicode.Scalar]) -> Int? {
        var line = 1
        var index = 0
        while line < position.line, index < scalars.count {
            if scalars[index] == "\r", index + 1 < scalars.count, scalars[index + 1] == "\n" { index += 1 }
            if isBreak(scalars[index]) { line += 1 }
            index += 1
        }
        index += position.column - 1
        return line == position.line && index >= 0 && index < scalars.count ? index : nil
    }

    /// The line breaks of YAML 1.1, which the parser counts.
    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    private struct Scan {
        var line = 1
        var column = 0
        private var brackets = 0
        private var isIndentation = true
        private var previous = UInt8(ascii: "\n")
        private var beforePrevious = UInt8(ascii: "\n")
        private var aliases = 0

        mutating func take(_ byte: UInt8) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 0
                isIndentation = true
            } else {
                if byte & 0xC0 != 0x80 { column += 1 }
                count(byte)
            }
            (beforePrevious, previous) = (previous, byte)
        }

        private mutating func count(_ byte: UInt8) {
            if previous == UInt8(ascii: "*"), Self.separates(beforePrevious), !Self.separates(byte) { aliases += 1 }
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): brackets = max(0, brackets - 1)
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"): return
            default: break
            }
            isIndentation = false
        }

        var complaint: String? {
            if brackets > YAMLDocument.Size.nesting || (isIndentation && column > 4 * YAMLDocument.Size.nesting) {
                return "nested too deeply; at most \(YAMLDocument.Size.nesting) levels are read"
            }
            if aliases > YAMLDocument.Size.aliases {
                return "anchors (&) and aliases (*) are not allowed here; repeat the value"
            }
            return nil
        }

        private static func separates(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: ","),
                UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "?"):
                true
            default: false
            }
        }
    }
}

/// Says a syntax error of the parser in one line.
enum SyntaxRefusal {
    static func of(_ error: any Error, in text: String) -> Refusal {
        guard let error = error as? YamlError else { return atStart("not readable as YAML: \(error)") }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return Refusal(
                position: TextPosition(line: mark.line, column: mark.column),
                message: "not readable as YAML: \(problem)\(described(context, at: mark))")
        case .reader(let problem, let offset, _, _):
            return Refusal(
                position: position(ofCharacter: offset ?? 0, in: text), message: "not readable as YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            return Refusal(
                position: TextPosition(line: context.mark.line, column: context.mark.column),
                message: "the key “\(keys.joined(separator: "”, “"))” is given twice")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return atStart("not readable as YAML: \(error)")
        }
    }

    private static func described(_ context: YamlError.Context?, at mark: Mark) -> String {
        guard let context else { return "" }
        if context.mark.line == mark.line { return " (\(context.text))" }
        return " (\(context.text) that began at line \(context.mark.line))"
    }

    private static func position(ofCharacter offset: Int, in text: String) -> TextPosition {
        let before = text.prefix(offset)
        let line = before.count { $0.isNewline } + 1
        let column = before.reversed().prefix { !$0.isNewline }.count + 1
        return TextPosition(line: line, column: column)
    }

    private static func atStart(_ message: String) -> Refusal {
        Refusal(position: TextPosition(line: 1, column: 1), message: message)
    }
}
