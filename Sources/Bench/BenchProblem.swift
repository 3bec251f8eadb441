// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Why a bench device does not start, for the person who started it.
package struct BenchProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// What was asked for makes no sense together.
        case usage
        /// A profile is missing or wrong.
        case configuration
        /// A port, a terminal or a thread could not be had.
        case unavailable
    }
    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// As sysexits(3) numbers them.
    package var exitCode: Int32 {
        switch kind {
        case .usage: 64
        case .configuration: 78
        case .unavailable: 69
        }
    }
}
