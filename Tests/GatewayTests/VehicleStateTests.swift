// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import ISO15118
import LinuxIO
import OCPP
import OCPP21
import PowerControl
import Testing

@testable import Gateway
@testable import VehicleLinks

/// One car's session, with what it hears.
private struct StateBench: ~Copyable {
    var state = VehicleState()
    let charger: ChargerCell
    let cell: VehicleCell
    private var decided: LatestValueWriter<EVSEView>
    private var known: LatestValueWriter<ChargerState>
    private let inputs: AsyncStream<SessionInput>
    private let session: AsyncStream<SessionInput>.Continuation
    let now = MonotonicClock.now()
    private let offer = StationOffer(
        standards: [.iso20DC], services: [.dc, .dcBidirectional], evseID: "ZZ*SLU*E1",
        power: PowerLimits(from: .watts(-22_000), to: .watts(22_000)))

    init() throws {
        let bell = try WakeUp()
        cell = VehicleCell(VehicleOutlet(efficiency: 1_000), bell: bell)
        charger = ChargerCell(name: "1", waker: bell, vehicle: cell)
        decided = charger.decision.takeWriter()
        known = charger.state.takeWriter()
        (inputs, session) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
        state.begin(VehicleArrival(address: "car", security: .none, certificate: nil), at: now)
        state.open(session)
    }

    mutating func decide(_ target: Power, at instant: Instant? = nil) {
        var view = EVSEView()
        view.decision.target = target
        view.decidedAt = instant ?? now
        decided.publish(view)
    }

    mutating func read(_ state: ConnectorState) {
        var seen = ChargerState()
        seen.reading = ChargerReading(measuredAt: now, state: state)
        known.publish(seen)
    }

    mutating func hear(permitted: Bool = true, after: Interval = .zero) {
        state.hear(ChargerNews(charger, cell, at: now + after, permitted: permitted), meter: "M")
    }

    mutating func progress(_ phase: StationPhase, _ service: EnergyService = .dcBidirectional) {
        let machine = StationMachine(
            .iso20DC, offer: offer, sessionID: [1], at: now, wallTime: WallTime(milliseconds: 0))
        var progress = SessionProgress(machine)
        (progress.phase, progress.service, progress.mode) = (phase, service, .dynamic)
        state.progressed(progress, at: now)
    }

    mutating func allow(_ services: Set<EnergyService>) { state.allow(services, offer) }

    /// All that was told, once the session has ended.
    mutating func heard() async -> [SessionInput] {
        state.end(.finished)
        var all: [SessionInput] = []
        for await input in inputs { all.append(input) }
        return all
    }
}

@Suite struct VehicleStateTests {
    @Test func `a target is told once, and only the newest counts`() async throws {
        var bench = try StateBench()
        bench.decide(.watts(-7_000))
        bench.hear()
        bench.hear()
        bench.decide(.watts(-3_000))
        bench.hear()
        let targets = await bench.heard().filter { if case .target = $0 { true } else { false } }
        #expect(targets == [.target(.watts(-7_000)), .target(.watts(-3_000))])
    }

    @Test func `a loop that has fallen silent is not followed`() async throws {
        var bench = try StateBench()
        bench.decide(.watts(-7_000))
        bench.hear()
        bench.hear(after: .seconds(3))
        let heard = await bench.heard()
        #expect(heard.last { if case .target = $0 { true } else { false } } == .target(.zero))
    }

    @Test func `who is no longer allowed is asked to end, once, and may go on when allowed again`() async throws {
        var bench = try StateBench()
        bench.hear(permitted: false)
        bench.hear(permitted: true)
        bench.hear(permitted: false)
        bench.hear(permitted: false)
        bench.hear(permitted: true)
        let asked = await bench.heard().filter { if case .ask = $0 { true } else { false } }
        #expect(asked == [.ask(.terminate), .ask(nil)])
    }

    @Test func `a faulty charger ends the session, once`() async throws {
        var bench = try StateBench()
        bench.read(.faulted)
        bench.hear()
        bench.hear()
        #expect(await bench.heard().filter { $0 == .stop }.count == 1)
    }

    @Test func `a service that the backend refuses is negotiated anew twice and then given up`() async throws {
        var bench = try StateBench()
        bench.progress(.charging)
        for _ in 0..<3 { bench.allow([.dc]) }
        let asked = await bench.heard().filter { if case .ask = $0 { true } else { false } }
        #expect(asked == [.ask(.renegotiateService), .ask(.renegotiateService), .ask(.terminate)])
    }

    @Test func `the backend hears the needs once they are agreed on, and not with every turn`() throws {
        var bench = try StateBench()
        var needs = EVNeeds()
        needs.power = PowerLimits(from: .watts(-10_000), to: .watts(11_000))
        needs.departure = .seconds(7_200)
        bench.state.need(needs, at: bench.now)
        #expect(bench.state.takeNeeds(at: bench.now + .seconds(1)) == nil)
        bench.progress(.cableCheck)
        let taken = bench.state.takeNeeds(at: bench.now + .seconds(1))
        let told = try #require(taken)
        #expect(told.requestedEnergyTransfer == .dcBPT && told.controlMode == .dynamicControl)
        #expect(told.v2xChargingParameters?.maxDischargePower == .init(thousandths: 10_000_000))
        bench.progress(.charging)
        for second in 2...100 {
            needs.departure = .seconds(7_200 - second)
            bench.state.need(needs, at: bench.now + .seconds(second))
            #expect(bench.state.takeNeeds(at: bench.now + .seconds(second)) == nil)
        }
        needs.departure = .seconds(3_600)
        bench.state.need(needs, at: bench.now + .seconds(101))
        #expect(bench.state.takeNeeds(at: bench.now + .seconds(101)) != nil)
    }

    @Test func `after a session nothing of the car is left`() async throws {
        var bench = try StateBench()
        bench.progress(.charging)
        bench.state.order.closesContactors = true
        bench.state.order.output = .preCharge(.volts(400))
        _ = await bench.heard()
        #expect(!bench.state.hasSession && bench.state.order.output == .off && !bench.state.order.closesContactors)
        #expect(!bench.state.order.hasVehicle && bench.state.lastEnd == "finished")
        #expect(bench.state.sample(mustSpeak: true, VehicleOutlet()).offered == .zero)
    }
}
