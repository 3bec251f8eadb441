// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Where a text stops being JSON.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Bytes from the start of the text.
    public let offset: Int
    public let expected: String

    public init(offset: Int, expected: String) {
        self.offset = offset
        self.expected = expected
    }

    public var description: String { "not JSON at byte \(offset): expected \(expected)" }
}
