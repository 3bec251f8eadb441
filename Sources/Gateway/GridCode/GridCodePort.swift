// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import GridConnection
import LinuxIO
import PowerControl

/// The grid code in the loop: one set of functions for each EVSE, fed with what the meter of the connection point shows.
/// What they allow goes into the snapshot as limits of the EVSEs, what they demand as wishes before all others.
struct GridCodePort: ~Copyable {
    private var evses: FixedArray<GridCodeEVSE>
    private let chargers: UnsafeMutableBufferPointer<LatestValueReader<ChargerState>>
    private let views: UnsafeMutableBufferPointer<LatestValueWriter<GridCodeView>>
    private var meter: LatestValueReader<MeterState>?
    private let nominalFrequency: Frequency
    private let nominalVoltage: Voltage
    /// The order to cease that is in force; none is 0.
    private(set) var ceasedBy = InstructionID(0)
    /// Nobody has been told yet that it has effect.
    private var isEffectPending = false
    private var told = ConnectionEvents()

    /// One on delivery, one on charging.
    static let limitsPerEVSE = 2
    /// Before everything else that asks for power.
    private static var priority: UInt8 { @_noLocks get { 255 } }

    init(_ cells: SiteCells, at now: Instant) {
        let setup = cells.gridCode
        nominalFrequency = setup?.nominalFrequency ?? .hertz(50)
        nominalVoltage = setup?.nominalVoltage ?? .volts(230)
        evses = FixedArray((setup?.evses ?? []).enumerated().map { GridCodeEVSE($1, number: $0, at: now) })
        chargers = .allocate(capacity: evses.count)
        views = .allocate(capacity: evses.count)
        for index in 0..<evses.count {
            chargers.initializeElement(at: index, to: cells.chargers[index].state.makeReader())
            views.initializeElement(at: index, to: cells.gridCodeViews[index].takeWriter())
        }
        meter = cells.meters.first { $0.circuit == 0 }?.cell.state.makeReader()
        // An order that was in force before a restart still is.
        if let ceased = cells.restored?.ceasedBy, evses.count > 0 {
            var events = ConnectionEvents()
            _ = take(.cease(ceased), at: now, &events)
        }
    }

    deinit {
        chargers.baseAddress?.deinitialize(count: chargers.count)
        chargers.deallocate()
        views.baseAddress?.deinitialize(count: views.count)
        views.deallocate()
    }

    @_noLocks
    mutating func take(
        _ input: GridCodeInput, at now: Instant, _ events: inout ConnectionEvents
    ) -> ConnectionReply {
        guard evses.count > 0 else { return .notConfigured }
        switch input {
        case .cease(let instruction):
            if ceasedBy == InstructionID(0) {
                ceasedBy = instruction
                isEffectPending = true
            }
        case .permit:
            ceasedBy = InstructionID(0)
            isEffectPending = false
        }
        var index = 0
        while index < evses.count {
            told.removeAll()
            switch input {
            case .cease(let instruction): _ = evses[index].functions.cease(instruction, at: now, &told)
            case .permit(let instruction): _ = evses[index].functions.permit(instruction, at: now, &told)
            }
            forward(&events)
            index += 1
        }
        return .accepted
    }

    /// One tick: adds limits and wishes of the EVSEs to the snapshot.
    @_noLocks
    mutating func narrow(_ snapshot: inout Snapshot, at now: Instant, _ events: inout ConnectionEvents) {
        guard evses.count > 0 else { return }
        let seen = meter?.read().reading
        var index = 0
        while index < evses.count {
            told.removeAll()
            let state = chargers[index].read()
            let output = evses[index].step(
                at: now, measurement(seen, index, now), power: snapshot.evses[index].power,
                wanted: wanted(index, snapshot), state, &told)
            impose(output, on: index, &snapshot)
            forward(&events)
            index += 1
        }
    }

    /// Where the device does everything that looks at the grid, it counts as seen and at rest.
    @_noLocks
    private func measurement(_ seen: MeterReading?, _ index: Int, _ now: Instant) -> GridMeasurement? {
        guard evses[index].needsMeasurement else {
            return GridMeasurement(
                frequency: nominalFrequency,
                voltage: PerPhase(nominalVoltage, nominalVoltage, nominalVoltage), phases: evses[index].phases,
                measuredAt: now)
        }
        guard let seen else { return nil }
        guard let voltage = seen.voltage else { return nil }
        return GridMeasurement(
            frequency: seen.frequency, voltage: PerPhase(voltage.l1, voltage.l2, voltage.l3),
            phases: evses[index].phases, measuredAt: seen.measuredAt)
    }

    // MARK: What becomes of it

