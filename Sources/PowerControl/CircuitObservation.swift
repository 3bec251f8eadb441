// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension Controller {
    /// Narrows every circuit's bounds and estimates what flows there that is not ours.
    @_noLocks mutating func observeCircuits(_ snapshot: borrowing Snapshot, _ decision: inout Decision) {
        sumClaims()
        narrowBounds(snapshot)
        var index = 0
        while index < circuits.count {
            takeSample(index, snapshot)
            bound(index, snapshot, &decision)
            index += 1
        }
    }

    private mutating func narrowBounds(_ snapshot: borrowing Snapshot) {
        controllable = ControllableBound()
        var index = 0
        while index < circuits.count {
            circuits[index].bounds = CircuitBounds(circuitModels[index])
            index += 1
        }
        var position = 0
        while position < snapshot.limitCount {
            let limit = snapshot.limits[position]
            switch limit.scope {
            case .circuit(let circuit): circuits[circuit].bounds.narrow(limit)
            case .controllable: controllable.narrow(limit)
            case .evse, .everyEVSE: break
            }
            position += 1
        }
    }

    /// Claims of a circuit include those of the circuits below it.
    private mutating func sumClaims() {
        var index = 0
        while index < circuits.count {
            circuits[index].claimedHigh = .zero
            circuits[index].claimedLow = .zero
            index += 1
        }
        index = circuits.count - 1
        while index >= 0 {
            var slot = sharing.circuits[index].start
            while slot < sharing.circuits[index].ownEnd {
                circuits[index].claimedHigh &+= states[evseAt[slot]].claimDrawHigh
                circuits[index].claimedLow &+= states[evseAt[slot]].claimDrawLow
                slot += 1
            }
            let parent = sharing.circuits[index].parent
            if parent >= 0 {
                circuits[parent].claimedHigh &+= circuits[index].claimedHigh
                circuits[parent].claimedLow &+= circuits[index].claimedLow
            }
            index -= 1
        }
    }

    private mutating func takeSample(_ index: Int, _ snapshot: borrowing Snapshot) {
        let sample = snapshot.meters[index]
        let model = circuitModels[index]
        takeVoltage(index, sample, isFresh: snapshot.now - sample.measuredAt <= model.meterMaximumAge)
        guard model.isMetered else { return }
        if sample.measuredAt > circuits[index].sampledAt, isPlausible(sample, index) { believe(index, sample) }
        guard circuits[index].sampledAt > .distantPast else { return }
        if circuits[index].hasEstimate || allBracket(index) || isExceeded()
            || snapshot.now - startedAt > model.meterMaximumAge
        {
            estimate(index)
        }
    }

    /// The first estimate waits for readings of every charger from before and after the sample: nothing else tells what was
    /// under way before a restart.
    private func allBracket(_ index: Int) -> Bool {
        let time = circuits[index].sampledAt
        var slot = sharing.circuits[index].start
        while slot < sharing.circuits[index].end {
            let looked = time - circuitModels[index].meterRefresh
            if case .none = histories[evseAt[slot]].hull(from: looked, to: time) { return false }
            slot += 1
        }
        return true
    }

    private mutating func believe(_ index: Int, _ sample: MeterSample) {
        circuits[index].sampledAt = sample.measuredAt
        circuits[index].sample = measuredDraw(sample)
        circuits[index].sampleHasPhases = false
        if case .some = sample.current { circuits[index].sampleHasPhases = true }
        if case .some = sample.phasePower { circuits[index].sampleHasPhases = true }
    }

    /// The sample less what the chargers took when the meter looked. Looked at again every tick: readings that arrive
    /// later tell more about that moment.
    private mutating func estimate(_ index: Int) {
        let ours = chargersAt(circuits[index].sampledAt, index)
        var high = circuits[index].sample &- ours.low
        var low = circuits[index].sample &- ours.high
        if !circuits[index].sampleHasPhases {
            // A meter that knows only the sum leaves open on which phase the load is: it may be on any one of them.
            high = Draw(high[0], max(high[0], 0), max(high[0], 0), max(high[0], 0))
            low = Draw(low[0], min(low[0], 0), min(low[0], 0), min(low[0], 0))
        }
        estimate(index, low, high)
    }

    /// Where the chargers' share at the time of the sample is uncertain, the estimate moves no further than the sample
    /// demands: a command in flight must not be mistaken for a load, nor hide behind one.
    private mutating func estimate(_ index: Int, _ low: Draw, _ high: Draw) {
        if circuits[index].hasEstimate {
            circuits[index].uncontrolledImport = lanewiseMin(high, lanewiseMax(low, circuits[index].uncontrolledImport))
            circuits[index].uncontrolledExport = lanewiseMin(high, lanewiseMax(low, circuits[index].uncontrolledExport))
        } else {
            circuits[index].uncontrolledImport = high
            circuits[index].uncontrolledExport = low
            circuits[index].hasEstimate = true
        }
    }

    private mutating func takeVoltage(_ index: Int, _ sample: MeterSample, isFresh: Bool) {
        let nominal = nominalVoltage
        @_noLocks func credible(_ voltage: Voltage) -> Voltage {
            voltage.clamped(from: nominal * 8 / 10, to: nominal * 12 / 10)
        }
        if !circuitModels[index].isMetered, let parent = circuitModels[index].parent {
            circuits[index].voltage = circuits[parent].voltage
        } else if isFresh, let voltage = sample.voltage {
            circuits[index].voltage = PerPhase(credible(voltage.l1), credible(voltage.l2), credible(voltage.l3))
        } else {
            circuits[index].voltage = PerPhase(nominal, nominal, nominal)
        }
    }

    private func measuredDraw(_ sample: MeterSample) -> Draw {
        let total = sample.power.milli &* 6
        if let current = sample.current { return phaseDraws(current, total: total) }
        if let phases = sample.phasePower {
            return Draw(total, phases.l1.milli &* 6, phases.l2.milli &* 6, phases.l3.milli &* 6)
        }
        return Draw(repeating: total)
    }

    /// Nothing behind a fuse reaches four times its rating for as long as a sample takes.
    private func isPlausible(_ sample: MeterSample, _ index: Int) -> Bool {
        let model = circuitModels[index]
        let limit = max(model.power.upper, Power.zero - model.power.lower)
        let perPhase = max(model.current.l1.upper, max(model.current.l2.upper, model.current.l3.upper))
        let byFuse =
            perPhase.milli >= Current.plausible ? Power(milli: Power.plausible) : nominalVoltage * (perPhase * 3)
        let ceiling = max(limit.milli >= Power.plausible ? byFuse : limit, byFuse)
        return sample.power.magnitude.milli / 4 <= ceiling.milli
    }

    /// The range of what the circuit's chargers took when the meter looked.
    private func chargersAt(_ time: Instant, _ index: Int) -> (low: Draw, high: Draw) {
        let looked = time - circuitModels[index].meterRefresh
        var low = Draw.zero
        var high = Draw.zero
        var slot = sharing.circuits[index].start
        while slot < sharing.circuits[index].end {
            let taken = chargerDraw(
                evseAt[slot], from: looked, to: time, isFirst: !circuits[index].hasEstimate)
            low &+= taken.low
            high &+= taken.high
            slot += 1
        }
        return (low, high)
    }

    /// What one charger took at some time in a period, as narrow as can be told.
    @inline(__always) private func chargerDraw(_ index: Int, from start: Instant, to end: Instant, isFirst: Bool) -> (
        low: Draw, high: Draw
    ) {
        let isFresh = states[index].isFresh
        let settling = models[index].settling
        // No command can have moved it between its own measurement and the meter's.
        let settledAt = states[index].occupancy.changedAt + settling
        if isFresh, start >= settledAt, states[index].measuredAt >= settledAt, let settled = measuredDraw(index) {
            return (settled, settled)
        }
        // Commands that only rose, or only fell, take it through its readings in their order.
        let reversedAt = states[index].occupancy.reversedAt + settling
        if reversedAt <= start, let seen = histories[index].hull(from: start, to: end), reversedAt <= seen.since {
            return (seen.low, seen.high)
        }
        if isFirst, isFresh, let measured = measuredDraw(index) { return (measured, measured) }
        return (states[index].claimDrawLow, states[index].claimDrawHigh)
    }

    private mutating func bound(_ index: Int, _ snapshot: borrowing Snapshot, _ decision: inout Decision) {
        let model = circuitModels[index]
        let isOld = snapshot.now - circuits[index].sampledAt > model.meterMaximumAge
        let isSilent = model.isMetered && (isOld || !circuits[index].hasEstimate)
        var bounds = circuits[index].bounds
        if isSilent { bounds.narrow(to: meterFallback) }
        setRooms(index, bounds, isSilent: isSilent)
        decision.circuits[index].meterIsSilent = isSilent
        decision.circuits[index].limits = bounds.power
        decision.circuits[index].limitSource = Reason(
            isSilent ? .meterSilent : (bounds.importSource[0] == 0 ? .circuit : .imposedLimit), circuit: index,
            source: bounds.importSource[0])
        decision.circuits[index].uncontrolled = Power(milli: circuits[index].uncontrolledImport[0] / 6)
    }
}
