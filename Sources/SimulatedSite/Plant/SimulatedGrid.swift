// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The distribution grid behind the connection point.
package struct SimulatedGrid: Equatable, Sendable {
    package struct Event: Equatable, Sendable {
        package var at: Instant
        package var frequency: Frequency?
        package var voltage: Voltage?
        package init(at: Instant, frequency: Frequency? = nil, voltage: Voltage? = nil) {
            self.at = at
            self.frequency = frequency
            self.voltage = voltage
        }
    }

    package var frequency: Frequency
    /// Between phase and neutral with no current at the connection point.
    package var openVoltage: Voltage
    /// Of the line to the transformer, per conductor, in ohms; zero keeps the voltage stiff.
    package var lineResistance_ohm: Double
    /// Ascending.
    private var script: [Event]

    package init(
        frequency: Frequency = .hertz(50), voltage: Voltage = .volts(230), lineResistance_ohm: Double = 0,
        script: [Event] = []
    ) {
        self.frequency = frequency
        self.openVoltage = voltage
        self.lineResistance_ohm = max(0, lineResistance_ohm)
        self.script = script.sorted { $0.at < $1.at }
    }

    /// When the script next changes something.
    var nextEvent: Instant? { script.first?.at }

    mutating func advance(to now: Instant) {
        while let event = script.first, event.at <= now {
            if let frequency = event.frequency { self.frequency = frequency }
            if let voltage = event.voltage { openVoltage = voltage }
            script.removeFirst()
        }
    }

    /// Import pulls the voltage down, export lifts it. In volts.
    func volts(carrying amperes: PerPhase<Double>) -> PerPhase<Double> {
        amperes.map { max(1, openVoltage.inUnits - $0 * lineResistance_ohm) }
    }
}
