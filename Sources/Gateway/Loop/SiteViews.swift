// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import PowerControl

/// What the loop publishes of one EVSE.
package struct EVSEView: Sendable, BitwiseCopyable {
    package var decision: EVSEDecision
    package var decidedAt: Instant

    package init() {
        decision = EVSEDecision()
        decidedAt = .distantPast
    }

    @_noLocks init(_ decision: EVSEDecision, at now: Instant) {
        self.decision = decision
        decidedAt = now
    }
}

/// What the loop publishes of one circuit.
package struct CircuitSnapshot: Sendable, BitwiseCopyable {
    package var view: CircuitView
    package init() { view = CircuitView() }

    @_noLocks init(_ view: CircuitView) { self.view = view }
}
