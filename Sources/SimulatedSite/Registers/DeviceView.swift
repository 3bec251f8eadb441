// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What stands behind a block of registers at one moment.
enum DeviceView: Sendable {
    case charger(SimulatedCharger, frequency: Frequency)
    /// Nil before the first sample.
    case meter(MeterReading?, isReadable: Bool)
    /// A connector that is not fitted.
    case absent

    /// In W, A, V, Hz, Wh or %, charging positive; nil where the device has no such value now.
    func value(for role: Role) -> Double? {
        switch self {
        case .charger(let charger, let frequency): Self.value(for: role, of: charger, frequency)
        case .meter(let reading, let isReadable): isReadable ? reading.flatMap { Self.value(for: role, of: $0) } : .nan
        case .absent: nil
        }
    }

    private static func value(for role: Role, of charger: SimulatedCharger, _ frequency: Frequency) -> Double? {
        let reading = charger.reading
        let each = (reading.power?.inUnits ?? 0) / Double(charger.phaseCount)
        switch role {
        case .vendor, .model, .serialNumber, .firmware, .state: return nil
        case .power: return reading.power?.inUnits
        case .frequency: return frequency.inUnits
        case .faults: return Double(reading.faults)
        case .powerL1: return each
        case .powerL2: return charger.phaseCount > 1 ? each : 0
        case .powerL3: return charger.phaseCount > 2 ? each : 0
        case .currentL1: return reading.current?.l1.inUnits
        case .currentL2: return reading.current?.l2.inUnits
        case .currentL3: return reading.current?.l3.inUnits
        case .voltageL1: return charger.voltage.l1
        case .voltageL2: return charger.voltage.l2
        case .voltageL3: return charger.voltage.l3
        case .energyImport: return reading.energyImported?.inUnits
        case .energyExport: return reading.energyExported?.inUnits
        case .stateOfCharge: return reading.stateOfCharge?.inUnits
        case .setpoint: return (reading.acknowledgedSetpoint ?? charger.commanded).inUnits
        case .offeredCharge: return reading.offered?.upper.inUnits
        case .offeredDischarge: return reading.offered?.lower.magnitude.inUnits
        }
    }

    private static func value(for role: Role, of reading: MeterReading) -> Double? {
        switch role {
        case .vendor, .model, .serialNumber, .firmware, .state, .faults: nil
        case .stateOfCharge, .setpoint, .offeredCharge, .offeredDischarge: nil
        case .power: reading.power.inUnits
        case .frequency: reading.frequency?.inUnits
        case .powerL1: reading.phasePower?.l1.inUnits
        case .powerL2: reading.phasePower?.l2.inUnits
        case .powerL3: reading.phasePower?.l3.inUnits
        // Meters report the magnitude of a current.
        case .currentL1: reading.current?.l1.magnitude.inUnits
        case .currentL2: reading.current?.l2.magnitude.inUnits
        case .currentL3: reading.current?.l3.magnitude.inUnits
        case .voltageL1: reading.voltage?.l1.inUnits
        case .voltageL2: reading.voltage?.l2.inUnits
        case .voltageL3: reading.voltage?.l3.inUnits
        case .energyImport: reading.energyImported?.inUnits
        case .energyExport: reading.energyExported?.inUnits
        }
    }
}

extension ConnectorState {
    /// What a device without a word for this state says instead, nearest first.
    var substitutes: [ConnectorState] {
        switch self {
        case .unknown: [.unavailable, .available]
        case .available: [.unknown, .unavailable]
        case .preparing: [.ready, .suspended, .unknown]
        case .ready: [.suspended, .preparing, .charging]
        case .charging: [.ready]
        case .discharging: [.charging, .ready]
        case .suspended: [.ready, .finished, .preparing]
        case .finished: [.suspended, .ready]
        case .unavailable: [.faulted, .unknown]
        case .faulted: [.unavailable, .unknown]
        }
    }

    /// The first raw value for this state or the nearest one the profile knows.
    func raw(in states: [Int64: ConnectorState]) -> Int64? {
        for candidate in [self] + substitutes {
            if let raw = states.filter({ $0.value == candidate }).keys.min() { return raw }
        }
        return nil
    }
}
