// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import ISO15118
import LinuxIO
import PowerControl
import Synchronization

/// What a session is told; the stations of backends have inputs of their own.
typealias SessionInput = ISO15118.StationInput

/// What the loop shall know of a car that the gateway speaks to, in a form it may copy.
package struct VehicleSample: Sendable, BitwiseCopyable {
    /// Whether the gateway speaks to the cars of this EVSE at all.
    package var isLinked = false
    /// Nothing flows into or out of a car that does not speak: direct current.
    package var mustSpeak = false
    package var hasSession = false
    /// In the charge loop: a target would reach the car.
    package var isCharging = false
    /// What the car bears now, at the grid's side. Unknown is nothing.
    package var offered = PowerLimits.zero
    package var need: EVSESample.Need?
    package init() {}
}

extension EVSESample {
    /// Narrows what the charger says to what the car says. Neither widens the other.
    @_noLocks mutating func narrow(to car: VehicleSample) {
        guard car.isLinked, car.hasSession || car.mustSpeak else { return }
        hasVehicle = hasVehicle || car.hasSession
        takesSetpoints = takesSetpoints && car.isCharging
        if let known = offered { offered = known.narrowed(to: car.offered) } else { offered = car.offered }
        need = car.need
    }
}

/// Where loop, bus and session of one EVSE's car meet; nobody waits for anybody.
package final class VehicleCell: Sendable {
    /// From the session to the bus.
    let order = LatestValue(initial: OutletOrder())
    /// From the bus to the session.
    let report = Mutex(OutletReport())
    /// Rung by the loop for a new target and by the bus for news of the charger.
    let bell: WakeUp
    let outlet: VehicleOutlet
    private let orderWriter: Mutex<LatestValueWriter<OutletOrder>>

    init(_ outlet: VehicleOutlet, bell: WakeUp) {
        (self.outlet, self.bell) = (outlet, bell)
        orderWriter = Mutex(order.takeWriter())
    }

    func lead(_ order: OutletOrder) { orderWriter.withLock { $0.publish(order) } }
}
