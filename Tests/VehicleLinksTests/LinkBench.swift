// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import ISO15118
import NIOCore
import NIOPosix
import Synchronization
import TLS

@testable import VehicleLinks

/// A simulated charging point that listens on the loopback interface, for as long as a test runs.
struct LinkBench {
    let point: SimulatedPoint
    let listener: VehicleListener
    let seen: Seen

    final class Seen: Sendable {
        private let events = Mutex<[SimulatedPoint.Event]>([])
        private let refusals = Mutex<[VehicleRefused.Reason]>([])
        func add(_ refusal: VehicleRefused) { refusals.withLock { $0.append(refusal.reason) } }
        var refused: [VehicleRefused.Reason] { refusals.withLock { $0 } }
        func add(_ event: SimulatedPoint.Event) { events.withLock { $0.append(event) } }
        var all: [SimulatedPoint.Event] { events.withLock { $0 } }

        var arrivals: [VehicleArrival] { all.compactMap { if case .began(let arrival) = $0 { arrival } else { nil } } }
        var ends: [StationEnd] { all.compactMap { if case .ended(let end) = $0 { end } else { nil } } }
    }

    static var group: any EventLoopGroup { MultiThreadedEventLoopGroup.singleton }

    static func loopback() throws -> SocketAddress { try SocketAddress(ipAddress: "::1", port: 0) }

    /// - Parameter body: while the point is served.
    static func serving(
        security: VehicleListener.Security? = nil, bounds: VehicleBounds = VehicleBounds(),
        habits: SimulatedPoint.Habits = quick, target: Power = .watts(7_000),
        _ body: (LinkBench) async throws -> Void
    ) async throws {
        let seen = Seen()
        let point = SimulatedPoint(offer: offer, target: target, habits: habits) { seen.add($0) }
        let listener = try await VehicleListener.open(
            at: loopback(), for: point,
            security: security ?? VehicleListener.Security(nil, allowsPlain: true, allowsInsecureISO20: true),
            bounds: bounds, group: group, refused: { seen.add($0) })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await listener.run() }
            defer { tasks.cancelAll() }
            try await body(LinkBench(point: point, listener: listener, seen: seen))
        }
    }

    func drive(
        _ plan: VehiclePlan, security: VehicleLink.Security? = nil
    ) async throws -> (end: VehicleEnd, steps: [VehicleStep]) {
        let link = try await VehicleLink.open(
            at: listener.address, plan: plan, security: security, group: Self.group)
        var steps: [VehicleStep] = []
        for await step in link.steps { steps.append(step) }
        return (try await link.end(), steps)
    }

    /// Waits for what another task does, at most ten seconds.
    func until(_ condition: () -> Bool) async throws {
        let patience = ContinuousClock.now + .seconds(10)
        while !condition(), ContinuousClock.now < patience { try await Task.sleep(for: .milliseconds(5)) }
    }

    static var quick: SimulatedPoint.Habits {
        var habits = SimulatedPoint.Habits()
        habits.hardware = .milliseconds(10)
        return habits
    }

    static let offer = StationOffer(
        standards: Standard.allCases, services: EnergyService.allCases, evseID: "DE*SLU*E0001",
        power: PowerLimits(from: .watts(-22_000), to: .watts(22_000)))

    static func plan(
        _ standard: Standard = .iso20DC, _ service: EnergyService = .dcBidirectional, _ mode: ControlMode = .dynamic,
        turns: Int? = 5
    ) -> VehiclePlan {
        var needs = EVNeeds()
        needs.power = PowerLimits(from: service.isBidirectional ? .watts(-10_000) : .zero, to: .watts(11_000))
        needs.current = CurrentLimits(from: service.isBidirectional ? .amperes(-30) : .zero, to: .amperes(30))
        (needs.lowestVoltage, needs.highestVoltage) = (.volts(300), .volts(450))
        (needs.soc, needs.targetSoC) = (.percent(50), .percent(80))
        needs.targetEnergy = .wattHours(20_000)
        needs.departure = .seconds(7_200)
        var plan = VehiclePlan(standards: [standard], service: service, mode: mode, needs: needs)
        plan.turns = turns
        plan.pace = .milliseconds(20)
        // The machine's own times are tested in its room; a busy test machine must not be taken for a slow station.
        plan.leastPatience = .seconds(10)
        return plan
    }
}
