// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118

@testable import VehicleLinks

/// A point of a test that answers something itself and has a simulated one do the rest.
protocol SimulatedBehind: ChargingPoint {
    var simulated: SimulatedPoint { get }
}

extension SimulatedBehind {
    var offer: StationOffer { simulated.offer }
    func began(_ arrival: VehicleArrival) async { await simulated.began(arrival) }
    func authorise(vehicle: String) async -> StationInput.Authorisation {
        await simulated.authorise(vehicle: vehicle)
    }
    func checkCable() async -> StationInput.Insulation { await simulated.checkCable() }
    func switchContactors(_ state: StationInput.ContactorState) async -> StationInput.ContactorState {
        await simulated.switchContactors(state)
    }
    func operate(_ point: OperatingPoint) async { await simulated.operate(point) }
    func need(_ needs: EVNeeds) async { await simulated.need(needs) }
    func ended(_ end: StationEnd) async { await simulated.ended(end) }
    func inputs() -> AsyncStream<StationInput> { simulated.inputs() }
}
