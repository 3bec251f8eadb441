// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import Synchronization
import Testing

@testable import VehicleLinks

/// A simulated point that remembers how its sessions went on.
private final class WatchedPoint: SessionWatching {
    let point = SimulatedPoint(offer: LinkBench.offer, target: .watts(7_000), habits: LinkBench.quick)
    private let seen = Mutex<[SessionProgress]>([])

    var all: [SessionProgress] { seen.withLock { $0 } }
    var offer: StationOffer { point.offer }

    func progressed(_ progress: SessionProgress) { seen.withLock { $0.append(progress) } }
    func began(_ arrival: VehicleArrival) async { await point.began(arrival) }
    func authorise(vehicle: String) async -> StationInput.Authorisation { await point.authorise(vehicle: vehicle) }
    func checkCable() async -> StationInput.Insulation { await point.checkCable() }
    func switchContactors(_ state: StationInput.ContactorState) async -> StationInput.ContactorState {
        await point.switchContactors(state)
    }
    func operate(_ operatingPoint: OperatingPoint) async { await point.operate(operatingPoint) }
    func need(_ needs: EVNeeds) async { await point.need(needs) }
    func ended(_ end: StationEnd) async { await point.ended(end) }
    func inputs() -> AsyncStream<StationInput> { point.inputs() }
}

@Suite struct SessionWatchingTests {
    @Test func `a point that watches hears each step of its session once`() async throws {
        let point = WatchedPoint()
        let listener = try await VehicleListener.open(
            at: LinkBench.loopback(), for: point,
            security: VehicleListener.Security(nil, allowsPlain: true, allowsInsecureISO20: true),
            group: LinkBench.group)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await listener.run() }
            defer { tasks.cancelAll() }
            let link = try await VehicleLink.open(
                at: listener.address, plan: LinkBench.plan(), security: nil, group: LinkBench.group)
            for await _ in link.steps {}
            _ = try await link.end()
        }
        let seen = point.all
        #expect(Set(seen).count == seen.count && seen.allSatisfy { $0.standard == .iso20DC })
        let phases = seen.map(\.phase)
        #expect(phases.contains(.charging) && phases.last == .stopped)
        #expect(seen.first { $0.phase == .charging }?.service == .dcBidirectional)
        #expect(seen.first { $0.phase == .charging }?.mode == .dynamic)
    }
}
