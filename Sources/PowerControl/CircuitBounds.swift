// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A circuit's own bounds narrowed by what is imposed on it, with the source of each.
struct CircuitBounds: Sendable, BitwiseCopyable {
    private(set) var power: PowerLimits
    private var current: PerPhase<CurrentLimits>
    private(set) var importSource = SIMD4<UInt16>()
    private(set) var exportSource = SIMD4<UInt16>()

    @_noLocks init(_ model: CircuitModel) {
        power = model.power
        current = model.current
    }

    @_noLocks mutating func narrow(to limits: PowerLimits) {
        if limits.upper < power.upper { importSource[0] = 0 }
        if limits.lower > power.lower { exportSource[0] = 0 }
        power = power.narrowed(to: limits)
    }

    @_noLocks mutating func narrow(_ limit: ImposedLimit) {
        if limit.power.upper < power.upper { importSource[0] = limit.source }
        if limit.power.lower > power.lower { exportSource[0] = limit.source }
        power = power.narrowed(to: limit.power)
        current.l1 = narrowed(current.l1, 1, limit)
        current.l2 = narrowed(current.l2, 2, limit)
        current.l3 = narrowed(current.l3, 3, limit)
    }

    private mutating func narrowed(_ phase: CurrentLimits, _ lane: Int, _ limit: ImposedLimit) -> CurrentLimits {
        if limit.current.upper < phase.upper { importSource[lane] = limit.source }
        if limit.current.lower > phase.lower { exportSource[lane] = limit.source }
        return phase.narrowed(to: limit.current)
    }

    @_noLocks func importDraw(_ voltage: PerPhase<Voltage>) -> Draw {
        Draw(
            power.upper.milli &* 6, phaseDraw(current.l1.upper, at: voltage.l1),
            phaseDraw(current.l2.upper, at: voltage.l2), phaseDraw(current.l3.upper, at: voltage.l3))
    }

    @_noLocks func exportDraw(_ voltage: PerPhase<Voltage>) -> Draw {
        Draw(
            0 &- power.lower.milli &* 6, 0 &- phaseDraw(current.l1.lower, at: voltage.l1),
            0 &- phaseDraw(current.l2.lower, at: voltage.l2), 0 &- phaseDraw(current.l3.lower, at: voltage.l3))
    }
}
