// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials

/// What a grid operator's channel says.
package enum OperatorInstruction: Hashable, Sendable {
    /// A sign of life of the box that sends limits (EEBUS LPC, LPP).
    case heartbeat(LimitDirection)
    /// - Parameters:
    ///   - size: Zero or more.
    ///   - isActive: False lifts the limit without ending the box's control.
    ///   - duration: nil until it is written anew.
    case limit(LimitDirection, size: Power, isActive: Bool, duration: Interval?)
    /// What holds while the box is silent.
    case failsafe(LimitDirection, size: Power)
    /// For how long at least it holds, 2 h to 24 h.
    case failsafeDuration(LimitDirection, Interval)
    /// A reduction of all controllable devices together (§ 14a EnWG).
    case reduction(to: Power, duration: Interval?)
    case endOfReduction
    /// Other limits of the limitation scheme (EREC G100), per phase; nil: that direction is not limited.
    case schemeLimits(import: Current?, export: Current?, code: String)
    /// Ends a lock-out of the limitation scheme.
    case schemeReset(code: String)
    /// A contact of the control box. nil: the wire to it is broken.
    case relay(RelayName, isClosed: Bool?)
    /// Delivery ends within the time of the grid code (EN 50549-1, IEEE 1547); until it is permitted again.
    case ceaseToEnergise
    case permitService
    case flexible(FlexibleInstruction)
    case envelope(EnvelopeInstruction)
}

/// The contacts of a control box: feed in nothing, 30 %, 60 %; dim the controllable loads.
package enum RelayName: String, CaseIterable, Sendable { case w3 = "W3", s2 = "S2", s1 = "S1", w4 = "W4" }

package enum EvidenceFormat: String, CaseIterable, Sendable { case csv, json }

/// Hands out the record piece by piece.
package protocol EvidencePieces: Sendable {
    /// - Returns: nil after the last piece.
    func next() async throws(APIProblem) -> String?
}

/// Whether the record is whole, and what is wrong with it if not.
package struct EvidenceVerification: Codable, Hashable, Sendable {
    package var checked: Int
    package var isIntact: Bool
    package var findings: [String]

    package init(checked: Int, isIntact: Bool, findings: [String]) {
        self.checked = checked
        self.isIntact = isIntact
        self.findings = findings
    }

    enum CodingKeys: String, CodingKey {
        case checked, findings
        case isIntact = "intact"
    }
}
