// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import JSONText
import NIOCore
import NIOPosix
import SimulatedSite
import Synchronization
import Testing
import VehicleLinks

@testable import Bench

struct BenchVehicleTests {
    // MARK: What a person writes

    @Test func `a script is put in order`() throws {
        let script = try VehicleScript(parsing: ["1min stop", "10s limits -5kW 11kW", "500ms pause", "2s resume"])
        #expect(
            script.events.map(\.deed) == [
                .pause, .resume, .limits(PowerLimits(from: .watts(-5_000), to: .watts(11_000))), .stop,
            ])
        #expect(script.events.map(\.after.milliseconds) == [500, 2_000, 10_000, 60_000])
    }

    @Test(arguments: ["", "10s", "stop", "10 stop", "10s fly", "10s limits 5kW", "10s stop now", "-1s stop"])
    func `what is no event is refused with an example`(line: String) {
        #expect { _ = try VehicleScript(parsing: [line]) } throws: { error in
            (error as? BenchProblem)?.exitCode == 64
        }
    }

    @Test func `over power line a station is looked for on an interface`() throws {
        var options = BenchVehicleOptions(
            place: .address(host: "::1", port: 1), courses: [.iso20DCBidirectional],
            script: try VehicleScript(parsing: []))
        options.powerLine = .simulated(attenuation_dB: 5)
        #expect { try options.check() } throws: { ($0 as? BenchProblem)?.exitCode == 64 }
        options.place = .interface("eth1")
        try options.check()
    }

    @Test func `a wire that carries no power line ends the car with its reason`() async throws {
        var options = BenchVehicleOptions(
            place: .interface("no-such-0"), courses: [.iso20DCBidirectional],
            script: try VehicleScript(parsing: []))
        options.powerLine = .common
        await #expect {
            _ = try await BenchVehicle.drive(options) { _ in }
        } throws: { error in
            (error as? BenchProblem)?.description.contains("SLAC is not possible on “no-such-0”") == true
        }
    }

    @Test func `a fault has a kind and a place`() throws {
        let fault = try VehiclePlan.Fault.parsing("garbage:preCharge")
        #expect(fault == VehiclePlan.Fault(.garbage, at: .preCharge))
        for text in ["garbage", "garbage:", ":preCharge", "noise:preCharge", "garbage:precharge"] {
            #expect(throws: BenchProblem.self) { _ = try VehiclePlan.Fault.parsing(text) }
        }
    }

    @Test func `one car does not charge in two ways`() throws {
        let place = BenchVehicleOptions.Place.interface("eth0")
        let script = try VehicleScript(parsing: [])
        for (courses, isGood) in [
            ([VehicleCourse.din, .iso2DC, .iso20DC], true), ([.iso2AC, .iso20AC], true), ([.iso2AC, .iso20DC], false),
            ([.iso20DC, .iso20DCBidirectional], false), ([], false),
        ] {
            let options = BenchVehicleOptions(place: place, courses: courses, script: script)
            #expect(((try? options.check()) != nil) == isGood, "\(courses)")
        }
    }

    // MARK: The battery

    @Test func `what flows fills the battery, and its limits follow`() throws {
        var options = BenchVehicleOptions(
            place: .interface("eth0"), courses: [.iso20DCBidirectional], script: try VehicleScript(parsing: []))
        options.battery = SimulatedVehicle.Battery(
            capacity: .wattHours(10_000), chargeEfficiency: 1, dischargeEfficiency: 1, maximumCharge: .watts(10_000),
            maximumDischarge: .watts(10_000), minimumForDischarge: .percent(20), target: .percent(80))
        var battery = VehicleBattery(options)
        #expect(battery.voltage == .volts(400))
        #expect(battery.energy(to: .percent(80)) == .wattHours(3_000))
        let hour = Interval.seconds(3_600)
        var now = Instant(nanoseconds: 0)
        battery.takes(.watts(2_000), at: now)
        now = now + hour
        battery.takes(.watts(-5_000), at: now)
        #expect(battery.stateOfCharge == .percent(70))
        #expect(battery.limits(bidirectional: true).lower == .watts(-10_000))
        now = now + hour
        battery.takes(.zero, at: now)
        #expect(battery.stateOfCharge == .percent(20))
        #expect(battery.limits(bidirectional: true) == PowerLimits(from: .zero, to: .watts(10_000)))
        #expect(battery.voltage < .volts(400))
    }

    // MARK: At a station

    @Test func `a script drives a car through limits, a pause and its return`() async throws {
        let script = ["200ms limits -2kW 3kW", "600ms pause", "800ms resume", "1200ms stop"]
        let seen = try await atStation(target: .watts(7_000), [.iso20DCBidirectional], script)
        #expect(seen.end == .finished)
        let powers = seen.lines.filter { $0["step"]?.text == "takes" }.compactMap { number($0, "power_W") }
        #expect(powers.contains("7000.000"))
        #expect(powers.contains("3000.000"))
        #expect(seen.lines.filter { $0["step"]?.text == "connected" }.count == 2)
        #expect(seen.ends.count == 2)
        #expect(seen.ends.last == .finished)
    }

    @Test func `a car discharges and says so`() async throws {
        let seen = try await atStation(target: .watts(-4_000), [.iso20ACBidirectional], ["300ms stop"])
        #expect(seen.end == .finished)
        #expect(seen.lines.contains { number($0, "power_W") == "-4000.000" })
    }

    @Test func `a car that speaks several protocols takes the first the station has`() async throws {
        let seen = try await atStation(target: .watts(4_000), [.iso20DC, .iso2DC, .din], ["100ms stop"])
        #expect(seen.end == .finished)
        #expect(seen.lines.contains { $0["standard"]?.text == "iso20DC" })
    }

    @Test func `a station that is not there is named`() async throws {
        let options = BenchVehicleOptions(
            place: .address(host: "::1", port: 9), courses: [.din], script: try VehicleScript(parsing: []))
        await #expect {
            _ = try await BenchVehicle.drive(options) { _ in }
        } throws: { error in
            (error as? BenchProblem)?.exitCode == 69
        }
    }

    private func number(_ line: JSON, _ key: String) -> String? {
        guard case .number(let text)? = line[key] else { return nil }
        return text
    }

    private struct Seen {
        let end: VehicleEnd
        let lines: [JSON]
        let ends: [StationEnd]
    }

    private func atStation(target: Power, _ courses: [VehicleCourse], _ script: [String]) async throws -> Seen {
        let ends = Mutex<[StationEnd]>([])
        let lines = Mutex<[JSON]>([])
        let offer = StationOffer(
            standards: Standard.allCases, services: EnergyService.allCases, evseID: "DE*SLU*E0001",
            power: PowerLimits(from: .watts(-22_000), to: .watts(22_000)))
        var habits = SimulatedPoint.Habits()
        habits.hardware = .milliseconds(10)
        let point = SimulatedPoint(offer: offer, target: target, habits: habits) { event in
            if case .ended(let end) = event { ends.withLock { $0.append(end) } }
        }
        let listener = try await VehicleListener.open(
            at: SocketAddress(ipAddress: "::1", port: 0), for: point,
            security: VehicleListener.Security(nil, allowsPlain: true, allowsInsecureISO20: true),
            group: MultiThreadedEventLoopGroup.singleton)
        var options = BenchVehicleOptions(
            place: .address(host: "::1", port: try #require(listener.address.port)), courses: courses,
            script: try VehicleScript(parsing: script))
        options.pace = .milliseconds(20)
        options.leastPatience = .seconds(10)
        options.isJSON = true
        let driven = options
        let end = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await listener.run() }
            defer { tasks.cancelAll() }
            return try await BenchVehicle.drive(driven) { line in
                if let json = try? JSON.parse(line) { lines.withLock { $0.append(json) } }
            }
        }
        return Seen(end: end, lines: lines.withLock { $0 }, ends: ends.withLock { $0 })
    }
}
