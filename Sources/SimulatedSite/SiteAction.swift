// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What a test driver or a person may do to a simulated site, each with what it needs.
package enum SiteAction: Equatable, Sendable {
    /// Nil plugs in an ordinary car.
    case plugIn(evse: Int, SimulatedVehicle?)
    case plugOut(evse: Int)
    case swipe(evse: Int)
    /// By the car or by a person at the charger.
    case pause(evse: Int, byCar: Bool)
    /// Ends either pause.
    case resume(evse: Int)
    /// Bits as the charger numbers them.
    case fault(evse: Int, bits: UInt64)
    case clearFault(evse: Int)
    case outOfService(evse: Int, Bool)
    case stateOfCharge(evse: Int, StateOfCharge)
    /// The charger acknowledges setpoints and does not obey.
    case ignoreSetpoints(evse: Int, Bool)
    case meter(SimulatedMeter.Condition)
    /// Nil leaves a value as it is.
    case grid(frequency: Frequency?, voltage: Voltage?)
    /// In place of the profile; nil returns to it.
    case load(PerPhase<Power>?)
    /// A magnitude, in place of the sun; nil returns to it.
    case photovoltaic(Power?)

    package static let cutMeter = SiteAction.meter(.cut)
    package static let restoreMeter = SiteAction.meter(.healthy)
}

/// Why the bench did not do what it was told.
package enum BenchRefused: Error, Equatable, CustomStringConvertible {
    case noSuchCharger(Int, known: [Int])
    case noVehicle(evse: Int)
    case alreadyPluggedIn(evse: Int)
    case noPhotovoltaic

    package var description: String {
        switch self {
        case .noSuchCharger(let id, let known):
            "There is no simulated charger \(id); there are: \(known.map(String.init).joined(separator: ", "))."
        case .noVehicle(let id): "No car is plugged in at charger \(id). Plug one in first."
        case .alreadyPluggedIn(let id): "A car is plugged in at charger \(id) already. Plug it out first."
        case .noPhotovoltaic: "This site has no simulated photovoltaic plant."
        }
    }
}

extension SimulatedSite {
    package mutating func perform(_ verb: SiteAction, at instant: Instant) throws(BenchRefused) {
        advance(to: instant)
        switch verb {
        case .plugIn(let evse, let vehicle): try plugIn(vehicle ?? SimulatedVehicle(), at: evse)
        case .plugOut(let evse): try withVehicle(evse) { $0.plugOut() }
        case .swipe(let evse): try at(evse) { $0.swipe() }
        case .pause(let evse, byCar: true): try withVehicle(evse) { $0.pauseByCar(true) }
        case .pause(let evse, byCar: false): try at(evse) { $0.pause() }
        case .resume(let evse): try at(evse) { $0.resume() }
        case .fault(let evse, let bits): try at(evse) { $0.inject(faults: bits) }
        case .clearFault(let evse): try at(evse) { $0.clearFaults() }
        case .outOfService(let evse, let isOut): try at(evse) { $0.setOutOfService(isOut) }
        case .stateOfCharge(let evse, let value): try withVehicle(evse) { $0.setStateOfCharge(value) }
        case .ignoreSetpoints(let evse, let ignores): try at(evse) { $0.hardware.ignoresSetpoints = ignores }
        case .meter(let condition): meter.condition = condition
        case .grid(let frequency, let voltage):
            if let frequency { grid.frequency = frequency }
            if let voltage { grid.openVoltage = voltage }
        case .load(let power): load.override = power
        case .photovoltaic(let power): try override(photovoltaic: power)
        }
        settle(for: .zero)
    }

    private mutating func plugIn(_ vehicle: SimulatedVehicle, at evse: Int) throws(BenchRefused) {
        if charger(evse)?.vehicle != nil { throw .alreadyPluggedIn(evse: evse) }
        try at(evse) { $0.plugIn(vehicle) }
    }

    private mutating func override(photovoltaic power: Power?) throws(BenchRefused) {
        guard photovoltaic != nil else { throw .noPhotovoltaic }
        photovoltaic?.override = power
    }

    private mutating func at(_ evse: Int, _ body: (inout SimulatedCharger) -> Void) throws(BenchRefused) {
        guard withCharger(evse, body) != nil else { throw .noSuchCharger(evse, known: chargers.map(\.id)) }
    }

    private mutating func withVehicle(_ evse: Int, _ body: (inout SimulatedCharger) -> Void) throws(BenchRefused) {
        if let charger = charger(evse), charger.vehicle == nil { throw .noVehicle(evse: evse) }
        try at(evse, body)
    }
}
