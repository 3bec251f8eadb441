// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// When an order binds, told from its history: the slow model of the machines' timing.
struct ModelOrder {
    private struct Step {
        var now: Instant
        var wall: WallTime?
        var isRestart: Bool
    }
    let start: WallTime?
    let duration: Interval?
    private var steps: [Step] = []

    init(start: WallTime?, duration: Interval?) {
        self.start = start
        self.duration = duration
    }

    mutating func pass(to time: HostileTime, isRestart: Bool) {
        steps.append(Step(now: time.now, wall: time.believed, isRestart: isRestart))
        if beginning == nil, hasCome { beginning = steps.count - 1 }
        state = told()
    }

    enum State: Equatable { case awaited, binds, missed, ended }
    private(set) var state = State.awaited

    /// The first step at which its time had come.
    private var beginning: Int?

    private var hasCome: Bool {
        guard let start else { return true }
        return steps.last?.wall.map { start <= $0 } ?? false
    }

    private func told() -> State {
        guard let beginning, let last = steps.last else { return .awaited }
        let begun = steps[beginning]
        guard let duration else { return .binds }
        // An order that was to begin at once begins when it is first seen.
        let from = start ?? begun.wall
        var deadline = begun.now + duration
        if let start, let wall = begun.wall {
            guard duration > wall - start else { return .missed }
            deadline = begun.now + (duration - (wall - start))
        }
        let restarts = steps.indices.filter { $0 > beginning && steps[$0].isRestart }
        for (position, restart) in restarts.enumerated() {
            // Nobody looks between two steps, so an order is over at the first step at or after its deadline.
            if steps[restart - 1].now >= deadline { return .ended }
            deadline = steps[restart].now + duration
            let end = position + 1 < restarts.count ? restarts[position + 1] : steps.count
            guard let from, let settled = (restart..<end).first(where: { steps[$0].wall != nil }) else { continue }
            if settled > restart, steps[settled - 1].now >= deadline { return .ended }
            let left = steps[settled].wall.map { duration - ($0 - from) } ?? duration
            deadline = min(deadline, steps[settled].now + min(left, duration))
        }
        return last.now >= deadline ? .ended : .binds
    }
}
