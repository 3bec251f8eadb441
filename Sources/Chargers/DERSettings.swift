// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What an inverter does by itself for the grid, apart from what a grid code makes it do (OCPP 2.1, block R; SunSpec models 704,
/// 705, 706, 711 and 712).
package enum DERFunction: String, CaseIterable, Sendable {
    case voltVar, wattVar, fixedVar, fixedPowerFactorInjecting, fixedPowerFactorAbsorbing, voltWatt, frequencyDroop

    /// Whether it decides on reactive power; of these an inverter follows one at a time, but for the two power factors.
    package var isReactive: Bool {
        switch self {
        case .voltVar, .wattVar, .fixedVar, .fixedPowerFactorInjecting, .fixedPowerFactorAbsorbing: true
        case .voltWatt, .frequencyDroop: false
        }
    }
}

/// What an inverter is given to do by itself; nil leaves a function as it was found. Percentages are thousandths of a percent;
/// power is positive where it flows to the grid and reactive power where it is injected, as inverters count.
package struct DERSettings: Equatable, Sendable {
    /// Of what percentages are parts.
    package enum Reference: Equatable, Sendable {
        case maximumActive, availableActive, maximumReactive, availableReactive
    }

    package struct Point: Equatable, Sendable {
        package var x: Int64
        package var y: Int64
        package init(x: Int64, y: Int64) {
            self.x = x
            self.y = y
        }
    }

    /// X is percent of the nominal voltage, or of the rated active power; y percent of the reference.
    package struct Curve: Equatable, Sendable {
        /// By x.
        package var points: [Point]
        package var reference: Reference
        /// From a step to 90 % of the answer; nil leaves the device's own.
        package var responseTime: Interval?
        /// What the device takes for 100 % of the nominal voltage, in thousandths of a percent of it; VoltVar only.
        package var referenceVoltage: Int64

        package init(
            points: [Point], reference: Reference, responseTime: Interval? = nil, referenceVoltage: Int64 = 100_000
        ) {
            self.points = points.sorted { $0.x < $1.x }
            self.reference = reference
            self.responseTime = responseTime
            self.referenceVoltage = referenceVoltage
        }
    }

    package struct PowerFactor: Equatable, Sendable {
        /// 1 to 1000.
        package var thousandths: Int64
        /// Injects reactive power.
        package var isOverExcited: Bool
        package init(thousandths: Int64, isOverExcited: Bool) {
            self.thousandths = thousandths
            self.isOverExcited = isOverExcited
        }
    }

    package enum FixedVar: Equatable, Sendable {
        case share(Int64, of: Reference)
        /// In milli-var.
        case millivars(Int64)
    }

    package struct Droop: Equatable, Sendable {
        /// From the nominal frequency.
        package var deadBandOver: Frequency
        package var deadBandUnder: Frequency
        /// The deviation that moves the rated power, in millionths of the nominal frequency.
        package var slopeOver: Int64
        package var slopeUnder: Int64
        package var responseTime: Interval
        package init(
            deadBandOver: Frequency, deadBandUnder: Frequency, slopeOver: Int64, slopeUnder: Int64,
            responseTime: Interval
        ) {
            self.deadBandOver = deadBandOver
            self.deadBandUnder = deadBandUnder
            self.slopeOver = slopeOver
            self.slopeUnder = slopeUnder
            self.responseTime = responseTime
        }
    }

    package var voltVar: Curve?
    package var wattVar: Curve?
    package var fixedVar: FixedVar?
    /// For power that flows to the grid, and for power that is taken.
    package var powerFactorInjecting: PowerFactor?
    package var powerFactorAbsorbing: PowerFactor?
    package var voltWatt: Curve?
    package var droop: Droop?

    package init() {}

    package var functions: Set<DERFunction> {
        let given: [(DERFunction, Bool)] = [
            (.voltVar, voltVar != nil), (.wattVar, wattVar != nil), (.fixedVar, fixedVar != nil),
            (.fixedPowerFactorInjecting, powerFactorInjecting != nil),
            (.fixedPowerFactorAbsorbing, powerFactorAbsorbing != nil), (.voltWatt, voltWatt != nil),
            (.frequencyDroop, droop != nil),
        ]
        return Set(given.filter(\.1).map(\.0))
    }
}

/// How far an inverter has got with what it was given.
package struct DERReport: Equatable, Sendable {
    /// In thousandths of a volt-ampere and of a var.
    package struct Rating: Equatable, Sendable {
        package var apparent: Int64
        package var injected: Int64
        package var absorbed: Int64
        package init(apparent: Int64, injected: Int64, absorbed: Int64) {
            self.apparent = apparent
            self.injected = injected
            self.absorbed = absorbed
        }
    }

    /// What the device can be given; nil while nobody has looked.
    package var found: Set<DERFunction>?
    /// As the device says; nil where it does not.
    package var rating: Rating?
    /// Written and read back.
    package var inForce: Set<DERFunction> = []
    /// What does not act, and why, with the remedy.
    package var failures: [DERFunction: String] = [:]
    /// What stood in the device before could not be put back, and why.
    package var notRestored: String?

    package init() {}
}

/// What stood in the device's registers before it was given anything, by model number, from the model's ID register on. To be
/// kept until it has been put back.
package typealias FormerSettings = [Int: [UInt16]]

/// An inverter that can be given what a backend wants it to do by itself.
package protocol DERSetting: ChargerDevice {
    /// Gives it something else from now on. What comes of it is told by `DeviceEvent.der`. What stood there before returns when a
    /// function is no longer given and when control is handed back.
    func give(_ settings: DERSettings)
    /// What still has to be put back.
    var formerSettings: FormerSettings { get }
}
