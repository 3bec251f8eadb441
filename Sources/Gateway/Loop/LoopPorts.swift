// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import LinuxIO
import PowerControl

/// The loop's ends of one charger's cell.
struct EVSEPort: ~Copyable {
    var state: LatestValueReader<ChargerState>
    var order: LatestValueWriter<Order>
    var view: LatestValueWriter<EVSEView>
    let waker: WakeUp.Signaller
    var vehicle: LatestValueReader<VehicleSample>
    /// Rung when the car is to hear of a new target.
    let bell: WakeUp.Signaller?
    /// Which of the site's conductors are behind the charger's L1, L2, L3.
    let wiring: PhaseSet
    var mayDischarge: Bool
    var lastPower = Power.zero
    var lastPhaseCount = 0

    init(_ cell: ChargerCell, wiring: PhaseSet, mayDischarge: Bool) {
        state = cell.state.makeReader()
        order = cell.order.takeWriter()
        view = cell.decision.takeWriter()
        waker = cell.waker.signaller
        vehicle = cell.vehicleSample.makeReader()
        bell = cell.vehicle?.bell.signaller
        self.wiring = wiring
        self.mayDischarge = mayDischarge
    }

    /// What the controller shall know about the EVSE.
    @_noLocks mutating func sample() -> EVSESample {
        let known = state.read()
        var sample = EVSESample()
        guard let reading = known.reading else { return sample }
        sample.measuredAt = reading.measuredAt
        sample.power = reading.power
        if let current = reading.current { sample.current = onSite(current) }
        sample.hasVehicle = reading.state.hasVehicle
        sample.takesSetpoints = known.isUnderControl && reading.state.takesSetpoints
        sample.offered = reading.offered
        sample.mayDischarge = mayDischarge
        sample.narrow(to: vehicle.read())
        if case .after(_, let power) = known.fallback { sample.hardwareFallback = power }
        return sample
    }

    /// Confirms the order, and wakes the bus when it is a new one.
    @_noLocks mutating func command(_ decision: EVSEDecision, at now: Instant) {
        order.publish(Order(power: decision.target, phaseCount: decision.phaseCount, confirmedAt: now))
        view.publish(EVSEView(decision, at: now))
        guard decision.target != lastPower || decision.phaseCount != lastPhaseCount else { return }
        lastPower = decision.target
        lastPhaseCount = decision.phaseCount
        waker.signal()
        bell?.signal()
    }

    /// The charger's own L1 is whatever conductor the electrician gave it.
    @_noLocks private func onSite(_ current: PerPhase<Current>) -> PerPhase<Current> {
        switch wiring.bits {
        case 0b001: PerPhase(current.l1, .zero, .zero)
        case 0b010: PerPhase(.zero, current.l1, .zero)
        case 0b100: PerPhase(.zero, .zero, current.l1)
        default: current
        }
    }
}

/// The loop's end of one meter's cell.
struct MeterPort: ~Copyable {
    var state: LatestValueReader<MeterState>
    let circuit: Int

    init(_ cell: MeterCell, circuit: Int) {
        state = cell.state.makeReader()
        self.circuit = circuit
    }

    @_noLocks mutating func sample() -> MeterSample {
        var sample = MeterSample()
        guard let reading = state.read().reading else { return sample }
        sample.measuredAt = reading.measuredAt
        sample.power = reading.power
        sample.current = reading.current
        sample.phasePower = reading.phasePower
        sample.voltage = reading.voltage
        return sample
    }
}
