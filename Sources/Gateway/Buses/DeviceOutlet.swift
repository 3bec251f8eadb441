// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import LinuxIO
import Logging
import OCPP
import OCPP21
import Synchronization

/// Carries what one device says to its cell, and what the loop orders to the device.
final class DeviceOutlet {
    private let member: Bus.Member
    private let logger: Logger
    private var order: LatestValueReader<Order>?
    private let led: (device: any VehicleConnecting, cell: VehicleCell)?
    private var ledBy: LatestValueReader<OutletOrder>?
    private let der: (device: any DERSetting, cell: DERCell)?
    private var charger: LatestValueWriter<ChargerState>?
    private var meter: LatestValueWriter<MeterState>?
    private var chargerState = ChargerState()
    private var troubles = Troubles()

    init(_ member: Bus.Member, logger: Logger) {
        self.member = member
        var logger = logger
        logger[metadataKey: "device"] = "\(member.device.name)"
        self.logger = logger
        switch member {
        case .charger(let device, let cell):
            order = cell.order.makeReader()
            charger = cell.state.takeWriter()
            meter = nil
            if let cell = cell.der, let device = device as? any DERSetting { der = (device, cell) } else { der = nil }
            if let vehicle = cell.vehicle, let device = device as? any VehicleConnecting {
                led = (device, vehicle)
                ledBy = vehicle.order.makeReader()
            } else {
                led = nil
            }
        case .meter(_, let cell):
            led = nil
            der = nil
            order = nil
            charger = nil
            meter = cell.state.takeWriter()
        }
    }

    var name: String { member.device.name }

    func request() -> BusSchedule.Request {
        if let led, let order = ledBy?.read() { led.device.lead(order) }
        if let settings = der?.cell.take() { der?.device.give(settings) }
        let order = order?.read()
        return BusSchedule.Request(
            at: member.device.nextTurn(order: order),
            isProtective: member.device.wantsProtectiveWrite(order: order))
    }

    func takeTurn(at now: Instant) throws(DeviceFault) {
        defer { led?.cell.bell.signal() }
        for event in try member.device.takeTurn(at: now, order: order?.read()) { publish(event) }
    }

    func failed(_ fault: DeviceFault) { begin(fault.isDisobedience ? .obedience : .readings, fault) }

    /// - Parameter text: What the bus says about it.
    func linkWasLost(_ text: String) {
        member.device.linkWasLost()
        chargerState.isUnderControl = false
        chargerState.areGridSettingsVerified = false
        charger?.publish(chargerState)
        troubles.loseBus(text)
        noteTroubles()
    }

    func handBack() {
        do throws(DeviceFault) {
            try member.device.handBack(at: MonotonicClock.now()) { wait in
                MonotonicClock.sleep(for: wait)
                return MonotonicClock.now()
            }
            if chargerState.isUnderControl { logger.info("handed back") }
        } catch {
            logger.warning("could not hand back: \(error) The hardware's own fallback takes over.")
        }
        if let der { der.cell.memory.keep(der.device.formerSettings, logger) }
    }

    private func begin(_ kind: Troubles.Kind, _ fault: DeviceFault) {
        if troubles.begin(kind, fault) { logger.warning("\(fault)") }
        noteTroubles()
    }

    private func end(_ kind: Troubles.Kind) {
        if troubles.end(kind) { logger.notice("\(kind.ending)") }
        noteTroubles()
    }

    private func noteTroubles() {
        let worst = troubles.worst
        note { $0.fault = worst }
    }

    private func publish(_ event: DeviceEvent) {
        switch event {
        case .identified(let identity):
            note { $0.identity = identity }
            logger.info("identified", metadata: ["model": "\(identity.model)", "firmware": "\(identity.firmware)"])
        case .underControl(let fallback):
            end(.obedience)
            chargerState.isUnderControl = true
            chargerState.fallback = fallback
            charger?.publish(chargerState)
            logger.info("under control, fallback armed", metadata: ["fallback": "\(fallback)"])
        case .charger(let reading):
            end(.readings)
            chargerState.reading = reading
            charger?.publish(chargerState)
        case .meter(let reading):
            end(.readings)
            var state = MeterState()
            state.reading = reading
            meter?.publish(state)
        case .carriedOut(let order):
            end(.obedience)
            note { $0.carriedOut = order }
        case .gridSettings(let isVerified):
            chargerState.areGridSettingsVerified = isVerified
            charger?.publish(chargerState)
            guard isVerified else { break }
            note { $0.notice = nil }
            logger.notice("holds the settings of the grid code, read back")
        case .doubt(let fault?): begin(.values, fault)
        case .doubt(nil): end(.values)
        case .der(let report): publish(report)
        case .formerSettings(let settings): der?.cell.memory.keep(settings, logger)
        case .notice(let text):
            note { $0.notice = text }
            logger.notice("\(text)")
        case .outlet(let report): publish(report)
        }
    }

    private func publish(_ report: OutletReport) {
        led?.cell.report.withLock { $0 = report }
    }

    private func publish(_ report: DERReport) {
        guard let cell = der?.cell else { return }
        let before = cell.report.withLock { former in
            defer { former = report }
            return former
        }
        for function in report.inForce.subtracting(before.inForce).map(\.controlType.word).sorted() {
            logger.notice("carries out the backend's DER control, read back", metadata: ["control": "\(function)"])
        }
        let trouble = report.trouble
        if let trouble, trouble != before.trouble { logger.warning("\(trouble)") }
        note { $0.der = trouble }
    }

    private func note(_ change: (inout DeviceNotes) -> Void) {
        switch member {
        case .charger(_, let cell): cell.notes.withLock { change(&$0) }
        case .meter(_, let cell): cell.notes.withLock { change(&$0) }
        }
    }
}

extension HardwareFallback: CustomStringConvertible {
    package var description: String {
        switch self {
        case .after(let wait, let power): "\(power) after \(wait)"
        case .never: "none"
        }
    }
}
