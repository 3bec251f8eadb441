// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What EVSEs may load one phase with beyond what they load all phases with alike.
package struct AsymmetryBound: Sendable, BitwiseCopyable {
    /// Of each phase, for all EVSEs of the site together.
    package var phases: PerPhase<PowerLimits>
    /// It comes back in reasons, as that of an imposed limit does.
    package var source: UInt16

    package init(phases: PerPhase<PowerLimits>, source: UInt16) {
        self.phases = phases
        self.source = source
    }
}

extension Sharing {
    /// The lane of a level that counts the asymmetric part on L1; those of L2 and L3 follow.
    static var firstAsymmetricLane: Int { @_noLocks get { 5 } }

    /// What a milliwatt of the slot loads the phase of the lane with beyond the least loaded phase.
    @_noLocks func asymmetric(_ slot: Int, _ lane: Int) -> Int64 {
        let share = slots[slot].perMilliwatt
        return share[lane - Self.firstAsymmetricLane + 1] &- min(share[1], min(share[2], share[3]))
    }

    /// Bounds each phase and direction on its own, so that no car that stops leaves another beyond the bound.
    /// - Returns: Whether a power was cut.
    @_noLocks mutating func fit(_ bound: AsymmetryBound, _ ranking: inout Ranking) -> Bool {
        var isChanged = fitPhase(bound.phases.l1, 0, .l1, bound.source, &ranking)
        isChanged = fitPhase(bound.phases.l2, 1, .l2, bound.source, &ranking) || isChanged
        return fitPhase(bound.phases.l3, 2, .l3, bound.source, &ranking) || isChanged
    }

    private mutating func fitPhase(
        _ limits: PowerLimits, _ phase: Int, _ conductor: Reason.Conductor, _ source: UInt16, _ ranking: inout Ranking
    ) -> Bool {
        var isChanged = false
        var sign: Int64 = 1
        while sign >= -1 {
            let room = sign > 0 ? limits.upper : -limits.lower
            let reason = Reason(
                .imposedLimit, circuit: 0, conductor: conductor, isExport: sign < 0, source: source)
            var level = Level(
                start: 0, end: slots.count, conductor: Self.firstAsymmetricLane + phase, sign: sign,
                room: room.milli &* 6, reason: reason)
            if need(level) > level.room { isChanged = lower(&level, &ranking) || isChanged }
            sign -= 2
        }
        return isChanged
    }
}
