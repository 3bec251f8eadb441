// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import LinuxIO
import LocalAPI
import PowerControl

/// What the connection leaves to one EVSE now, as far as it can be said beforehand: what a car is offered where no backend plans.
/// The loop decides from moment to moment, whatever was offered.
struct ConnectionRoom: Sendable {
    private let cells: SiteCells
    private let held: HeldLimits?

    /// - Parameter held: nil where nobody enters limits.
    init(_ cells: SiteCells, _ held: HeldLimits?) { (self.cells, self.held) = (cells, held) }

    /// At the grid's side. What the building draws is taken off, what others charge is not: they share.
    /// - Parameter index: of the EVSE in the configuration.
    func left(to index: Int, at now: Instant) -> PowerLimits {
        let limits = cells.limits.read()
        var room = held(at: now).without(building)
        for place in 0..<limits.count {
            let power = limits[place].power
            switch limits[place].scope {
            case .connectionPoint, .circuit(0): room = room.narrowed(to: power.without(building))
            case .controllable, .everyEVSE, .evse(index): room = room.narrowed(to: power)
            case .circuit, .evse: break
            }
        }
        return room
    }

    private func held(at now: Instant) -> PowerLimits {
        HeldLimits.Kind.allCases.reduce(.unbounded) { limits, kind in
            guard let power = held?.entry(kind, at: now)?.power else { return limits }
            return switch kind.direction {
            case .import: limits.narrowed(to: PowerLimits(from: PowerLimits.unbounded.lower, to: power))
            case .export: limits.narrowed(to: PowerLimits(from: .zero - power, to: PowerLimits.unbounded.upper))
            }
        }
    }

    /// What is drawn behind the connection point without the station; zero while the meter is silent, since nobody knows.
    private var building: Power {
        guard let view = cells.circuits.first?.read().view, !view.meterIsSilent else { return .zero }
        return view.uncontrolled
    }
}

extension PowerLimits {
    /// What is left of a bound beside this load. Where nobody bounds anything, nobody does beside a load either.
    fileprivate func without(_ load: Power) -> PowerLimits {
        PowerLimits(
            from: lower == Self.unbounded.lower ? lower : min(lower - load, .zero),
            to: upper == Self.unbounded.upper ? upper : max(upper - load, .zero))
    }
}
