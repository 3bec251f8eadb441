// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import NIOCore
import Testing

@testable import VehicleLinks

// Every service × control mode × authorisation × transport × configuration over real connections. What a car hears that insists is
// in the same matrix of the machines (room ISO15118).

// One after the other: hundreds of cars that plug in at once would wait longer for their turn than a station waits for them.
@Suite(.serialized) struct MatrixLinkTests {
    static let charging = LinkMeeting.all.filter { if case .charges = $0.verdict { true } else { false } }
    static let ending = LinkMeeting.all.filter { if case .ends = $0.verdict { true } else { false } }
    /// What can be paused and resumed: each standard's first service over each transport that it may be spoken on.
    static let pausing = charging.filter {
        $0.standard != .din && [.acThreePhases, .dc, .dcBidirectional].contains($0.wish) && !$0.allowsInsecure
    }

    @Test func `the matrix has every combination, and so many charge`() {
        #expect(LinkMeeting.all.count == 4 * 5 * 2 * 2 * 4 * 2)
        #expect(Set(LinkMeeting.all.map(\.description)).count == LinkMeeting.all.count)
        // Each configured both ways. DIN: plain or not, but over TLS paid at the station only. ISO 15118-2: all.
        let din = (4 + 1) * 2
        let iso2 = 3 * (4 + 4) * 2
        // Ten ways with ISO 15118-20: over all four where that is allowed, over mutual TLS 1.3 where it is not.
        let iso20 = (3 * 2 + 2 * 2) * 2 * (4 + 1)
        #expect(Self.charging.count == din + iso2 + iso20)
        #expect(Self.ending.count == 640 - Self.charging.count)
        #expect(Self.pausing.count == 2 * 8 + (1 + 2) * 2 * 2)
    }

    @Test(arguments: charging) func `what is allowed charges, and the power that was asked for flows`(
        meeting: LinkMeeting
    ) async throws {
        let point = ContractLinkTests.Point(meeting.profile, target: meeting.target)
        let (end, taken) = try await Self.drive(meeting, meeting.plan, at: point)
        #expect(end == .finished)
        let most = taken.max { $0.magnitude < $1.magnitude } ?? .zero
        // ISO 15118-2 tells a current per phase: less by up to its last digit.
        #expect((most - meeting.target).magnitude <= .watts(2) && most.magnitude <= meeting.target.magnitude)
        #expect(taken.last == .zero)
        #expect(point.simulated.contactors == .open && point.simulated.current == .zero)
        #expect(point.arrivals.map(\.security) == [meeting.agreed])
        #expect(point.ends == [.finished])
        switch meeting.verdict {
        case .charges(by: .contract): #expect(point.shown.map(\.emaid) == ["DESLUC12345678"])
        case .charges(by: .external), .ends: #expect(point.shown.isEmpty)
        }
    }

    @Test(arguments: ending) func `what is not allowed ends before anything is switched on`(
        meeting: LinkMeeting
    ) async throws {
        let point = ContractLinkTests.Point(meeting.profile, target: meeting.target)
        let (end, taken) = try await Self.drive(meeting, meeting.plan, at: point)
        #expect(LinkMeeting.Verdict.ends(end) == meeting.verdict)
        #expect(taken.isEmpty && point.hasNeverClosed)
        // A car that hears “no” hangs up, or the station does.
        #expect(point.ends == [end == .noCommonProtocol ? .noCommonProtocol : .disconnected])
    }

    @Test(arguments: pausing) func `a car comes back to its session over every transport`(
        meeting: LinkMeeting
    ) async throws {
        let point = ContractLinkTests.Point(meeting.profile, target: meeting.target)
        try await Self.serving(meeting, point) { address in
            var plan = meeting.plan
            plan.ending = .pause
            guard case .paused(let session) = try await Self.drive(meeting, plan, to: address).end else {
                Issue.record("the car did not pause")
                return
            }
            try await point.until { point.ends.count == 1 }
            (plan.resuming, plan.ending) = (session, .terminate)
            #expect(try await Self.drive(meeting, plan, to: address).end == .finished)
            try await point.until { point.ends.count == 2 }
            #expect(point.ends.last == .finished)
        }
        // Whoever was allowed before the pause still is.
        #expect(point.shown.count + point.authorised == 1)
    }

    // MARK: Driving

    static func serving(
        _ meeting: LinkMeeting, _ point: ContractLinkTests.Point, _ body: (SocketAddress) async throws -> Void
    ) async throws {
        let listener = try await VehicleListener.open(
            at: LinkBench.loopback(), for: point, security: meeting.station(), group: LinkBench.group, refused: { _ in }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await listener.run() }
            defer { tasks.cancelAll() }
            try await body(listener.address)
        }
    }

    static func drive(
        _ meeting: LinkMeeting, _ plan: VehiclePlan, at point: ContractLinkTests.Point
    ) async throws -> (end: VehicleEnd, taken: [Power]) {
        var result: (VehicleEnd, [Power]) = (.disconnected, [])
        try await serving(meeting, point) { address in
            result = try await drive(meeting, plan, to: address)
            try await point.until { !point.ends.isEmpty }
        }
        return result
    }

    static func drive(
        _ meeting: LinkMeeting, _ plan: VehiclePlan, to address: SocketAddress
    ) async throws -> (end: VehicleEnd, taken: [Power]) {
        let contracts = meeting.payment == .contract ? try ContractLinkTests.car(meeting.profile) : nil
        let link = try await VehicleLink.open(
            at: address, plan: plan, contracts: contracts, security: meeting.car(), group: LinkBench.group)
        var taken: [Power] = []
        for await step in link.steps { if case .takes(let power) = step { taken.append(power) } }
        return (try await link.end(), taken)
    }
}
