// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What something takes from a circuit: the sum of power in lane 0, the power on L1, L2, L3 in lanes 1 to 3. Counted in
/// sixths of a milliwatt, so that a third of a three-phase power is exact.
typealias Draw = SIMD4<Int64>

/// Draw per milliwatt of an EVSE that spreads its power evenly over its line conductors.
@_noLocks func drawPerMilliwatt(on wiring: PhaseSet) -> Draw {
    let share: Int64 = wiring.count == 3 ? 2 : (wiring.count == 2 ? 3 : 6)
    return Draw(
        6, wiring.contains(.l1) ? share : 0, wiring.contains(.l2) ? share : 0, wiring.contains(.l3) ? share : 0)
}

@_noLocks func draw(_ power: Power, _ perMilliwatt: Draw) -> Draw { perMilliwatt &* Draw(repeating: power.milli) }

/// The same power on the sum and on every phase: bounds and reserves, which may fall on any single phase.
@_noLocks func drawEverywhere(_ power: Power) -> Draw { Draw(repeating: power.milli &* 6) }

@_noLocks func phaseDraw(_ current: Current, at voltage: Voltage) -> Int64 { (voltage * current).milli &* 6 }

@_noLocks func lanewiseMax(_ lhs: Draw, _ rhs: Draw) -> Draw { lhs.replacing(with: rhs, where: rhs .> lhs) }
@_noLocks func lanewiseMin(_ lhs: Draw, _ rhs: Draw) -> Draw { lhs.replacing(with: rhs, where: rhs .< lhs) }
