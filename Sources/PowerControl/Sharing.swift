// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Cuts the powers of EVSEs until every circuit fits, sharing what is scarce by weight.
///
/// Circuits form a tree; EVSEs are kept in an order in which every circuit's are neighbours. Children are fitted before
/// their parents, which on a tree of one conductor gives the max-min fair shares: a parent only lowers those that are
/// still above its level. Every cut moves a power toward zero, so repeating the passes ends.
struct Sharing: ~Copyable, Sendable {
    struct Circuit: Sendable, BitwiseCopyable {
        /// The slots of the circuit's EVSEs and those of the circuits below it.
        var start: Int
        var end: Int
        /// What the EVSEs together may draw and, as a magnitude, deliver.
        var importRoom = Draw.zero
        var exportRoom = Draw.zero
        /// Who set the bound of each conductor: 0 is the circuit's own, else an imposed limit's source.
        var importSource = SIMD4<UInt16>()
        var exportSource = SIMD4<UInt16>()
        var meterIsSilent = false
        /// What is drawn after the last pass.
        var drawn = Draw.zero
    }

    struct Slot: Sendable, BitwiseCopyable {
        /// Signed, in milliwatts.
        var power: Int64
        /// A magnitude below this becomes zero.
        var floor: Int64
        var weight: Int64
        var step: Int64
        var perMilliwatt: Draw
        /// 6 for EVSEs that follow the site's setpoint, else 0.
        var siteShare: Int64
        var wasCut = false
        var reason: Reason

        @_noLocks
        init(power: Int64, floor: Int64, weight: Int64, step: Int64, perMilliwatt: Draw, siteShare: Int64) {
            self.power = power
            self.floor = floor
            self.weight = weight
            self.step = step
            self.perMilliwatt = perMilliwatt
            self.siteShare = siteShare
            reason = Reason(.circuit)
        }
    }

    var circuits: FixedArray<Circuit>
    var slots: FixedArray<Slot>

    init(circuits: [Circuit], slotCount: Int) {
        self.circuits = FixedArray(circuits)
        slots = FixedArray(
            repeating: Slot(power: 0, floor: 0, weight: 1, step: 1, perMilliwatt: .zero, siteShare: 0), count: slotCount
        )
    }

    /// Fits every circuit, counting what some deliver as room for others to draw and the other way round.
    @_noLocks mutating func fit(_ ranking: inout Ranking) {
        var round = 0
        while round < 4 {
            if !pass(countingOffsets: true, &ranking) { return }
            round += 1
        }
        // Still moving: whoever relied on someone else's counterflow no longer may, and one pass settles it.
        _ = pass(countingOffsets: false, &ranking)
    }

    /// - Returns: Whether a power was cut.
    @_noLocks mutating func pass(countingOffsets: Bool, _ ranking: inout Ranking) -> Bool {
        var isChanged = false
        var index = circuits.count - 1
        while index >= 0 {
            // Nobody sees a circuit whose meter is silent: there, no flow is trusted to balance another.
            let countsOffsets = countingOffsets && !circuits[index].meterIsSilent
            var conductor = 0
            var (drawn, delivered) = flows(index)
            while conductor < 4 {
                let offset = countsOffsets ? delivered[conductor] : 0
                if drawn[conductor] &+ offset > circuits[index].importRoom[conductor] {
                    let room = circuits[index].importRoom[conductor] &- offset
                    isChanged = cut(index, conductor, 1, to: room, &ranking) || isChanged
                    (drawn, delivered) = flows(index)
                }
                let counter = countsOffsets ? drawn[conductor] : 0
                if 0 &- delivered[conductor] &- counter > circuits[index].exportRoom[conductor] {
                    let room = circuits[index].exportRoom[conductor] &+ counter
                    isChanged = cut(index, conductor, -1, to: room, &ranking) || isChanged
                    (drawn, delivered) = flows(index)
                }
                conductor += 1
            }
            circuits[index].drawn = drawn &+ delivered
            index -= 1
        }
        return isChanged
    }

    /// Lowers the magnitudes of the EVSEs that follow the site's setpoint until they sum up to no more than `power`.
    @_noLocks mutating func fitSite(to power: Power, source: UInt16, _ ranking: inout Ranking) {
        let sign: Int64 = power < .zero ? -1 : 1
        let level = Level(
            start: 0, end: slots.count, conductor: 4, sign: sign, room: power.magnitude.milli &* 6,
            reason: Reason(.siteSetpoint, source: source))
        if need(level) > level.room { _ = lower(level, &ranking) }
    }

    private func flows(_ circuit: Int) -> (drawn: Draw, delivered: Draw) {
        var drawn = Draw.zero
        var delivered = Draw.zero
        var slot = circuits[circuit].start
        let end = circuits[circuit].end
        while slot < end {
            let power = slots[slot].power
            if power > 0 {
                drawn &+= slots[slot].perMilliwatt &* Draw(repeating: power)
            } else if power < 0 {
                delivered &+= slots[slot].perMilliwatt &* Draw(repeating: power)
            }
            slot += 1
        }
        return (drawn, delivered)
    }

    private mutating func cut(
        _ circuit: Int, _ conductor: Int, _ sign: Int64, to room: Int64, _ ranking: inout Ranking
    ) -> Bool {
        let bounds = circuits[circuit]
        let source = sign > 0 ? bounds.importSource[conductor] : bounds.exportSource[conductor]
        let kind: Reason.Kind = source != 0 ? .imposedLimit : (bounds.meterIsSilent ? .meterSilent : .circuit)
        let reason = Reason(
            kind, circuit: circuit, conductor: conductorNamed(conductor), isExport: sign < 0, source: source)
        return lower(
            Level(
                start: bounds.start, end: bounds.end, conductor: conductor, sign: sign, room: room, reason: reason),
            &ranking)
    }

    private func conductorNamed(_ lane: Int) -> Reason.Conductor {
        lane == 0 ? .total : (lane == 1 ? .l1 : (lane == 2 ? .l2 : .l3))
    }
}
