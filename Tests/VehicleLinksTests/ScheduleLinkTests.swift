// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import NIOCore
import Synchronization
import Testing

@testable import VehicleLinks

struct ScheduleLinkTests {
    /// A simulated point that knows two schedules after a while, or never comes to know them.
    final class Point: SchedulePoint, SimulatedBehind {
        let simulated: SimulatedPoint
        private let seen = LinkBench.Seen()
        private let profiles = Mutex<[PowerProfile]>([])
        private let given: [ScheduleTuple]?
        private let cancelled = Mutex(0)

        init(_ given: [ScheduleTuple]?) {
            self.given = given
            var offer = LinkBench.offer
            offer.asksForSchedules = true
            simulated = SimulatedPoint(offer: offer, target: .watts(11_000), habits: LinkBench.quick) { [seen] in
                seen.add($0)
            }
        }

        var heard: [PowerProfile] { profiles.withLock { $0 } }
        var ends: [StationEnd] { seen.ends }
        var wasCancelled: Bool { cancelled.withLock { $0 > 0 } }

        func schedules(for needs: EVNeeds) async -> [ScheduleTuple] {
            do { try await Task.sleep(for: given == nil ? .seconds(60) : .milliseconds(50)) } catch {
                cancelled.withLock { $0 += 1 }
            }
            return given ?? []
        }
        func planned(_ profile: PowerProfile) async { profiles.withLock { $0.append(profile) } }
    }

    private static func tuple(_ id: UInt8, _ watts: Int) -> ScheduleTuple {
        var tuple = ScheduleTuple.flat(PowerLimits(from: .zero, to: .watts(watts)), from: .now)
        tuple.id = id
        return tuple
    }

    private static func serving(_ point: Point, _ body: (SocketAddress) async throws -> Void) async throws {
        let security = try VehicleListener.Security(nil, allowsPlain: true, allowsInsecureISO20: true)
        let listener = try await VehicleListener.open(
            at: LinkBench.loopback(), for: point, security: security, group: LinkBench.group, refused: { _ in })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await listener.run() }
            defer { tasks.cancelAll() }
            try await body(listener.address)
        }
    }

    @Test(arguments: [
        (Standard.din, EnergyService.dc), (.iso2, .ac), (.iso2, .dc), (.iso20AC, .acBidirectional), (.iso20DC, .dc),
    ])
    func `a point is asked what a car may choose between, and hears what it chose`(
        standard: Standard, service: EnergyService
    ) async throws {
        let point = Point([Self.tuple(1, 9_000), Self.tuple(3, 4_000)])
        try await Self.serving(point) { address in
            var plan = LinkBench.plan(standard, service, .scheduled)
            plan.preferredSchedule = 1
            let link = try await VehicleLink.open(at: address, plan: plan, security: nil, group: LinkBench.group)
            var offered: [[UInt8]] = []
            var most = Power.zero
            for await step in link.steps {
                if case .offered(let tuples) = step { offered.append(tuples.map(\.id)) }
                if case .takes(let power) = step { most = max(most, power) }
            }
            #expect(try await link.end() == .finished)
            #expect(offered == [[1, 3]])
            #expect(most <= .watts(4_000) && most >= .watts(3_998))
        }
        #expect(point.heard.map(\.schedule) == [3])
        #expect(point.heard.first?.entries.map(\.power) == [.watts(4_000)])
    }

    @Test func `a car that leaves while it waits leaves nobody waiting`() async throws {
        let point = Point(nil)
        try await Self.serving(point) { address in
            let plan = LinkBench.plan(.iso2, .dc, .scheduled)
            let link = try await VehicleLink.open(at: address, plan: plan, security: nil, group: LinkBench.group)
            for await step in link.steps { if case .asks(.chargeParameters) = step { break } }
            link.hangUp()
            let patience = ContinuousClock.now + .seconds(10)
            while !point.wasCancelled, ContinuousClock.now < patience { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(point.wasCancelled && point.ends == [.disconnected])
    }
}
