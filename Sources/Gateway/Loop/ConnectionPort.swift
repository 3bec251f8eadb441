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
    private var events = ConnectionEvents()
    private var news: RingWriter<ConnectionNews>
    private var memory: LatestValueWriter<ConnectionMemory>
    private var inForce: LatestValueWriter<GridLimits>
    private var lost = 0

    init(_ cells: SiteCells, at now: Instant) {
        rules = ConnectionRules(cells.connection, restored: cells.restored, at: now)
        news = cells.news.takeWriter()
        memory = cells.memory.takeWriter()
        inForce = cells.limits.takeWriter()
    }

    @_noLocks
    mutating func take(_ input: ConnectionInput, ticket: UInt64, at now: Instant) {
        let reply = rules.take(input, at: now, wall: WallTime.now(), &events)
        tell(at: now)
        // An answer that finds no place is not given; who waits for it is told so after a while.
        if !news.push(.reply(reply, ticket: ticket)) { lost &+= 1 }
    }

    /// Adds what the rules allow now to the limits of the snapshot.
    @_noLocks
    mutating func narrow(_ snapshot: inout Snapshot, at now: Instant) {
        rules.step(at: now, wall: WallTime.now(), &limits, &events)
        tell(at: now)
        inForce.publish(limits)
        var position = 0
        while position < limits.count, snapshot.limitCount < snapshot.limits.count {
            snapshot.limits[snapshot.limitCount] = ImposedLimit(limits[position])
            snapshot.limitCount += 1
            position += 1
        }
    }

    @_noLocks
    private mutating func tell(at now: Instant) {
        guard events.count > 0 else { return }
        memory.publish(rules.memory(at: now))
        var position = 0
        while position < events.count {
            if !news.push(.event(events[position])) { lost &+= 1 }
            position += 1
        }
        lost &+= events.lost
        events.removeAll()
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
            }
        self.init(
            scope: place, source: Self.firstRule + UInt16(limit.rule.number), power: limit.power,
            current: limit.current)
    }
}
