// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import ISO15118
import JSONText
import LinuxIO
import NIOCore
import NIOPosix
import SLAC
import Synchronization
import VehicleLinks

/// A car for the bench: finds a station, charges as it is told, and says each step.
package final class BenchVehicle: Sendable {
    fileprivate struct Inside {
        var battery: VehicleBattery
        var link: VehicleLink?
        /// The power-line network the car is in, for as long as it is plugged in.
        var powerLine: SLACCar?
        /// Of the first turn of the charge loop.
        var chargingSince: Instant?
        var lastTaken: Power?
        var lastTurn: (target: Power?, granted: PowerLimits?)?
    }

    private let options: BenchVehicleOptions
    private let contracts: VehicleContracts?
    private let started = MonotonicClock.now()
    private let inside: Mutex<Inside>
    private let say: @Sendable (String) -> Void

    private init(
        _ options: BenchVehicleOptions, contracts: VehicleContracts?, say: @escaping @Sendable (String) -> Void
    ) {
        (self.options, self.contracts, self.say) = (options, contracts, say)
        inside = Mutex(Inside(battery: VehicleBattery(options)))
    }

    /// Drives the car until its last session has ended. A signal ends the session as it should; a second draws the cable.
    /// - Returns: how the last session ended.
    package static func run(
        _ options: BenchVehicleOptions, say: @escaping @Sendable (String) -> Void
    ) throws(BenchProblem) -> VehicleEnd {
        try options.check()
        let security = try options.security()
        let signals = SignalWatch([.interrupt, .terminate])
        let car = BenchVehicle(options, contracts: try options.contracts(), say: say)
        let outcome = Mutex<Result<VehicleEnd, BenchProblem>?>(nil)
        let driving = Task {
            let result = await car.drive(security)
            outcome.withLock { $0 = result }
        }
        var hasAsked = false
        while true {
            if let result = outcome.withLock({ $0 }) { return try result.get() }
            guard signals.next(until: MonotonicClock.now() + .milliseconds(100)) != nil else { continue }
            if hasAsked { car.unplug() } else { car.tell(.end(.terminate)) }
            hasAsked = true
            if car.inside.withLock({ $0.link == nil }) { driving.cancel() }
        }
    }

    /// As `run`, without signals.
    static func drive(
        _ options: BenchVehicleOptions, say: @escaping @Sendable (String) -> Void
    ) async throws(BenchProblem) -> VehicleEnd {
        try options.check()
        return try await BenchVehicle(options, contracts: try options.contracts(), say: say)
            .drive(try options.security()).get()
    }

    private func drive(_ security: VehicleLink.Security?) async -> Result<VehicleEnd, BenchProblem> {
        await withTaskGroup(of: Void.self) { group in
            // Nobody waits for what the script still holds.
            defer {
                group.cancelAll()
                inside.withLock { $0.powerLine }?.close()
            }
            var resuming: [UInt8]?
            while true {
                do throws(LinkProblem) {
                    try await matchOnce()
                    let end = try await charge(security, resuming, &group)
                    guard case .paused(let session) = end, await waitForResumption() else { return .success(end) }
                    resuming = session
                } catch { return .failure(BenchProblem(.unavailable, "\(error)")) }
            }
        }
    }

    /// One session.
    private func charge(
        _ security: VehicleLink.Security?, _ resuming: [UInt8]?, _ group: inout TaskGroup<Void>
    ) async throws(LinkProblem) -> VehicleEnd {
        let plan = options.plan(inside.withLock { $0.battery }, resuming: resuming)
        let link = try await open(plan, security)
        inside.withLock { $0.powerLine }?.linked()
        inside.withLock { inside in
            inside.link = link
            inside.lastTaken = nil
            inside.lastTurn = nil
        }
        for await step in link.steps {
            if case .turned = step, beginCharging() { group.addTask { await self.followScript() } }
            note(step, plan.service)
        }
        inside.withLock { inside in
            inside.battery.takes(.zero, at: MonotonicClock.now())
            inside.link = nil
        }
        return try await link.end()
    }

    private func open(_ plan: VehiclePlan, _ security: VehicleLink.Security?) async throws(LinkProblem) -> VehicleLink {
        let group = MultiThreadedEventLoopGroup.singleton
        switch options.place {
        case .interface(let name):
            return try await VehicleLink.open(
                on: NetworkInterface(name), plan: plan, contracts: contracts, security: security, group: group)
        case .address(let host, let port):
            let address: SocketAddress
            do {
                address = try SocketAddress.makeAddressResolvingHost(host, port: port)
            } catch { throw .unreachable(host, words: "\(error)") }
            return try await VehicleLink.open(
                at: address, plan: plan, contracts: contracts, security: security, group: group)
        }
    }

    /// Over power line, the car's station is found before its discovery.
    private func matchOnce() async throws(LinkProblem) {
        guard let modem = options.powerLine, case .interface(let name) = options.place,
            inside.withLock({ $0.powerLine == nil })
        else { return }
        let car = try await SLACCar.match(on: name, modem: modem) { failure in
            self.say(VehicleLine("match", [("failed", .string("\(failure)"))]))
        }
        inside.withLock { $0.powerLine = car }
        say(VehicleLine("matched", [("station", .string("\(car.match.station)"))]))
    }

    private func say(_ line: VehicleLine) { say(line.text(at: MonotonicClock.now() - started, isJSON: options.isJSON)) }

    // MARK: Steps

    private func note(_ step: VehicleStep, _ service: EnergyService) {
        let now = MonotonicClock.now()
        let (shows, battery, changed) = inside.withLock { inside in
            let before = inside.battery.limits(bidirectional: service.isBidirectional)
            if case .takes(let power) = step { inside.battery.takes(power, at: now) }
            let after = inside.battery.limits(bidirectional: service.isBidirectional)
            let shows = options.showsEveryTurn || inside.isNews(step)
            return (shows, inside.battery, before == after ? nil : after)
        }
        if shows { say(VehicleLine(step, battery).text(at: now - started, isJSON: options.isJSON)) }
        guard case .takes(let power) = step else { return }
        tell(.battery(battery.stateOfCharge, battery.voltage))
        tell(.power(power))
        if let changed { tell(.limits(changed)) }
    }

    private func tell(_ input: VehicleInput) { inside.withLock { $0.link }?.tell(input) }

    private func unplug() {
        inside.withLock { $0.link }?.hangUp()
    }

    // MARK: The script

    /// - Returns: whether this is the first time.
    private func beginCharging() -> Bool {
        inside.withLock { inside in
            guard inside.chargingSince == nil else { return false }
            inside.chargingSince = MonotonicClock.now()
            return true
        }
    }

    private func followScript() async {
        for event in options.script.events where event.deed != .resume {
            guard await wait(for: event) else { return }
            obey(event.deed)
        }
    }

    private func waitForResumption() async -> Bool {
        guard let event = options.script.events.first(where: { $0.deed == .resume }) else { return false }
        return await wait(for: event)
    }

    private func wait(for event: VehicleScript.Event) async -> Bool {
        guard let since = inside.withLock({ $0.chargingSince }) else { return false }
        let left = since + event.after - MonotonicClock.now()
        guard left > .zero else { return true }
        do {
            try await Task.sleep(for: .nanoseconds(left.nanoseconds))
            return true
        } catch { return false }
    }

    private func obey(_ deed: VehicleScript.Deed) {
        say(VehicleLine("script", [("deed", .string("\(deed)"))]))
        switch deed {
        case .limits(let limits):
            let now = inside.withLock { inside in
                inside.battery.own = limits
                return inside.battery.limits(bidirectional: options.courses.first?.service.isBidirectional == true)
            }
            tell(.limits(now))
        case .stop: tell(.end(.terminate))
        case .pause: tell(.end(.pause))
        case .renegotiate: tell(.renegotiate)
        case .renegotiateService: tell(.end(.renegotiateService))
        case .unplug: unplug()
        case .resume: break
        }
    }
}

extension BenchVehicle.Inside {
    /// Of a loop that turns many times a second, only what changes is worth a line.
    fileprivate mutating func isNews(_ step: VehicleStep) -> Bool {
        switch step {
        case .asks(.chargeLoop): return false
        case .takes(let power):
            defer { lastTaken = power }
            return lastTaken != power
        case .turned(let turn):
            defer { lastTurn = (turn.target, turn.granted) }
            return lastTurn.map { $0.target != turn.target || $0.granted != turn.granted } ?? true
        case .connected, .agreed, .asks, .offered, .contactors, .installed, .ended: return true
        }
    }
}
