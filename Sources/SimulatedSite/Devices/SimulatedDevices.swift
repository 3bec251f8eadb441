// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A charger of a simulated site as a device on a bus, without wire and registers in between.
package final class SimulatedChargerDevice: ChargerDevice, VehicleConnecting {
    package let name: String
    package let ratings: ChargerRatings
    package let dynamics: ChargerDynamics
    package let switchesPhases: Bool
    package let maximumReadingAge: Interval
    package private(set) var fallback: HardwareFallback?
    private let site: SharedSite
    private let evse: Int
    private let poll: Interval
    private let timeout: Interval
    private var written: Order?
    private var writtenAt = Instant.distantPast
    private var nextRead = Instant.distantPast
    package let outlet: VehicleOutlet
    private var leading: OutletOrder?
    private var led: OutletOrder?
    private var told: OutletReport?

    /// - Returns: Nil where the site has no charger `evse`.
    package init?(site: SharedSite, evse: Int, at now: Instant, poll: Interval = .milliseconds(500)) {
        guard let charger = site.access(at: now, { $0.charger(evse) }) else { return nil }
        self.site = site
        self.evse = evse
        self.poll = poll
        name = "evse \(evse) (simulated)"
        ratings = charger.hardware.ratings
        dynamics = charger.hardware.dynamics
        switchesPhases = charger.hardware.switchesPhases
        timeout = charger.watchdog.timeout
        outlet = VehicleOutlet(efficiency: Int(charger.hardware.efficiency * 1_000))
        maximumReadingAge = charger.hardware.refresh * 2 + poll * 3
    }

    package func nextTurn(order: Order?) -> Instant {
        guard fallback != nil, leading == led else { return .distantPast }
        guard let order else { return nextRead }
        return isNew(order) ? .distantPast : min(nextRead, nextWrite)
    }

    package func takeTurn(at now: Instant, order: Order?) throws(DeviceFault) -> [DeviceEvent] {
        guard fallback != nil else { return try takeControl(at: now) }
        if let leading, leading != led { return try obey(leading, at: now) }
        if let order, isNew(order) || nextWrite <= now { return [try carryOut(order, at: now)] }
        return try look(at: now)
    }

    package func lead(_ order: OutletOrder) { leading = order }

    private func obey(_ order: OutletOrder, at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        try charger(at: now) { $0.lead(order, at: now) }
        led = order
        return try look(at: now)
    }

    private func look(at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        let (reading, report) = try charger(at: now) { charger in
            charger.heard(.read, at: now)
            return (charger.reading, charger.outletReport)
        }
        // What a car waits for is seen soon.
        nextRead = now + (leading?.hasVehicle == true ? min(poll, .milliseconds(20)) : poll)
        guard let report, report != told else { return [.charger(reading)] }
        told = report
        return [.charger(reading), .outlet(report)]
    }

    package func linkWasLost() {
        fallback = nil
        written = nil
        led = nil
        told = nil
        nextRead = .distantPast
    }

    package func handBack(at now: Instant, pause: (Interval) -> Instant) throws(DeviceFault) {
        try charger(at: now) { charger in
            charger.setpoint(.zero, at: now)
            charger.disarmWatchdog()
        }
        linkWasLost()
    }

    private func takeControl(at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        let watchdog = try charger(at: now) { charger in
            charger.heard(.token, at: now)
            return charger.watchdog
        }
        let isSupervised = watchdog.kind != .none && watchdog.timeout > .zero
        let armed: HardwareFallback = isSupervised ? .after(watchdog.timeout, holds: watchdog.fallback) : .never
        fallback = armed
        let identity = DeviceIdentity(
            vendor: "Sluice", model: "simulated charger", serialNumber: "SIM-\(evse)", firmware: "1")
        return [.identified(identity), .underControl(armed)]
    }

    private func carryOut(_ order: Order, at now: Instant) throws(DeviceFault) -> DeviceEvent {
        try charger(at: now) { charger in
            charger.heard(.token, at: now)
            charger.use(phaseCount: order.phaseCount, at: now)
            charger.setpoint(order.power, at: now)
        }
        written = order
        writtenAt = now
        return .carriedOut(order)
    }

    private func isNew(_ order: Order) -> Bool {
        written?.power != order.power || written?.phaseCount != order.phaseCount
    }

    /// The setpoint is repeated three times within the time-out.
    private var nextWrite: Instant { timeout > .zero ? writtenAt + timeout / 3 : .distantFuture }

    private func charger<Result: Sendable>(
        at now: Instant, _ body: (inout SimulatedCharger) -> Result
    ) throws(DeviceFault) -> Result {
        guard let result = site.access(at: now, { $0.withCharger(evse, body) }) else {
            throw .link(.connectionLost("the simulated site has no charger \(evse)"))
        }
        return result
    }
}

/// The meter of a simulated site as a device on a bus.
package final class SimulatedMeterDevice: MeterDevice {
    package let name = "meter (simulated)"
    package let refresh: Interval
    package let maximumReadingAge: Interval
    private let site: SharedSite
    private var isIdentified = false
    private var nextRead = Instant.distantPast

    package init(site: SharedSite, at now: Instant) {
        self.site = site
        refresh = site.access(at: now) { $0.meter.refresh }
        maximumReadingAge = refresh * 3
    }

    package func nextTurn(order: Order?) -> Instant { nextRead }

    /// A reading keeps the time of its sample, so that a frozen meter shows its age.
    package func takeTurn(at now: Instant, order: Order?) throws(DeviceFault) -> [DeviceEvent] {
        nextRead = now + refresh / 2
        let (condition, shown) = site.access(at: now) { ($0.meter.condition, $0.meter.shown) }
        switch condition {
        case .cut: throw .link(.timedOut(after: .milliseconds(200)))
        case .notANumber: throw .unexpectedValue(point: "power", value: "not a number", allowed: "a power")
        case .healthy, .frozen, .reversed: break
        }
        guard isIdentified else {
            isIdentified = true
            nextRead = now
            return [.identified(DeviceIdentity(vendor: "Sluice", model: "simulated meter", firmware: "1"))]
        }
        return shown.map { [.meter($0)] } ?? []
    }

    package func linkWasLost() {
        isIdentified = false
        nextRead = .distantPast
    }

    package func handBack(at now: Instant, pause: (Interval) -> Instant) throws(DeviceFault) {}
}
