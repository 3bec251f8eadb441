// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import NIOCore
import VehicleLinks

/// Cars at many stations at once, ISO 15118-20 DC bidirectional under the station's control.
struct ProbeCars {
    let options: Options

    init(_ options: Options) { self.options = options }

    func run() async throws {
        let ports = (options["--ports"] ?? "").split(separator: ",").compactMap { Int($0) }
        let plan = plan(turns: options.number("--turns") ?? 200)
        let times = try await withThrowingTaskGroup(of: [Interval].self) { cars in
            for port in ports { cars.addTask { try await drive(plan, port) } }
            return try await cars.reduce(into: []) { $0 += $1 }
        }
        tell(times.sorted(), cars: ports.count)
    }

    private func drive(_ plan: VehiclePlan, _ port: Int) async throws -> [Interval] {
        let link = try await VehicleLink.open(
            at: SocketAddress(ipAddress: "::1", port: port), plan: plan, security: nil, group: VehicleProbe.group)
        var times: [Interval] = []
        for await step in link.steps { if case .turned(let turn) = step { times.append(turn.answerTime) } }
        let end = try await link.end()
        if end != .finished { say(["event": "ended", "end": "\(end)"]) }
        return times
    }

    private func tell(_ sorted: [Interval], cars: Int) {
        guard let longest = sorted.last else { return say(["event": "measured", "cars": cars, "turns": 0]) }
        let at = { (part: Double) in sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))].inSeconds * 1_000 }
        say([
            "event": "measured", "cars": cars, "turns": sorted.count, "p50_ms": at(0.5), "p99_ms": at(0.99),
            "longest_ms": longest.inSeconds * 1_000,
        ])
    }

    func plan(turns: Int) -> VehiclePlan {
        var needs = EVNeeds()
        needs.power = PowerLimits(from: .watts(-10_000), to: .watts(11_000))
        needs.current = CurrentLimits(from: .amperes(-30), to: .amperes(30))
        (needs.lowestVoltage, needs.highestVoltage) = (.volts(300), .volts(450))
        (needs.soc, needs.targetSoC) = (.percent(50), .percent(80))
        needs.targetEnergy = .wattHours(20_000)
        var plan = VehiclePlan(standards: [.iso20DC], service: .dcBidirectional, mode: .dynamic, needs: needs)
        plan.turns = turns
        plan.pace = .milliseconds(options.number("--pace") ?? 100)
        return plan
    }
}
