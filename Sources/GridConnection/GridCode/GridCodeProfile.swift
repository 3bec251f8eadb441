// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One edition of one grid code as numbers. Which of them a public source states and which are defaults to be confirmed,
/// the file it was read from says for each.
package struct GridCodeProfile: Sendable, BitwiseCopyable {
    /// Phase to neutral.
    package var nominalVoltage = Voltage(milli: 230_000)
    package var nominalFrequency = Frequency(milli: 50_000)
    package var frequencyResponse = FrequencyResponse.Settings()
    package var voltWatt = VoltWatt.Settings()
    /// `mode` is what the code has on by default; the curves of the other modes are there all the same.
    package var reactivePower = ReactivePower.Settings()
    package var enterService = EnterService.Settings()
    package var ceaseToEnergise = CeaseToEnergise.Settings()
    package var momentaryCessation = MomentaryCessation.Settings()
    package var remotePowerLimit = RemotePowerLimit.Settings()
    /// Delivery ends, and enters service anew, while the mean of ten minutes is above this; nil where the code has none.
    package var tenMinuteVoltage: PerUnit?
    package var trips = TripSettings()

    package init() {}
}

/// When a charger has to separate from the grid. Data for the charger, and for comparing with what it answers: a trip
/// takes tens of milliseconds and is never executed here.
package struct TripSettings: Sendable, BitwiseCopyable {
    package enum Kind: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case overVoltage, underVoltage, overFrequency, underFrequency
        /// Of the mean of ten minutes.
        case overVoltageTenMinutes
    }

    package struct Stage: Equatable, Sendable, BitwiseCopyable {
        package var kind: Kind
        /// Of the nominal voltage; zero for a frequency.
        package var voltage: PerUnit
        /// Zero for a voltage.
        package var frequency: Frequency
        /// How long the threshold has to be exceeded.
        package var after: Interval

        package init(_ kind: Kind, voltage: PerUnit, after: Interval) {
            self.kind = kind
            self.voltage = voltage
            frequency = Frequency(milli: 0)
            self.after = after
        }
        package init(_ kind: Kind, frequency: Frequency, after: Interval) {
            self.kind = kind
            voltage = PerUnit(millionths: 0)
            self.frequency = frequency
            self.after = after
        }
    }

    package static var capacity: Int { 16 }
    private var stages: InlineArray<16, Stage> = InlineArray(
        repeating: Stage(.overVoltage, voltage: .zero, after: .zero))
    package private(set) var count = 0

    /// - Parameter stages: What is beyond the capacity is cut off; a reader of configuration refuses it.
    package init(_ stages: [Stage] = []) {
        for stage in stages.prefix(Self.capacity) {
            self.stages[count] = stage
            count += 1
        }
    }

    package subscript(position: Int) -> Stage { stages[position] }

    package func of(_ kind: Kind) -> [Stage] { (0..<count).map { stages[$0] }.filter { $0.kind == kind } }
}
