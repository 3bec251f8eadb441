// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Turns one snapshot into one decision. A value that owns everything it needs; a step neither allocates nor locks, which
/// the compiler proves, and reads no clock.
///
/// The step keeps two promises apart. The *sum of targets* plus the uncontrolled load fits every bound (`Sharing`, run
/// last of all). And nothing new is *claimed* while something already commanded may still need the room: an EVSE counts
/// with every power it may be at or get to (`Occupancy`), and a target moves beyond that only into what is left.
package struct Controller: ~Copyable, Sendable {
    let nominalVoltage: Voltage
    let meterFallback: PowerLimits
    let reliefRamp: Power
    let turn: Interval

    let circuitModels: FixedArray<CircuitModel>
    let models: FixedArray<EVSEModel>
    let figures: FixedArray<EVSEFigures>
    /// EVSE of each slot; slots are ordered so that every circuit's are neighbours.
    let evseAt: FixedArray<Int>

    var circuits: FixedArray<CircuitState>
    var controllable = ControllableBound()
    var states: FixedArray<EVSEState>
    var histories: FixedArray<ReadingHistory>
    var sharing: Sharing
    /// The same tree, sharing what may be claimed anew.
    var claims: Sharing
    var ranking: Ranking
    var previousStep: Instant?
    var hasTakenOver = false
    let startedAt: Instant
    /// By then whoever leaned on a counterflow has let go of it.
    let longestYield: Interval

    /// - Precondition: Circuits come after their parents; EVSEs name circuits that exist; weights and steps are above zero.
    package init(_ site: SiteModel, at now: Instant) {
        startedAt = now
        longestYield = (site.evses.map(\.settling).max() ?? .zero) + .seconds(3)
        nominalVoltage = site.nominalVoltage
        meterFallback = site.meterFallback
        reliefRamp = site.reliefRamp
        turn = site.turn
        circuitModels = FixedArray(site.circuits)
        models = FixedArray(site.evses)
        figures = FixedArray(site.evses.map { EVSEFigures($0) })
        let layout = SlotLayout(site)
        evseAt = FixedArray(layout.evseAt)
        circuits = FixedArray(site.circuits.map { CircuitState($0) })
        states = FixedArray(site.evses.map { EVSEState($0, at: now) })
        histories = FixedArray(repeating: ReadingHistory(), count: site.evses.count)
        sharing = Sharing(circuits: layout.circuits, slotCount: site.evses.count)
        sharing.asymmetry = site.asymmetry
        claims = Sharing(circuits: layout.circuits, slotCount: site.evses.count)
        ranking = Ranking(count: site.evses.count)
    }

    /// Goes on with what another controller knows of the same EVSEs and circuits: a changed limit is no restart, after
    /// which everything commanded before would count as unknown and the chargers would be stopped.
    package init(_ site: SiteModel, continuing previous: borrowing Controller, at now: Instant) {
        self.init(site, at: now)
        guard previous.states.count == states.count, previous.circuits.count == circuits.count else { return }
        for index in 0..<states.count {
            states[index] = previous.states[index]
            histories[index] = previous.histories[index]
        }
        for index in 0..<circuits.count { circuits[index] = previous.circuits[index] }
        previousStep = previous.previousStep
        hasTakenOver = previous.hasTakenOver
    }

    /// One tick.
    @_noLocks
    package mutating func step(_ snapshot: borrowing Snapshot, _ decision: inout Decision) {
        let now = snapshot.now
        observeChargers(snapshot)
        observeCircuits(snapshot, &decision)
        decision.isTakingOver = isTakingOver(snapshot)
        if decision.isTakingOver {
            hold(now, &decision)
            previousStep = now
            return
        }
        let siteWish = arbitrate(snapshot, &decision)
        rank(now)
        share(siteWish, &decision)
        restBetweenDirections(snapshot, &decision)
        claimRoom(snapshot, &decision)
        rampRelief(now, &decision)
        settleTargets(&decision)
        commit(now, &decision)
        previousStep = now
    }
}

/// What the controller remembers of one circuit.
struct CircuitState: Sendable, BitwiseCopyable {
    /// Load that is not ours: as counted against import limits, and against export limits.
    var uncontrolledImport = Draw.zero
    var uncontrolledExport = Draw.zero
    var hasEstimate = false
    /// The last sample that was believed, and when it was taken.
    var sample = Draw.zero
    var sampleHasPhases = false
    var sampledAt = Instant.distantPast
    var voltage = PerPhase(all: Voltage.zero)
    /// The estimate and the voltage as the bounds of targets count them.
    var calm = Tremble()
    /// Sums of what the EVSEs may be at or get to.
    var claimedHigh = Draw.zero
    var claimedLow = Draw.zero
    /// By how much those who did as told still exceed the bounds.
    var missingImport = Draw.zero
    var missingExport = Draw.zero
    var bounds: CircuitBounds

    init(_ model: CircuitModel) { bounds = CircuitBounds(model) }
}

/// What the controller remembers of one EVSE.
struct EVSEState: Sendable, BitwiseCopyable {
    var occupancy: Occupancy
    var target = Power.zero
    /// The power of the last believed reading, and when it was taken.
    var measured: Power?
    var measuredCurrent: PerPhase<Current>?
    var measuredAt = Instant.distantPast
    var isFresh = false
    /// Everything the EVSE may be at or get to; the phases' share may be larger than even.
    var claim: PowerSpan
    var claimDrawHigh = Draw.zero
    var claimDrawLow = Draw.zero

    /// Index of the best wish in this tick's snapshot, -1 for none.
    var wish = -1
    var imposed = PowerLimits.unbounded
    var imposedSource: UInt16 = 0
    /// What this tick would like before sharing.
    var desired = Power.zero
    var followsSite = false

    /// Sign of the last target other than zero.
    var direction: Int64 = 0
    var turnedOnAt = Instant.distantPast
    var turnedOffAt = Instant.distantPast
    /// Waiting for capacity since; nil when nothing is wanted or it is served.
    var waitsSince: Instant?
    var isPausedForCapacity = false
    /// The last target was held down by a limit, so that relief is ramped.
    var wasLimited = false
    /// Unquantised, so that small ramps add up to a step.
    var ramped = Power.zero
    var yieldsSince: Instant?
    /// The part of this tick's move that waits for nobody.
    var unconditional = Power.zero

    var phases: PhaseCount

    init(_ model: EVSEModel, at now: Instant) {
        occupancy = Occupancy(unknownWithin: model.ratings, at: now)
        claim = PowerSpan(from: model.ratings.lower, to: model.ratings.upper)
        phases = PhaseCount(count: model.wiring.count)
    }
}

/// Which slots and circuits belong together, found once.
struct SlotLayout {
    var evseAt: [Int] = []
    var circuits: [Sharing.Circuit]

    init(_ site: SiteModel) {
        precondition(!site.circuits.isEmpty && site.circuits[0].parent == nil, "circuit 0 is the connection point")
        circuits = site.circuits.map { _ in Sharing.Circuit(start: 0, end: 0) }
        place(0, site)
        precondition(evseAt.count == site.evses.count, "every EVSE is on a circuit that exists")
    }

    private mutating func place(_ circuit: Int, _ site: SiteModel) {
        circuits[circuit].start = evseAt.count
        evseAt += site.evses.indices.filter { site.evses[$0].circuit == circuit }
        circuits[circuit].ownEnd = evseAt.count
        for child in site.circuits.indices where site.circuits[child].parent == circuit {
            precondition(child > circuit, "circuits come after their parents")
            circuits[child].parent = circuit
            place(child, site)
        }
        circuits[circuit].end = evseAt.count
    }
}
