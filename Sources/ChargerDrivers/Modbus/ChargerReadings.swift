// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

extension ModbusSession {
    /// The latest values as a reading; a state the profile does not know is `.unknown`.
    func chargerReading(
        measuredAt: Instant, _ conversion: PowerConversion, ratings: ChargerRatings
    ) -> ChargerReading {
        var reading = ChargerReading(measuredAt: measuredAt, state: state)
        let phases = perPhase(.powers, count: ratings.phaseCount) { power($0, conversion) }
        reading.power = power(.power, conversion) ?? phases?.sum
        reading.state = reading.state.agreeing(with: reading.power)
        reading.current = perPhase(.currents, count: ratings.phaseCount) { current($0) }
        if let power = reading.power { reading.current = reading.current?.map { $0.directed(as: power) } }
        reading.stateOfCharge = number(.stateOfCharge, in: [.percent: 1, .none: 1])
            .flatMap { $0 >= 0 ? StateOfCharge(measured: $0) : nil }
        reading.offered = offered(conversion, ratings)
        reading.acknowledgedSetpoint = power(.setpoint, conversion)
        reading.energyImported = energy(.energyImport)
        reading.energyExported = energy(.energyExport)
        reading.faults = value(for: .faults)?.value.raw.map(UInt64.init(bitPattern:)) ?? 0
        return reading
    }

    private var state: ConnectorState {
        guard let (point, value) = value(for: .state), let raw = value.raw else { return .unknown }
        return point.states[raw] ?? .unknown
    }

    /// Magnitudes narrow the direction they belong to; a direction the device says nothing about keeps its rating.
    private func offered(_ conversion: PowerConversion, _ ratings: ChargerRatings) -> PowerLimits? {
        let charge = power(.offeredCharge, conversion)?.magnitude
        let discharge = power(.offeredDischarge, conversion)?.magnitude
        guard charge != nil || discharge != nil else { return nil }
        return PowerLimits(
            from: discharge.map { -$0 } ?? ratings.power.lower, to: charge ?? ratings.power.upper)
    }
}

extension ConnectorState {
    /// Devices with one “running” state: the measured direction tells charging from discharging.
    fileprivate func agreeing(with power: Power?) -> ConnectorState {
        guard let power, power.magnitude > .watts(50) else { return self }
        switch self {
        case .charging: return power < .zero ? .discharging : .charging
        case .discharging: return power > .zero ? .charging : .discharging
        case .unknown, .available, .preparing, .ready, .suspended, .finished, .unavailable, .faulted: return self
        }
    }
}
