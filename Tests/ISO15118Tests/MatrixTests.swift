// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

// Every service × control mode × authorisation × security × kind of outlet, in every standard.

struct MatrixTests {
    static let charging = Meeting.all.filter { $0.verdict == .charges }
    static let refused = Meeting.all.filter {
        if case .refused = $0.verdict { true } else { false }
    }

    @Test func `the matrix has every combination, and the standards part it in three`() {
        #expect(Meeting.all.count == 4 * 9 * 2 * 2 * 2 * 4)
        #expect(Set(Meeting.all.map(\.description)).count == Meeting.all.count)
        // DIN: one way to pay and to charge, secured or not. ISO 15118-2: three services less three phases at a
        // one-phase outlet, paid in three ways. ISO 15118-20, for each protocol: the wishes it has (twice as many with AC), each
        // outlet with its modes, paid in three ways.
        let din = 1 * 2 * 4
        let iso2 = (3 * 4 - 1) * 3
        let ac = (4 * 2 + 4 * 2 + 2 * 2 + 4 * 1) * 3
        let dc = (2 * 2 + 2 * 2 + 1 * 2 + 2 * 1) * 3
        #expect(Self.charging.count == din + iso2 + ac + dc)
        // What the two older standards have no words for: dynamic control, and six of the nine wishes.
        let wordless = Meeting.all.filter { $0.verdict == .inexpressible }
        #expect(wordless.count == 2 * (9 * 16 + 6 * 16))
        #expect(Self.refused.count == Meeting.all.count - Self.charging.count - wordless.count)
    }

    @Test(arguments: charging) func `what the standards allow charges, and discharges where both ways were agreed`(
        meeting: Meeting
    ) throws {
        let service = try #require(meeting.service)
        var pair = meeting.pair(service)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        let twoTurns = pair.car.plan.pace * 2 + Pair.step * 2
        // Through zero in both directions, and to what neither bears.
        for watts in [5_000, 0, -6_000, 3_000, -2_000, 0, -50_000, 50_000] {
            pair.tell(.target(.watts(watts)))
            pair.run(for: twoTurns)
            let expected = meeting.flow(at: .watts(watts), service)
            #expect((pair.power - expected).magnitude <= .watts(2), "target \(watts) W, flows \(pair.power)")
            #expect(pair.power.magnitude <= expected.magnitude)
        }
        #expect(pair.station.machine?.service == service && pair.station.machine?.mode == meeting.mode)
        pair.tell(.ask(.terminate))
        pair.run(for: .seconds(5))
        #expect(pair.carEnd == .finished && pair.stationEnd == .finished)
        #expect(pair.power == .zero && pair.effects.contains(.contactors(.open)))
        let isByContract = pair.effects.contains { if case .authoriseContract = $0 { true } else { false } }
        #expect(isByContract == (meeting.payment == .contract))
    }

    @Test(arguments: refused) func `who insists on what a standard forbids is refused with its word`(
        meeting: Meeting
    ) throws {
        var car = try InsistingCar(meeting)
        let heard = try #require(try car.insist(), "the station agreed")
        #expect(Meeting.Verdict.refused(heard.0, heard.1) == meeting.verdict)
        // A warning leaves the car the other way to pay.
        #expect((car.stationEnd == nil) == heard.1.hasPrefix("WARNING"))
        #expect(!car.hasEnergised)
    }

    @Test(arguments: Meeting.all.filter { $0.verdict != .charges && $0.service != nil })
    func `a car that listens leaves before it is refused`(meeting: Meeting) throws {
        let service = try #require(meeting.service)
        var pair = meeting.pair(service)
        pair.tell(.target(.watts(5_000)))
        pair.plugIn()
        pair.run(for: .seconds(10))
        switch pair.carEnd {
        case .notOffered(service, meeting.mode)?, .contractNotOffered?: break
        // What is offered as a list of modes in ISO 15118-2, this car does not look into.
        case .refused(.chargeParameters, "FAILED_WrongEnergyTransferMode")?: #expect(meeting.standard == .iso2)
        case let other: Issue.record("\(String(describing: other))")
        }
        #expect(pair.power == .zero && !pair.effects.contains(.contactors(.closed)))
    }

    @Test(arguments: charging.filter { $0.standard != .din })
    func `what the standards allow can be negotiated anew, paused and resumed`(meeting: Meeting) throws {
        let service = try #require(meeting.service)
        var pair = meeting.pair(service)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        pair.tell(.ask(.renegotiateSchedule))
        pair.run(for: .seconds(2))
        #expect(pair.words.filter { $0 == "schedule" }.count == 2)
        #expect(pair.carEnd == nil && (pair.power - .watts(5_000)).magnitude <= .watts(2))
        pair.car.handle(.end(.pause))
        pair.run(for: .seconds(5))
        guard case .paused(let session)? = pair.stationEnd, case .paused(let id)? = pair.carEnd else {
            Issue.record("\(String(describing: pair.stationEnd)) \(String(describing: pair.carEnd))")
            return
        }
        #expect(session.sessionID == id && (session.emaid != nil) == (meeting.payment == .contract))
        var plan = meeting.plan(service)
        plan.resuming = id
        plan.turns = 3
        var second = Pair(
            meeting.offer, plan, paused: session,
            contracts: meeting.isSecured ? ContractWorld.station(meeting.profile) : nil,
            carContracts: meeting.payment == .contract ? ContractWorld.car("contract", meeting.profile) : nil)
        // Whoever was allowed before the pause still is.
        second.authorisation = .refused
        second.plugIn()
        second.run(for: .seconds(20))
        #expect(second.carEnd == .finished && second.stationEnd == .finished && second.car.sessionID == id)
    }

    @Test(arguments: charging.filter { $0.standard == .din })
    func `a car of DIN SPEC 70121 has no word for a pause, and ends instead`(meeting: Meeting) throws {
        var pair = meeting.pair(.dc)
        pair.runIntoTheLoop()
        pair.car.handle(.end(.pause))
        pair.run(for: .seconds(5))
        #expect(pair.stationEnd == .finished)
    }
}

extension Meeting {
    /// What flows when all goes well: the bench car takes 11 kW and delivers 10 kW; with one phase of the older
    /// standards it says so in amperes, 30 of them.
    fileprivate func flow(at target: Power, _ service: EnergyService) -> Power {
        let most: Power = standard == .iso2 && wish == .acOnePhase ? .watts(6_900) : .watts(11_000)
        return PowerLimits(from: service.isBidirectional ? .watts(-10_000) : .zero, to: most).nearest(to: target)
    }
}
