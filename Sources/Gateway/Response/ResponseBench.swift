// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import GridConnection

/// What one run on the response bench measured.
package struct ResponseRow: Hashable, Sendable {
    package var name: String
    package var limit: Power
    /// Of the household, in percent of the limit, at the instant at which the limit arrives, and once more under it.
    package var loadStep: Int
    /// From the arrival of the limit, or of the load step where the limit holds always, to targets that obey; nil: nothing
    /// was to do.
    package var ticksToCommand: Int?
    /// From those targets to a flow that obeys.
    package var toBelow: Interval?
    /// From a load step under the limit to a flow that obeys again, and how far the flow was above meanwhile.
    package var stepToBelow: Interval?
    package var stepExcess: Power
    /// After the end of the limit: the steepest rise of the targets together within a second.
    package var steepest: Power?
    package var ramp: Power?
}

/// Runs the simulated site with the real loop in virtual time.
package enum ResponseBench {
    package static let steps = [20, 10, 0]

    package static var names: [String] { ResponseCase.all.map(\.name) }

    /// - Parameter name: One of `names`; nil for all.
    package static func rows(_ name: String? = nil, profiles: ProfileLibrary) throws -> [ResponseRow] {
        try ResponseCase.all.filter { name == nil || $0.name == name }.flatMap { one in
            try steps.map { try ResponseRun(one, loadStep: $0, profiles).measured() }
        }
    }

    package static func table(_ rows: [ResponseRow]) -> String {
        let lines = rows.map { "| " + cells($0).joined(separator: " | ") + " |" }
        return """
            | Agreement | Limit | Load step | Received to commanded, ticks | Commanded to below | Step under the limit to below, above by | Return, steepest second | The rule's ramp |
            |---|---|---|---|---|---|---|---|
            \(lines.joined(separator: "\n"))
            """
    }
}

extension ResponseBench {
    private static func cells(_ row: ResponseRow) -> [String] {
        let period = VirtualSite.period.milliseconds
        let commanded = row.ticksToCommand.map { (ticks: Int) -> String in "\(ticks) (\(Int64(ticks) * period) ms)" }
        let step = row.stepToBelow.map { (time: Interval) -> String in "\(time.milliseconds) ms, \(row.stepExcess)" }
        let below = row.toBelow.map { (time: Interval) -> String in "\(time.milliseconds) ms" }
        let steepest = row.steepest.map { (power: Power) -> String in "\(power)/s" }
        let ramp = row.ramp.map { (power: Power) -> String in "\(power)/s" }
        let figures: [String] = [commanded, below, step, steepest, ramp].map { (cell: String?) -> String in cell ?? "–"
        }
        return [row.name, "\(row.limit)", "\(row.loadStep) %"] + figures
    }
}

/// One run: the limit and a load step arrive together, another step comes ten seconds later, the limit ends.
struct ResponseRun {
    private let one: ResponseCase
    private let loadStep: Int
    private let site: VirtualSite
    private var row: ResponseRow

    /// Whole, so that a limit can be kept with two chargers whose smallest step is a watt.
    private static let patience = 300

    init(_ one: ResponseCase, loadStep: Int, _ profiles: ProfileLibrary) throws {
        self.one = one
        self.loadStep = loadStep
        let text = Self.text(one)
        let configuration = try ConfigurationReader.read(text: text, file: "(bench)", profiles: profiles).get()
        site = try VirtualSite(configuration, wall: ResponseCase.startOfDay)
        row = ResponseRow(name: one.name, limit: one.limit, loadStep: loadStep, stepExcess: .zero, ramp: one.ramp)
    }

    private static func text(_ one: ResponseCase) -> String {
        """
        site: { name: Bench, timezone: UTC, fuse: 100 A, meter: { profile: sluice/simulated-meter, at: "simulated:?load=3kW" } }
        agreement: { \(one.firm)\(one.agreement) }
        evses:
          - { id: 1, charger: { profile: sluice/simulated-bidi-22, at: "simulated:?soc=50%&capacity=90kWh" } }
          - { id: 2, charger: { profile: sluice/simulated-bidi-22, at: "simulated:?soc=50%&capacity=90kWh" } }
        """
    }

    private var step: Power { one.limit * loadStep / 100 }
    /// A step against the limit: more load where import is bounded, less where export is.
    private func stepLoad() {
        switch one.direction {
        case .import: site.load = site.load + step
        case .export: site.load = site.load - step
        }
    }

    consuming func measured() throws -> ResponseRow {
        try warmUp()
        try measureArrival()
        try measureStep()
        try measureReturn()
        return row
    }

    private mutating func warmUp() throws {
        site.load = .watts(3_000)
        if one.direction == .export { for evse in 0..<2 { site.wish(.watts(-14_000), evse: evse) } }
        one.prepare(site)
        try second(until: .seconds(40))
    }

    /// To a time after the start, keeping the channel alive.
    private func second(until end: Interval) throws {
        let start = Instant(nanoseconds: 1_000_000_000_000)
        while site.now < start + end {
            if site.ticks % 10 == 0 { one.keepAlive(site) }
            try site.tick()
        }
    }

    private mutating func measureArrival() throws {
        if let begins = one.beginsAfter { try second(until: begins) }
        stepLoad()
        one.begin?(site)
        let arrived = site.ticks
        if one.begin == nil, one.beginsAfter == nil, one.keeps(one.commandedFlow(site)), one.keeps(one.flow(site)) {
            return
        }
        while !one.keeps(one.commandedFlow(site)), site.ticks - arrived < Self.patience { try next() }
        // The instant of the arrival lies right after a tick: the next one is the first that can obey.
        row.ticksToCommand = max(1, site.ticks - arrived)
        row.toBelow = try waitBelow()
    }

    private mutating func measureStep() throws {
        for _ in 0..<100 { try next() }
        guard loadStep > 0 else { return }
        var highest = Power.zero
        stepLoad()
        highest = one.excess(one.flow(site))
        let below = try waitBelow { highest = max(highest, $0) }
        row.stepToBelow = below
        row.stepExcess = highest
        for _ in 0..<100 { try next() }
    }

    private func next() throws {
        if site.ticks % 10 == 0 { one.keepAlive(site) }
        try site.tick()
    }

    /// - Returns: Until the flow keeps the limit, to ten milliseconds; nil: not within patience.
    private func waitBelow(_ look: (Power) -> Void = { _ in }) throws -> Interval? {
        let start = site.now
        if one.keeps(one.flow(site)) { return .zero }
        var below: Instant?
        let started = site.ticks
        let one = one
        let seen = Seen()
        site.each = { site in
            let flow = one.flow(site)
            seen.highest = max(seen.highest, one.excess(flow))
            if one.keeps(flow) { seen.below = seen.below ?? site.now } else { seen.below = nil }
        }
        // It counts when it stays there for a second.
        while site.ticks - started < Self.patience {
            try next()
            if let since = seen.below, site.now - since >= .seconds(1) { break }
        }
        site.each = nil
        below = seen.below
        look(seen.highest)
        return below.map { $0 - start }
    }

    private final class Seen {
        var below: Instant?
        var highest = Power.zero
    }

    private mutating func measureReturn() throws {
        guard one.ramp != nil else { return }
        if let ends = one.endsAfter { try second(until: ends - VirtualSite.period) }
        one.end?(site)
        var targets = [site.commanded.magnitude]
        var steepest = Power.zero
        for _ in 0..<300 {
            try next()
            targets.append(site.commanded.magnitude)
            if targets.count > 10, let now = targets.last {
                steepest = max(steepest, now - targets[targets.count - 11])
            }
        }
        row.steepest = steepest
    }
}
