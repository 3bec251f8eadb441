// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The difference between phases that EVSEs may cause (VDE-AR-N 4100: 4.6 kVA; it applies to generation, storage and
/// charging equipment, not to other loads).
///
/// A balanced three-phase draw raises all phases alike and does not count. What counts is the asymmetric rest per phase,
/// which may be zero at any moment because a car may stop by itself. A bound for one phase therefore counts on no draw of
/// another: what draws on other phases leaves room *upward* on this one, what they deliver takes it away. Within the
/// bounds taken together no pair of phases can differ by more than the limit, whatever each phase does.
package struct UnbalanceLimit: Sendable, BitwiseCopyable {
    /// One EVSE as it is wired and rated.
    package struct Device: Sendable, BitwiseCopyable {
        package var wiring: PhaseSet
        /// Of the whole EVSE.
        package var ratings: PowerLimits
        /// It always loads all phases alike, as a three-phase inverter does; a socket at which a single-phase car may
        /// charge does not.
        package var isAlwaysBalanced: Bool

        package init(wiring: PhaseSet, ratings: PowerLimits, isAlwaysBalanced: Bool = false) {
            self.wiring = wiring
            self.ratings = ratings
            self.isAlwaysBalanced = isAlwaysBalanced
        }
    }

    /// Largest difference between two phases. The rule speaks of apparent power; reckoned with active power it is
    /// too generous for chargers that use reactive power, so set it lower for them.
    package let limit: Power
    /// How far the asymmetric rest of each phase can reach by wiring and ratings.
    package let reach: PerPhase<PowerLimits>

    /// - Parameter limit: Below zero it counts as zero.
    package init(limit: Power = .watts(4_600), devices: [Device]) {
        self.limit = limit.clamped(from: .zero, to: PowerLimits.unbounded.upper)
        var reach = PerPhase(all: PowerLimits.zero)
        for device in devices where !(device.isAlwaysBalanced && device.wiring == .three) {
            for phase in Phase.allCases where device.wiring.contains(phase) {
                // A three-phase EVSE with a car on one phase draws there what it would draw on each of three.
                let share = max(device.wiring.count, 1)
                reach[phase] = PowerLimits(
                    from: reach[phase].lower + device.ratings.lower / share,
                    to: reach[phase].upper + device.ratings.upper / share
                ).narrowed(to: .unbounded)
            }
        }
        self.reach = reach
    }

    /// The rule that needs no measurement: what each phase may do whatever the others do.
    @_noLocks package func allowed() -> PerPhase<PowerLimits> { allowed(asymmetric: .zero) }

    /// What the asymmetric EVSEs of each phase may take and deliver together.
    ///
    /// The split of the difference between drawing and delivering follows what they do now: first everybody keeps what he
    /// has, cut in proportion where that is too much already; the rest is halved, and what ratings leave of a half goes
    /// to the other direction.
    /// - Parameter asymmetric: The present draw per phase of what does not load all phases alike.
    @_noLocks package func allowed(asymmetric: PerPhase<Power>) -> PerPhase<PowerLimits> {
        var up = PerPhase(draw(asymmetric, .l1), draw(asymmetric, .l2), draw(asymmetric, .l3))
        var down = PerPhase(delivery(asymmetric, .l1), delivery(asymmetric, .l2), delivery(asymmetric, .l3))
        cutToLimit(&up, &down)
        // Each direction takes half of what the worst pair leaves, so that both together cannot overdraw it.
        let halfUp = PerPhase(roomUp(.l1, up, down) / 2, roomUp(.l2, up, down) / 2, roomUp(.l3, up, down) / 2)
        let halfDown = PerPhase(roomDown(.l1, up, down) / 2, roomDown(.l2, up, down) / 2, roomDown(.l3, up, down) / 2)
        raiseUp(&up, by: halfUp)
        raiseDown(&down, by: halfDown)
        // Room upward on one phase is bounded by what others deliver only, so all phases may take it at once.
        raiseUp(&up, by: PerPhase(roomUp(.l1, up, down), roomUp(.l2, up, down), roomUp(.l3, up, down)))
        raiseDown(&down, by: PerPhase(roomDown(.l1, up, down), roomDown(.l2, up, down), roomDown(.l3, up, down)))
        return PerPhase(
            PowerLimits(from: -down.l1, to: up.l1), PowerLimits(from: -down.l2, to: up.l2),
            PowerLimits(from: -down.l3, to: up.l3))
    }

    @_noLocks private func draw(_ asymmetric: PerPhase<Power>, _ phase: Phase) -> Power {
        asymmetric[phase].clamped(from: .zero, to: reach[phase].upper)
    }

    @_noLocks private func delivery(_ asymmetric: PerPhase<Power>, _ phase: Phase) -> Power {
        -asymmetric[phase].clamped(from: reach[phase].lower, to: .zero)
    }

    @_noLocks private func cutToLimit(_ up: inout PerPhase<Power>, _ down: inout PerPhase<Power>) {
        let worst = max(
            up.l1 + max(down.l2, down.l3), max(up.l2 + max(down.l1, down.l3), up.l3 + max(down.l1, down.l2)))
        guard worst > limit else { return }
        up = PerPhase(cut(up.l1, worst), cut(up.l2, worst), cut(up.l3, worst))
        down = PerPhase(cut(down.l1, worst), cut(down.l2, worst), cut(down.l3, worst))
    }

    /// In proportion, rounded down.
    @_noLocks private func cut(_ power: Power, _ worst: Power) -> Power {
        let product = power.milli.multipliedFullWidth(by: limit.milli)
        return Power(milli: worst.milli.dividingFullWidth(product).quotient)
    }

    @_noLocks private func roomUp(_ phase: Phase, _ up: PerPhase<Power>, _ down: PerPhase<Power>) -> Power {
        let delivered: Power =
            switch phase {
            case .l1: max(down.l2, down.l3)
            case .l2: max(down.l1, down.l3)
            case .l3: max(down.l1, down.l2)
            }
        return max(.zero, limit - up[phase] - delivered)
    }

    @_noLocks private func roomDown(_ phase: Phase, _ up: PerPhase<Power>, _ down: PerPhase<Power>) -> Power {
        let drawn: Power =
            switch phase {
            case .l1: max(up.l2, up.l3)
            case .l2: max(up.l1, up.l3)
            case .l3: max(up.l1, up.l2)
            }
        return max(.zero, limit - down[phase] - drawn)
    }

    @_noLocks private func raiseUp(_ up: inout PerPhase<Power>, by room: PerPhase<Power>) {
        up = PerPhase(
            min(up.l1 + room.l1, reach.l1.upper), min(up.l2 + room.l2, reach.l2.upper),
            min(up.l3 + room.l3, reach.l3.upper))
    }

    @_noLocks private func raiseDown(_ down: inout PerPhase<Power>, by room: PerPhase<Power>) {
        down = PerPhase(
            min(down.l1 + room.l1, -reach.l1.lower), min(down.l2 + room.l2, -reach.l2.lower),
            min(down.l3 + room.l3, -reach.l3.lower))
    }
}
