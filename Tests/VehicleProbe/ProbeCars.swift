// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import NIOCore
import TLS
import VehicleLinks

/// Cars at many stations at once, ISO 15118-20 DC bidirectional under the station's control; with `--root` over TLS.
struct ProbeCars {
    /// What one car has seen.
    private struct Course: Sendable {
        var times: [Interval] = []
        var security = "no TLS"
        var hasFinished = false
    }

    let options: Options

    init(_ options: Options) { self.options = options }

    func run() async throws {
        let ports = (options["--ports"] ?? "").split(separator: ",").compactMap { Int($0) }
        let plan = plan(turns: options.number("--turns") ?? 200)
        let security = try security()
        let courses = try await withThrowingTaskGroup(of: Course.self) { cars in
            for port in ports { cars.addTask { try await drive(plan, port, security) } }
            return try await cars.reduce(into: []) { $0.append($1) }
        }
        tell(courses)
    }

    private func security() throws -> VehicleLink.Security? {
        guard let root = options["--root"] else { return nil }
        let identity = options["--certificate"].flatMap { file in
            options["--key"].map { TLSIdentity(certificateFile: file, keyFile: $0) }
        }
        return try VehicleLink.Security(
            root: .file(root), identity: identity, speaking: options["--modern"] != nil ? .modern : .any)
    }

    private func drive(_ plan: VehiclePlan, _ port: Int, _ security: VehicleLink.Security?) async throws -> Course {
        let link = try await VehicleLink.open(
            at: SocketAddress(ipAddress: "::1", port: port), plan: plan, security: security, group: VehicleProbe.group)
        var course = Course()
        for await step in link.steps {
            switch step {
            case .turned(let turn): course.times.append(turn.answerTime)
            case .connected(let tls): if let tls { course.security = tls.words }
            case .asks, .offered, .installed, .ended, .agreed, .contactors, .takes: break
            }
        }
        let end = try await link.end()
        course.hasFinished = end == .finished
        if end != .finished { say(["event": "ended", "end": "\(end)"]) }
        return course
    }

    private func tell(_ courses: [Course]) {
        let sorted = courses.flatMap(\.times).sorted()
        let finished = courses.count { $0.hasFinished }
        guard let longest = sorted.last else {
            return say(["event": "measured", "cars": courses.count, "finished": finished, "turns": 0])
        }
        let at = { (part: Double) in sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))].inSeconds * 1_000 }
        say([
            "event": "measured", "cars": courses.count, "finished": finished, "turns": sorted.count,
            "security": Set(courses.map(\.security)).sorted(), "p50_ms": at(0.5), "p99_ms": at(0.99),
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
