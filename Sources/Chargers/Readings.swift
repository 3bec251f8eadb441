// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a connector and the car at it are doing, as far as the charger tells.
package enum ConnectorState: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// Not reported, or reported with a value the profile does not know.
    case unknown
    /// No car.
    case available
    /// A car is plugged in; the session is being prepared and takes no power yet.
    case preparing
    /// A car is plugged in and would follow a setpoint.
    case ready
    case charging
    case discharging
    /// A car is plugged in and has paused by its own decision, or because it was asked to.
    case suspended
    /// The session is over, the car still plugged in; only the car or a re-plug starts the next.
    case finished
    /// Out of service, reserved or booting.
    case unavailable
    case faulted

    /// Whether a setpoint other than zero may move power now.
    package var takesSetpoints: Bool {
        @_noLocks get {
            switch self {
            case .ready, .charging, .discharging, .suspended: true
            case .unknown, .available, .preparing, .finished, .unavailable, .faulted: false
            }
        }
    }

    package var hasVehicle: Bool {
        @_noLocks get {
            switch self {
            case .preparing, .ready, .charging, .discharging, .suspended, .finished: true
            case .unknown, .available, .unavailable, .faulted: false
            }
        }
    }
}

/// One connector at one instant. Absent values are nil, never zero.
package struct ChargerReading: Equatable, Sendable, BitwiseCopyable {
    /// When the values were taken, not when they were looked at.
    package var measuredAt: Instant
    package var state: ConnectorState
    /// At the AC side, positive toward the vehicle.
    package var power: Power?
    package var current: PerPhase<Current>?
    package var stateOfCharge: StateOfCharge?
    /// What charger and car accept now, where the device reports it; nil leaves the ratings in force.
    package var offered: PowerLimits?
    /// The setpoint the device says it holds.
    package var acknowledgedSetpoint: Power?
    package var energyImported: Energy?
    package var energyExported: Energy?
    /// The device's fault bits as the profile numbers them; zero is none.
    package var faults: UInt64

    package init(
        measuredAt: Instant, state: ConnectorState, power: Power? = nil, current: PerPhase<Current>? = nil,
        stateOfCharge: StateOfCharge? = nil, offered: PowerLimits? = nil, acknowledgedSetpoint: Power? = nil,
        energyImported: Energy? = nil, energyExported: Energy? = nil, faults: UInt64 = 0
    ) {
        self.measuredAt = measuredAt
        self.state = state
        self.power = power
        self.current = current
        self.stateOfCharge = stateOfCharge
        self.offered = offered
        self.acknowledgedSetpoint = acknowledgedSetpoint
        self.energyImported = energyImported
        self.energyExported = energyExported
        self.faults = faults
    }
}

/// One metering point at one instant. Absent values are nil, never zero.
package struct MeterReading: Equatable, Sendable, BitwiseCopyable {
    /// When the sample was taken: the telegram's arrival, or the start of the read that brought a changed image.
    package var measuredAt: Instant
    /// Sum over the phases, positive for import.
    package var power: Power
    package var phasePower: PerPhase<Power>?
    /// The sign follows the phase's power where the meter reports magnitudes.
    package var current: PerPhase<Current>?
    package var voltage: PerPhase<Voltage>?
    package var frequency: Frequency?
    package var energyImported: Energy?
    package var energyExported: Energy?

    package init(
        measuredAt: Instant, power: Power, phasePower: PerPhase<Power>? = nil, current: PerPhase<Current>? = nil,
        voltage: PerPhase<Voltage>? = nil, frequency: Frequency? = nil, energyImported: Energy? = nil,
        energyExported: Energy? = nil
    ) {
        self.measuredAt = measuredAt
        self.power = power
        self.phasePower = phasePower
        self.current = current
        self.voltage = voltage
        self.frequency = frequency
        self.energyImported = energyImported
        self.energyExported = energyExported
    }
}

/// What a device says it is. Empty strings where it does not say.
package struct DeviceIdentity: Equatable, Sendable {
    package var vendor: String
    package var model: String
    package var serialNumber: String
    package var firmware: String
    package init(vendor: String = "", model: String = "", serialNumber: String = "", firmware: String = "") {
        self.vendor = vendor
        self.model = model
        self.serialNumber = serialNumber
        self.firmware = firmware
    }
}
