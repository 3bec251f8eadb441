// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Witness at the connection point: what flowed at most, and how far beyond a limit. It hears every substep.
package struct ConnectionRecorder: Equatable, Sendable {
    /// Highest sum over the conductors in import; zero or above.
    package private(set) var maximumImport = Power.zero
    /// Highest sum in export, a magnitude.
    package private(set) var maximumExport = Power.zero
    /// Highest magnitude on each conductor.
    package private(set) var maximumCurrent = PerPhase<Current>.zero
    /// The limits the following three are measured against; nil measures nothing.
    package private(set) var limits: PowerLimits?
    /// Energy beyond the limits, import and export together.
    package var excess: Energy { Energy(simulated: excess_Wh) }
    /// The longest unbroken time beyond the limits.
    package private(set) var longestExcess = Interval.zero
    /// The furthest beyond the limits, a magnitude.
    package private(set) var worstExcess = Power.zero
    private var excess_Wh = 0.0
    private var currentExcess = Interval.zero

    package init(limits: PowerLimits? = nil) { self.limits = limits }

    /// Starts afresh against `limits`.
    package mutating func restart(limits: PowerLimits?) { self = ConnectionRecorder(limits: limits) }

    mutating func note(_ point: ConnectionPoint, for step: Interval) {
        let total = point.total
        maximumImport = max(maximumImport, total)
        maximumExport = max(maximumExport, -total)
        for phase in Phase.allCases {
            maximumCurrent[phase] = max(maximumCurrent[phase], point.current[phase].magnitude)
        }
        guard let limits else { return }
        let beyond = (total - limits.nearest(to: total)).magnitude
        guard beyond > .zero else {
            currentExcess = .zero
            return
        }
        worstExcess = max(worstExcess, beyond)
        excess_Wh += beyond.inUnits * step.inSeconds / 3_600
        currentExcess = currentExcess + step
        longestExcess = max(longestExcess, currentExcess)
    }
}
