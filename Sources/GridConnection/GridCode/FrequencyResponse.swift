// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Active power by frequency, both sides: with a rising frequency a car delivers less and then, where the code and the
/// site want it, charges; with a falling one it charges less and then delivers.
package struct FrequencyResponse: Sendable, BitwiseCopyable {
    package struct Settings: Sendable, BitwiseCopyable {
        package var over = FrequencySide.Settings()
        package var under = FrequencySide.Settings()
        package init() {}
    }

    package private(set) var over: FrequencySide
    package private(set) var under: FrequencySide

    @_noLocks package init(_ settings: Settings, nominal: Frequency) {
        over = FrequencySide(.over, settings.over, nominal: nominal)
        under = FrequencySide(.under, settings.under, nominal: nominal)
    }

    /// - Parameters:
    ///   - frequency: nil keeps what is in force.
    ///   - power: Now, import positive.
    ///   - wanted: The power the car would have without this function, import positive.
    @_noLocks
    package mutating func advance(
        to now: Instant, frequency: Frequency?, power: PerUnit, wanted: PerUnit, _ events: inout ConnectionEvents
    ) {
        let before = state
        over.advance(to: now, frequency: frequency, power: -power, wanted: -wanted)
        under.advance(to: now, frequency: frequency, power: power, wanted: wanted)
        guard state != before else { return }
        events.add(ConnectionEvent(.stateChanged, .frequencyResponse, at: now, detail: state))
    }

    /// The phase of the side above in the high, of the side below in the low four bits.
    package var state: UInt8 {
        @_noLocks get { over.phase.code << 4 | under.phase.code }
    }

    /// nil while nothing is asked.
    package var bound: ActivePowerBound? {
        @_noLocks get {
            if let over = over.most {
                return ActivePowerBound(.frequencyResponse, atLeast: -over, atMost: under.most)
            }
            guard let under = under.most else { return nil }
            return ActivePowerBound(.frequencyResponse, atMost: under)
        }
    }
}
