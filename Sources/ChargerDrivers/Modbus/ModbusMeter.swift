// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A meter whose registers a profile describes.
package final class ModbusMeter: MeterDevice {
    package struct Options: Sendable {
        /// nil takes the profile's.
        package var unit: UInt8?
        package var connector: Int?
        /// The current transformers are mounted the other way round.
        package var isInverted: Bool
        package init(unit: UInt8? = nil, connector: Int? = nil, isInverted: Bool = false) {
            self.unit = unit
            self.connector = connector
            self.isInverted = isInverted
        }
    }

    package let name: String
    package var refresh: Interval { session.profile.timing.refresh }
    package var maximumReadingAge: Interval { session.profile.timing.maximumAge }

    private let session: ModbusSession
    private let isInverted: Bool
    private var identification: Identification? = Identification()
    private var round = PollRound()
    private var notBefore = Instant.distantPast

    /// - Parameter profile: Of a meter that speaks Modbus.
    package init(name: String, profile: FirmwareProfile, link: any RegisterLink, options: Options = Options()) {
        self.name = name
        isInverted = options.isInverted
        session = ModbusSession(
            profile: profile, unit: options.unit ?? UInt8(clamping: profile.transport.unit),
            connector: options.connector, link: link)
    }

    package func nextTurn(order: Order?) -> Instant {
        max(session.readAllowedAt, notBefore, identification == nil ? round.nextAt : .distantPast)
    }

    package func takeTurn(at now: Instant, order: Order?) throws(DeviceFault) -> [DeviceEvent] {
        guard now >= nextTurn(order: order) else { return [] }
        guard var identification else { return try poll(at: now) }
        defer { if self.identification != nil { self.identification = identification } }
        do {
            guard let identity = try identification.step(session, at: now) else { return [] }
            self.identification = nil
            round.plan(session)
            return [.identified(identity)]
        } catch {
            notBefore = now + .seconds(1)
            throw error
        }
    }

    package func linkWasLost() {
        session.forget()
        identification = Identification()
        round = PollRound()
        notBefore = .distantPast
    }

    package func handBack(at now: Instant, pause: (Interval) -> Instant) throws(DeviceFault) {}

    private func poll(at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        guard try round.step(session, every: session.profile.timing.poll, at: now) else { return [] }
        return [.meter(try reading(measuredAt: round.startedAt))]
    }

    private func reading(measuredAt: Instant) throws(DeviceFault) -> MeterReading {
        let conversion = PowerConversion(voltage: .volts(230), phaseCount: 1, ratings: .zero)
        let phases = session.perPhase(.powers, count: 1) { session.power($0, conversion) }
        guard let power = session.power(.power, conversion) ?? phases?.sum else {
            let point = session.profile.point(for: .power) ?? session.profile.point(for: .powerL1)
            let value = point.flatMap { session.value($0.name) }?.description ?? "nothing"
            throw .unexpectedValue(point: point?.name ?? "power", value: value, allowed: "a plausible power")
        }
        var reading = MeterReading(measuredAt: measuredAt, power: power, phasePower: phases)
        reading.current = session.perPhase(.currents, count: 1) { session.current($0) }
        if let phases, let current = reading.current {
            reading.current = PerPhase(
                current.l1.directed(as: phases.l1), current.l2.directed(as: phases.l2),
                current.l3.directed(as: phases.l3))
        }
        reading.voltage = session.perPhase(.voltages, count: 1) { session.voltage($0) }
        reading.frequency = session.frequency
        reading.energyImported = session.energy(.energyImport)
        reading.energyExported = session.energy(.energyExport)
        return isInverted ? reading.inverted : reading
    }
}

extension MeterReading {
    /// The same with import and export exchanged.
    package var inverted: MeterReading {
        var other = self
        other.power = -power
        other.phasePower = phasePower?.map { -$0 }
        other.current = current?.map { -$0 }
        other.energyImported = energyExported
        other.energyExported = energyImported
        return other
    }
}
