// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Controller {
    /// Whether the site is still being looked at after a start. Chargers that are heard one after the other and a meter that
    /// is not yet set against them would make each look like too much; stopping them all at once is a step of its own, which
    /// no limit asks for. It ends when everything is known, when it takes longer than a silent meter may, or at once when the
    /// meter shows more than is allowed.
    @_noLocks mutating func isTakingOver(_ snapshot: borrowing Snapshot) -> Bool {
        if hasTakenOver { return false }
        hasTakenOver = snapshot.now - startedAt > circuitModels[0].meterMaximumAge || isKnown() || isExceeded()
        return !hasTakenOver
    }

    private func isKnown() -> Bool {
        var index = 0
        while index < states.count {
            if states[index].measuredAt == .distantPast { return false }
            index += 1
        }
        index = 0
        while index < circuits.count {
            if circuitModels[index].isMetered, !circuits[index].hasEstimate { return false }
            index += 1
        }
        return true
    }

    /// The meter shows more than is allowed: what there is to know must do.
    @_noLocks func isExceeded() -> Bool {
        let seen = circuits[0].sample
        guard circuits[0].sampledAt > .distantPast else { return false }
        let bounds = circuits[0].bounds
        let voltage = circuits[0].voltage
        return any(seen .> bounds.importDraw(voltage)) || any((.zero &- seen) .> bounds.exportDraw(voltage))
    }

    /// The targets are what was found running.
    @_noLocks mutating func hold(_ now: Instant, _ decision: inout Decision) {
        var index = 0
        while index < states.count {
            decision.evses[index].shapingCount = 0
            decision.evses[index].target = states[index].target
            decision.evses[index].phaseCount = states[index].phases.count
            decision.evses[index].note(states[index].target, Reason(.takingOver))
            index += 1
        }
    }
}
