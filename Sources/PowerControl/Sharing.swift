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
        /// The slots of the circuit's own EVSEs, followed by those of the circuits below it.
        var start: Int
        var ownEnd: Int
        var end: Int
        /// -1 for the connection point.
        var parent = -1
        /// What the EVSEs together may draw and, as a magnitude, deliver.
        var importRoom = Draw.zero
        var exportRoom = Draw.zero
        /// Who set the bound of each conductor: 0 is the circuit's own, else an imposed limit's source.
        var importSource = SIMD4<UInt16>()
        var exportSource = SIMD4<UInt16>()
        var meterIsSilent = false
        /// What is drawn after the last pass.
        var drawn = Draw.zero
        /// The common heights of the last cuts, where the next search begins: from tick to tick they hardly change.
        var importHeight = Draw.zero
        var exportHeight = Draw.zero
        /// During a pass: what flows in the circuits below, which it has been through already.
        var flowBelow = Flow()

        init(start: Int, end: Int) {
            self.start = start
            ownEnd = end
            self.end = end
        }
    }

    /// What some EVSEs draw and, below zero, what others deliver.
    struct Flow: Sendable, BitwiseCopyable {
        var drawn = Draw.zero
        var delivered = Draw.zero

        @_noLocks init() {}

        @_noLocks static func &+= (lhs: inout Flow, rhs: Flow) {
            lhs.drawn &+= rhs.drawn
            lhs.delivered &+= rhs.delivered
        }
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
    var asymmetry: AsymmetryBound?

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
            var flow = flow(from: circuits[index].start, to: circuits[index].ownEnd)
            flow &+= circuits[index].flowBelow
            while conductor < 4 {
                let offset = countsOffsets ? flow.delivered[conductor] : 0
                if flow.drawn[conductor] &+ offset > circuits[index].importRoom[conductor] {
                    let room = circuits[index].importRoom[conductor] &- offset
                    isChanged = cut(index, conductor, 1, to: room, &ranking) || isChanged
                    flow = self.flow(from: circuits[index].start, to: circuits[index].end)
                }
                let counter = countsOffsets ? flow.drawn[conductor] : 0
                if 0 &- flow.delivered[conductor] &- counter > circuits[index].exportRoom[conductor] {
                    let room = circuits[index].exportRoom[conductor] &+ counter
                    isChanged = cut(index, conductor, -1, to: room, &ranking) || isChanged
                    flow = self.flow(from: circuits[index].start, to: circuits[index].end)
                }
                conductor += 1
            }
            hand(flow, of: index)
            index -= 1
        }
        if let asymmetry { isChanged = fit(asymmetry, &ranking) || isChanged }
        return isChanged
    }

    /// Lowers the magnitudes of the EVSEs that follow the site's setpoint until they sum up to no more than `power`.
    @_noLocks mutating func fitSite(to power: Power, source: UInt16, _ ranking: inout Ranking) {
        let sign: Int64 = power < .zero ? -1 : 1
        var level = Level(
            start: 0, end: slots.count, conductor: 4, sign: sign, room: power.magnitude.milli &* 6,
            reason: Reason(.siteSetpoint, source: source))
        if need(level) > level.room { _ = lower(&level, &ranking) }
    }

    /// Adds it to what the parent finds below, and leaves the circuit ready for the next pass.
    private mutating func hand(_ flow: Flow, of index: Int) {
        circuits[index].drawn = flow.drawn &+ flow.delivered
        circuits[index].flowBelow = Flow()
        let parent = circuits[index].parent
        if parent >= 0 { circuits[parent].flowBelow &+= flow }
    }

    private func flow(from start: Int, to end: Int) -> Flow {
        var flow = Flow()
        var slot = start
        while slot < end {
            let power = slots[slot].power
            if power > 0 {
                flow.drawn &+= slots[slot].perMilliwatt &* Draw(repeating: power)
            } else if power < 0 {
                flow.delivered &+= slots[slot].perMilliwatt &* Draw(repeating: power)
            }
            slot += 1
        }
        return flow
    }

    private mutating func cut(
        _ circuit: Int, _ conductor: Int, _ sign: Int64, to room: Int64, _ ranking: inout Ranking
    ) -> Bool {
        let isImport = sign > 0
        let source =
            isImport ? circuits[circuit].importSource[conductor] : circuits[circuit].exportSource[conductor]
        let kind: Reason.Kind =
            source != 0 ? .imposedLimit : (circuits[circuit].meterIsSilent ? .meterSilent : .circuit)
        let reason = Reason(
            kind, circuit: circuit, conductor: conductorNamed(conductor), isExport: !isImport, source: source)
        var level = Level(
            start: circuits[circuit].start, end: circuits[circuit].end, conductor: conductor, sign: sign, room: room,
            reason: reason)
        level.height =
            isImport ? circuits[circuit].importHeight[conductor] : circuits[circuit].exportHeight[conductor]
        let isChanged = lower(&level, &ranking)
        if isImport {
            circuits[circuit].importHeight[conductor] = level.height
        } else {
            circuits[circuit].exportHeight[conductor] = level.height
        }
        return isChanged
    }

    private func conductorNamed(_ lane: Int) -> Reason.Conductor {
        lane == 0 ? .total : (lane == 1 ? .l1 : (lane == 2 ? .l2 : .l3))
    }
}
