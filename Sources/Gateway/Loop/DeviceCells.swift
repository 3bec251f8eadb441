// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import LinuxIO
import Synchronization

/// What a bus last knows of a charger, in a form the loop may copy.
package struct ChargerState: Sendable, BitwiseCopyable {
    package var reading: ChargerReading?
    /// Fallback and time-out are armed: setpoints may follow.
    package var isUnderControl = false
    package var fallback: HardwareFallback?
    /// The charger holds the grid code's settings, written and read back.
    package var areGridSettingsVerified = false
    package init() {}
}

/// What a bus last knows of a meter.
package struct MeterState: Sendable, BitwiseCopyable {
    package var reading: MeterReading?
    package init() {}
}

/// What a bus says for people; never looked at by the loop.
package struct DeviceNotes: Sendable {
    package var identity = DeviceIdentity()
    /// What is wrong now, with the remedy; nil while all is well.
    package var fault: String?
    package var notice: String?
    /// What a backend wanted the charger to do by itself and does not act; nil while all of it does.
    package var der: String?
    /// The order the device carried out last, and when.
    package var carriedOut: Order?
}

/// Where the loop and the bus of one charger meet: readings go one way, orders the other, neither waits.
package final class ChargerCell: Sendable {
    package let name: String
    package let state = LatestValue(initial: ChargerState())
    package let order: LatestValue<Order>
    package let decision = LatestValue(initial: EVSEView())
    package let notes = Mutex(DeviceNotes())
    /// What the gateway knows of the car it speaks to.
    package let vehicleSample = LatestValue(initial: VehicleSample())
    /// nil where the gateway does not speak to cars.
    let vehicle: VehicleCell?
    /// nil where a backend may not set what the charger does by itself.
    let der: DERCell?
    /// Wakes the charger's bus when an order changes.
    let waker: WakeUp

    package convenience init(name: String, waker: WakeUp) { self.init(name: name, waker: waker, vehicle: nil) }

    init(name: String, waker: WakeUp, vehicle: VehicleCell?, der: DERCell? = nil) {
        self.der = der
        self.name = name
        self.waker = waker
        self.vehicle = vehicle
        order = LatestValue(initial: Order(power: .zero, phaseCount: 3, confirmedAt: .distantPast))
    }
}

/// Where the loop and the bus of one meter meet.
package final class MeterCell: Sendable {
    package let name: String
    package let state = LatestValue(initial: MeterState())
    package let notes = Mutex(DeviceNotes())

    package init(name: String) { self.name = name }
}
