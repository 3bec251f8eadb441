// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import LinuxIO
import PowerControl

/// The loop's end of the grid's rules: puts their limits into the snapshot, and sends out what the record must show.
struct ConnectionPort: ~Copyable {
    private var rules: ConnectionRules
    private var limits = GridLimits()
    /// Of one tick; the functions of the grid code add theirs before the rules do.
    var events = ConnectionEvents()
    /// The order to cease to energise in force, to be remembered; 0 is none.
    var ceasedBy = InstructionID(0)
    private var news: RingWriter<ConnectionNews>
    private var memory: LatestValueWriter<ConnectionMemory>
    private var inForce: LatestValueWriter<GridLimits>
    private var lost = 0
    private let wirings: FixedArray<PhaseSet>
    private let nominalVoltage: Voltage
    private let wall: WallSource

    private struct Answer: Sendable, BitwiseCopyable {
        var reply: ConnectionReply
        var ticket: UInt64
        @_noLocks init(reply: ConnectionReply, ticket: UInt64) {
            self.reply = reply
            self.ticket = ticket
        }
    }
    private var answers: InlineArray<16, Answer> = InlineArray(repeating: Answer(reply: .accepted, ticket: 0))
    private var answerCount = 0

    init(_ cells: SiteCells, _ site: SiteModel, at now: Instant) {
        wirings = FixedArray(site.evses.map(\.wiring))
        nominalVoltage = site.nominalVoltage
        wall = cells.wall
        rules = ConnectionRules(cells.connection, restored: cells.restored, at: now)
        news = cells.news.takeWriter()
        memory = cells.memory.takeWriter()
        inForce = cells.limits.takeWriter()
    }

    @_noLocks
    mutating func take(_ input: ConnectionInput, ticket: UInt64, at now: Instant) {
        answer(rules.take(input, at: now, wall: wall.time(at: now), &events), ticket: ticket)
    }

    /// To be sent out after the events of this tick.
    @_noLocks
    mutating func answer(_ reply: ConnectionReply, ticket: UInt64) {
        if answerCount < 16 {
            answers[answerCount] = Answer(reply: reply, ticket: ticket)
            answerCount += 1
        } else {
            // Nobody is answered falsely: who waits in vain is told so.
            lost &+= 1
        }
    }

    /// Adds what the rules allow now to the limits of the snapshot.
    @_noLocks
    mutating func narrow(_ snapshot: inout Snapshot, at now: Instant) {
        rules.step(at: now, wall: wall.time(at: now), observation(snapshot), &limits, &events)
        tell(at: now)
        inForce.publish(limits)
        var position = 0
        while position < limits.count, snapshot.limitCount < snapshot.limits.count {
            snapshot.limits[snapshot.limitCount] = ImposedLimit(limits[position])
            snapshot.limitCount += 1
            position += 1
        }
    }

    /// The sum of the EVSEs is as old as its oldest part; an EVSE that does not measure makes it unknown.
    private func observation(_ snapshot: borrowing Snapshot) -> ConnectionObservation {
        var sum = Power.zero
        var oldest = snapshot.now
        var index = 0
        while index < snapshot.evses.count {
            let sample = snapshot.evses[index]
            if let power = sample.power {
                sum += power
                if sample.measuredAt < oldest { oldest = sample.measuredAt }
            } else {
                oldest = .distantPast
            }
            index += 1
        }
        let meter = snapshot.meters[0]
        return ConnectionObservation(
            connectionPoint: TimeToEffect.Measurement(meter.power, at: meter.measuredAt),
            controllable: TimeToEffect.Measurement(sum, at: oldest), sample: amperes(snapshot))
    }

    /// What a limitation scheme looks at.
    private func amperes(_ snapshot: borrowing Snapshot) -> SchemeSample {
        let meter = snapshot.meters[0]
        var sample = SchemeSample()
        sample.measuredAt = meter.measuredAt
        sample.power = meter.phasePower
        sample.totalPower = meter.power
        sample.voltage = meter.voltage
        sample.current = meter.current
        sample.chargersHeardAt = snapshot.now
        var index = 0
        while index < snapshot.evses.count {
            let evse = snapshot.evses[index]
            sample.chargers = sample.chargers + drawn(evse, on: wirings[index])
            if evse.measuredAt < sample.chargersHeardAt { sample.chargersHeardAt = evse.measuredAt }
            index += 1
        }
        return sample
    }

    /// As measured; an EVSE that tells its power only spreads it over its conductors.
    private func drawn(_ evse: EVSESample, on wiring: PhaseSet) -> PerPhase<Current> {
        if let current = evse.current { return current }
        guard let power = evse.power else { return .zero }
        let volts = max(nominalVoltage.milli, 1)
        let amperes = Current(milli: power.milli / Int64(max(wiring.count, 1)) * 1_000 / volts)
        return PerPhase(
            wiring.contains(.l1) ? amperes : .zero, wiring.contains(.l2) ? amperes : .zero,
            wiring.contains(.l3) ? amperes : .zero)
    }

    /// Events go out before the answers that follow from them, so that who is answered finds them recorded.
    private mutating func tell(at now: Instant) {
        if events.count > 0 || answerCount > 0 {
            var known = rules.memory(at: now)
            if ceasedBy.number != 0 { known.ceasedBy = ceasedBy }
            memory.publish(known)
        }
        var position = 0
        while position < events.count {
            if !news.push(.event(events[position])) { lost &+= 1 }
            position += 1
        }
        lost &+= events.lost
        events.removeAll()
        position = 0
        while position < answerCount {
            if !news.push(.reply(answers[position].reply, ticket: answers[position].ticket)) { lost &+= 1 }
            position += 1
        }
        answerCount = 0
        if lost > 0, news.push(.lost(lost)) { lost = 0 }
    }
}

extension ImposedLimit {
    /// Rules of the grid are numbered from here on among the sources of limits.
    static var firstRule: UInt16 { @_noLocks get { 1_000 } }

    @_noLocks init(_ limit: GridLimit) {
        let place: Scope =
            switch limit.scope {
            case .connectionPoint: .circuit(0)
            case .controllable: .controllable
            case .circuit(let index): .circuit(index)
            case .evse(let index): .evse(index)
            case .everyEVSE: .everyEVSE
            }
        self.init(
            scope: place, source: Self.firstRule + UInt16(limit.rule.number), power: limit.power,
            current: limit.current)
    }
}
