// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import NIOCore
import Synchronization
import TLS
import Testing

@testable import VehicleLinks

struct VehicleLinkTests {
    static let courses: [(Standard, EnergyService, ControlMode)] = [
        (.din, .dc, .scheduled), (.iso2, .ac, .scheduled), (.iso2, .dc, .scheduled), (.iso20AC, .ac, .scheduled),
        (.iso20AC, .acBidirectional, .dynamic), (.iso20DC, .dc, .scheduled), (.iso20DC, .dcBidirectional, .dynamic),
    ]

    @Test(arguments: courses) func `a car charges over a socket and everything is off afterwards`(
        standard: Standard, service: EnergyService, mode: ControlMode
    ) async throws {
        try await LinkBench.serving { bench in
            let (end, steps) = try await bench.drive(LinkBench.plan(standard, service, mode))
            #expect(end == .finished)
            try await bench.until { !bench.seen.ends.isEmpty }
            #expect(bench.seen.ends == [.finished])
            #expect(bench.point.contactors == .open)
            #expect(bench.point.current == .zero)
            let turns = steps.filter { if case .turned = $0 { true } else { false } }
            #expect(turns.count == 5)
        }
    }

    @Test func `a new target reaches converter and car`() async throws {
        try await LinkBench.serving { bench in
            let link = try await VehicleLink.open(
                at: bench.listener.address, plan: LinkBench.plan(turns: nil), security: nil, group: LinkBench.group)
            var taken: [Power] = []
            for await step in link.steps {
                switch step {
                case .turned(let turn):
                    if turn.number == 3 { bench.point.set(target: .watts(-7_000)) }
                    if turn.number == 10 { link.tell(.end(.terminate)) }
                case .takes(let power) where power != taken.last: taken.append(power)
                case .connected, .agreed, .asks, .offered, .contactors, .takes, .installed, .ended: break
                }
            }
            #expect(try await link.end() == .finished)
            #expect(taken == [.watts(7_000), .watts(-7_000), .zero])
            let points = bench.seen.all.compactMap {
                if case .operates(.power(let power, _, _, _)) = $0 { power } else { nil }
            }
            #expect(points.contains(.watts(-7_000)))
        }
    }

    @Test func `after a pause the car comes back to its session`() async throws {
        try await LinkBench.serving { bench in
            var plan = LinkBench.plan()
            plan.ending = .pause
            guard case .paused(let session) = try await bench.drive(plan).end else {
                Issue.record("the car did not pause")
                return
            }
            try await bench.until { !bench.seen.ends.isEmpty }
            plan.resuming = session
            plan.ending = .terminate
            #expect(try await bench.drive(plan).end == .finished)
            try await bench.until { bench.seen.ends.count == 2 }
            // Whoever was allowed to charge still is.
            let asked = bench.seen.all.filter { if case .authorises = $0 { true } else { false } }
            #expect(bench.seen.ends.last == .finished)
            #expect(asked.count == 1)
        }
    }

    @Test func `when the daemon goes down, current ends before contactors open`() async throws {
        let seen = Mutex<LinkBench.Seen?>(nil)
        try await LinkBench.serving { bench in
            let link = try await VehicleLink.open(
                at: bench.listener.address, plan: LinkBench.plan(turns: nil), security: nil, group: LinkBench.group)
            for await step in link.steps { if case .turned(let turn) = step, turn.number == 3 { break } }
            seen.withLock { $0 = bench.seen }
            // The end of this closure cancels what serves.
        }
        let last = Array(try #require(seen.withLock { $0 }).all.suffix(3))
        guard last.count == 3, case .operates(.off) = last[0], case .contactors(.open) = last[1],
            case .ended(.byOwner) = last[2]
        else {
            Issue.record("\(last)")
            return
        }
    }

    @Test func `an unplugged car leaves nothing switched on`() async throws {
        try await LinkBench.serving { bench in
            let link = try await VehicleLink.open(
                at: bench.listener.address, plan: LinkBench.plan(turns: nil), security: nil, group: LinkBench.group)
            for await step in link.steps { if case .turned(let turn) = step, turn.number == 3 { break } }
            link.hangUp()
            try await bench.until { !bench.seen.ends.isEmpty }
            #expect(bench.seen.ends == [.disconnected])
            #expect(bench.point.contactors == .open)
        }
    }

    @Test(arguments: [
        (VehiclePlan.Fault(.garbage, at: .chargeLoop), 1), (VehiclePlan.Fault(.wrongSession, at: .preCharge), 2),
        (VehiclePlan.Fault(.wrongOrder, at: .chargeLoop), 2),
    ])
    func `a car that misbehaves ends its session and nothing stays on`(fault: VehiclePlan.Fault, kind: Int) async throws
    {
        try await LinkBench.serving { bench in
            var plan = LinkBench.plan()
            plan.fault = fault
            let end = try await bench.drive(plan).end
            #expect(end != .finished)
            try await bench.until { !bench.seen.ends.isEmpty }
            switch (kind, bench.seen.ends.first) {
            case (1, .notV2GTP?), (2, .refused?): break
            case (_, let other): Issue.record("ended with \(String(describing: other))")
            }
            #expect(bench.point.contactors == .open)
        }
    }
}
