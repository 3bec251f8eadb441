// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// One edition of a grid code as its file gives it: the numbers, and for each where it comes from.
package struct GridCode: Sendable {
    /// How far a value can be trusted.
    package enum Confidence: String, CaseIterable, Sendable {
        /// A public document that was read states it.
        case source
        /// A default of ours, to be confirmed against the code before use.
        case `default`
    }

    /// Where one value comes from.
    package struct Provenance: Equatable, Sendable {
        /// The keys that lead to it, `enter_service.delay`.
        package let path: String
        /// As it is written.
        package let value: String
        /// A key of `sources`.
        package let source: String
        package let confidence: Confidence
    }

    package let id: String
    package let title: String
    /// The code's own name and edition.
    package let code: String
    package let edition: String
    package let revision: Int
    /// Documents by the name values refer to.
    package let sources: [String: String]
    package let profile: GridCodeProfile
    /// Of every value, in the order of the format.
    package let provenance: [Provenance]

    package var unconfirmed: [Provenance] { provenance.filter { $0.confidence == .default } }
}

/// What reading a grid code brought. The code is there only when it has no errors.
package struct GridCodeCheck: Sendable {
    package let code: GridCode?
    package let errors: [ConfigurationError]
    package let notices: [ConfigurationNotice]
}
