// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers

/// What is wrong with one device now, so that each trouble is said once when it begins and once when it is over.
struct Troubles {
    /// Three that begin and end by themselves: a charger may answer well and disobey.
    enum Kind: Int, CaseIterable {
        /// No readings come. A reading ends it.
        case readings
        /// It answers and does not do what it is told. An order that is carried out ends it.
        case obedience
        /// Readings come with values that are not believed. One that is believed whole ends it.
        case values
    }

    private struct Trouble {
        /// What was wrong since it began; each is said once.
        var subjects: Set<DeviceFault.Subject>
        var text: String
        /// The bus says when it ends.
        var isOfTheBus: Bool
    }
    private var open: [Kind: Trouble] = [:]

    /// What is worst now, for people.
    var worst: String? { Kind.allCases.lazy.compactMap { open[$0]?.text }.first }

    /// - Returns: Whether this is to be said.
    mutating func begin(_ kind: Kind, _ fault: DeviceFault) -> Bool {
        var trouble = open[kind] ?? Trouble(subjects: [], text: "", isOfTheBus: false)
        trouble.text = fault.description
        trouble.isOfTheBus = false
        defer { open[kind] = trouble }
        return trouble.subjects.insert(fault.subject).inserted
    }

    /// The whole bus has no connection, which it says itself.
    mutating func loseBus(_ text: String) {
        open = [.readings: Trouble(subjects: [.connection], text: text, isOfTheBus: true)]
    }

    /// - Returns: Whether this is to be said.
    mutating func end(_ kind: Kind) -> Bool {
        guard let trouble = open.removeValue(forKey: kind) else { return false }
        return !trouble.isOfTheBus
    }
}

extension Troubles.Kind {
    /// For the log.
    var ending: String {
        switch self {
        case .readings: "answers again"
        case .obedience: "obeys again"
        case .values: "sends values that can be believed again"
        }
    }
}