    @_noLocks
    private mutating func impose(_ output: GridCodeOutput, on index: Int, _ snapshot: inout Snapshot) {
        let rating = evses[index].rating
        let view = GridCodeView(output, rating: rating)
        views[index].publish(view)
        if let most = view.mostDelivery {
            let power = PowerLimits(from: -most, to: PowerLimits.unbounded.upper)
            add(ImposedLimit(scope: .evse(index), source: view.deliverySource, power: power), &snapshot)
        }
        if let most = view.mostCharging {
            let power = PowerLimits(from: PowerLimits.unbounded.lower, to: most)
            add(ImposedLimit(scope: .evse(index), source: view.chargingSource, power: power), &snapshot)
        }
        if let demand = output.demand { wish(demand, rating, index, &snapshot) }
    }

    @_noLocks private func add(_ limit: ImposedLimit, _ snapshot: inout Snapshot) {
        guard snapshot.limitCount < snapshot.limits.count else { return }
        snapshot.limits[snapshot.limitCount] = limit
        snapshot.limitCount += 1
    }

    /// Who asks for more in the same direction than the code demands gets it.
    @_noLocks
    private func wish(_ demand: GridCodeOutput.Demand, _ rating: Power, _ index: Int, _ snapshot: inout Snapshot) {
        guard snapshot.wishCount < snapshot.wishes.count else { return }
        let power = demand.power.power(of: rating)
        let own = ownWish(index, snapshot) ?? .zero
        let isCharging = power > .zero
        if isCharging ? own >= power : own <= power { return }
        snapshot.wishes[snapshot.wishCount] = Wish(
            scope: .evse(index),
            source: GridCodeSource(demand.rule, isCharging ? .demandsCharging : .demandsDelivery).number,
            priority: Self.priority, power: power, expiresAt: .distantFuture)
        snapshot.wishCount += 1
    }

    /// The best wish for the EVSE itself; nil for none.
    @_noLocks private func ownWish(_ index: Int, _ snapshot: borrowing Snapshot) -> Power? {
        var best = -1
        var power: Power?
        var position = 0
        while position < snapshot.wishCount {
            let wish = snapshot.wishes[position]
            if case .evse(let owner) = wish.scope, owner == index, Int(wish.priority) > best {
                best = Int(wish.priority)
                power = wish.power
            }
            position += 1
        }
        return power
    }

    /// What the EVSE would do without the grid code, as far as it is known before the decision. A share of the site's setpoint
    /// may be anything in its direction.
    @_noLocks private func wanted(_ index: Int, _ snapshot: borrowing Snapshot) -> Power {
        if let own = ownWish(index, snapshot) { return own }
        let rating = evses[index].rating
        var position = 0
        while position < snapshot.wishCount {
            let wish = snapshot.wishes[position]
            if case .site = wish.scope {
                if wish.power.isZero { return .zero }
                return wish.power > .zero ? rating : -rating
            }
            position += 1
        }
        return evses[index].chargesUnasked ? rating : .zero
    }

    // MARK: What the record shall show

    /// Of one EVSE. All EVSEs see the same grid: what happens to several at once is told once, and an order to cease has effect when
    /// the last EVSE has ceased.
    @_noLocks private mutating func forward(_ events: inout ConnectionEvents) {
        var position = 0
        while position < told.count {
            if isEffect(position) {
                if isEffectPending, allHaveCeased() {
                    isEffectPending = false
                    events.add(told[position])
                }
            } else if !isKnown(told[position], events) {
                events.add(told[position])
            }
            position += 1
        }
    }

    @_noLocks private func isEffect(_ position: Int) -> Bool {
        guard case .ceaseToEnergise = told[position].rule else { return false }
        switch told[position].kind {
        case .effective, .alreadyBelow: return true
        case .began, .expired, .superseded, .cancelled, .refused, .overdue, .belowMinimum, .failsafeEntered,
            .failsafeLeft, .stateChanged, .lockedOut, .lockOutReset, .settingsChanged:
            return false
        }
    }

    @_noLocks private func isKnown(_ event: ConnectionEvent, _ events: ConnectionEvents) -> Bool {
        var position = 0
        while position < events.count {
            let other = events[position]
            if other.kind.code == event.kind.code, other.rule.number == event.rule.number, other.detail == event.detail
            {
                return true
            }
            position += 1
        }
        return false
    }

    @_noLocks private func allHaveCeased() -> Bool {
        var index = 0
        while index < evses.count {
            switch evses[index].functions.ceaseToEnergise.phase {
            case .permitted, .ceasing, .overdue: return false
            case .ceased: break
            }
            index += 1
        }
        return true
    }
}
