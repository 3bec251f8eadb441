// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A place in a text, both counted from 1; columns count Unicode scalars.
package struct TextPosition: Hashable, Comparable, Sendable {
    package let line: Int
    package let column: Int
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
    package static func < (lhs: TextPosition, rhs: TextPosition) -> Bool {
        (lhs.line, lhs.column) < (rhs.line, rhs.column)
    }
}

/// What is wrong in a file that a person wrote: where, what was found and what is allowed.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    package let file: String
    package let position: TextPosition
    /// The keys that lead there, `evses[1].charger.profile`; empty for the file as a whole.
    package let path: String
    package let message: String

    package init(file: String, position: TextPosition, path: String, message: String) {
        self.file = file
        self.position = position
        self.path = path
        self.message = message
    }

    package var line: Int { position.line }
    package var column: Int { position.column }
    /// `FILE:LINE:COLUMN: PATH: MESSAGE`, as compilers print it and editors follow it.
    package var description: String {
        "\(file):\(line):\(column): \(path.isEmpty ? "" : "\(path): ")\(message)"
    }
}

/// Something that is allowed but that its author may not expect; printed like an error, stops nothing.
package typealias ConfigurationNotice = ConfigurationError

/// Everything that is wrong in one file.
package struct ConfigurationErrors: Error, Sendable, CustomStringConvertible {
    package let errors: [ConfigurationError]
    package init(_ errors: [ConfigurationError]) { self.errors = errors }
    package var description: String { errors.map(\.description).joined(separator: "\n") }
}
