// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import Synchronization

/// A charging point without hardware: its contactors switch, its insulation is good, its voltage follows at once. What it
/// shall let flow is told to it.
package final class SimulatedPoint: ChargingPoint {
    /// How it behaves.
    package struct Habits: Sendable {
        package var authorisation = StationInput.Authorisation.granted
        package var insulation = StationInput.Insulation.valid
        /// What contactors, insulation test and authorisation take.
        package var hardware = Duration.milliseconds(50)

        package init() {}
    }

    fileprivate struct Wire {
        var target: Power
        var voltage = Voltage.zero
        var current = Current.zero
        var contactors = StationInput.ContactorState.open
        var session: AsyncStream<StationInput>.Continuation?
    }

    package let offer: StationOffer
    private let habits: Habits
    private let wire: Mutex<Wire>
    private let tell: @Sendable (Event) -> Void

    package enum Event: Sendable {
        case began(VehicleArrival), authorises(String), checksCable
        case contactors(StationInput.ContactorState)
        case operates(OperatingPoint)
        case needs(EVNeeds)
        case ended(StationEnd)
    }

    /// - Parameter tell: hears all that is asked of the point.
    package init(
        offer: StationOffer, target: Power, habits: Habits = Habits(),
        tell: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        (self.offer, self.habits, self.tell) = (offer, habits, tell)
        wire = Mutex(Wire(target: target))
    }

    /// What shall flow into the car from now on.
    package func set(target: Power) { send(.target(target)) { $0.target = target } }
    package func ask(_ notice: Notice?) { send(.ask(notice)) { _ in } }
    package func stop() { send(.stop) { _ in } }

    private func send(_ input: StationInput, _ change: (inout Wire) -> Void) {
        wire.withLock { wire in
            change(&wire)
            wire.session?.yield(input)
        }
    }

    package func began(_ arrival: VehicleArrival) async { tell(.began(arrival)) }

    package func authorise(vehicle: String) async -> StationInput.Authorisation {
        tell(.authorises(vehicle))
        await rest(habits.hardware)
        return habits.authorisation
    }

    package func checkCable() async -> StationInput.Insulation {
        tell(.checksCable)
        await rest(habits.hardware)
        return habits.insulation
    }

    package func switchContactors(_ state: StationInput.ContactorState) async -> StationInput.ContactorState {
        tell(.contactors(state))
        await rest(habits.hardware)
        wire.withLock { $0.contactors = state }
        return state
    }

    package func operate(_ point: OperatingPoint) async {
        tell(.operates(point))
        let measured = wire.withLock { wire in
            wire.follow(point, offer)
            return StationInput.charger(voltage: wire.voltage, current: wire.current)
        }
        send(measured) { _ in }
    }

    package func need(_ needs: EVNeeds) async { tell(.needs(needs)) }

    package func ended(_ end: StationEnd) async {
        tell(.ended(end))
        wire.withLock { wire in
            wire.session?.finish()
            wire.session = nil
        }
    }

    package func inputs() -> AsyncStream<StationInput> {
        let (inputs, session) = AsyncStream.makeStream(of: StationInput.self, bufferingPolicy: .bufferingNewest(64))
        wire.withLock { wire in
            wire.session = session
            session.yield(.target(wire.target))
            session.yield(.charger(voltage: wire.voltage, current: wire.current))
        }
        return inputs
    }

    /// Nobody waits for a simulation that is going down.
    private func rest(_ duration: Duration) async { try? await ContinuousClock().sleep(for: duration) }
}

extension SimulatedPoint {
    package var contactors: StationInput.ContactorState { wire.withLock { $0.contactors } }
    package var current: Current { wire.withLock { $0.current } }
    package var voltage: Voltage { wire.withLock { $0.voltage } }
}

extension SimulatedPoint.Wire {
    /// The battery holds the voltage that was there at the precharge.
    fileprivate mutating func follow(_ point: OperatingPoint, _ offer: StationOffer) {
        switch point {
        case .off: (voltage, current) = (.zero, .zero)
        case .preCharge(let wanted): (voltage, current) = (wanted, .zero)
        case .current(let wanted, let highest):
            if voltage.isZero { voltage = highest }
            current = wanted
        case .power(let power, let limits, let lowest, let highest):
            voltage = voltage.clamped(from: lowest, to: highest)
            current = voltage > .zero ? limits.nearest(to: Current(milli: power.milli * 1_000 / voltage.milli)) : .zero
        }
    }
}
