// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// The models of SunSpec DER that say how a device supports the grid (github.com/sunspec/models, model_703 to model_712).
package enum SunSpecGridModel: Int, CaseIterable, Sendable {
    case enterService = 703
    /// Here only for reactive power and power factor, which are set without being adopted.
    case control = 704
    case voltVar = 705
    case voltWatt = 706
    case tripLowVoltage = 707
    case tripHighVoltage = 708
    case tripLowFrequency = 709
    case tripHighFrequency = 710
    case droop = 711
    case wattVar = 712

    /// Whether a grid code is written into it.
    var holdsGridCode: Bool {
        switch self {
        case .enterService, .voltVar, .voltWatt, .tripLowVoltage, .tripHighVoltage, .tripLowFrequency,
            .tripHighFrequency, .droop:
            true
        case .control, .wattVar: false
        }
    }

    /// The functions that a device carries out by itself once a model is set.
    package var function: GridFunction {
        switch self {
        case .enterService: .enterService
        case .control, .voltVar, .wattVar: .reactivePower
        case .voltWatt: .voltWatt
        case .tripLowVoltage, .tripHighVoltage, .tripLowFrequency, .tripHighFrequency: .trips
        case .droop: .frequencyResponse
        }
    }
}

// Where things are in a model. All but 703 and 704 keep several sets of settings: the first is in force and read-only, another is
// written and then adopted.
extension SunSpecGridModel {
    static let enable = 2
    static let adoptRequest = 3
    static let adoptResult = 4

    var hasSets: Bool { self != .enterService && self != .control }

    private var setCountOffset: Int { self == .droop ? 5 : 6 }
    private var firstSet: Int {
        switch self {
        case .enterService, .control: 0
        case .voltVar, .voltWatt: 15
        case .tripLowVoltage, .tripHighVoltage, .tripLowFrequency, .tripHighFrequency: 9
        case .droop, .wattVar: 14
        }
    }

    func pointCount(_ image: SunSpecModelImage) -> Int { self == .droop ? 0 : Int(image.word(5) ?? 0) }

    private func setLength(_ points: Int) -> Int {
        switch self {
        case .enterService, .control: 0
        case .wattVar: 4 + 2 * points
        case .voltVar: 10 + 2 * points
        case .voltWatt: 5 + 2 * points
        case .tripLowVoltage, .tripHighVoltage: 1 + 3 * (1 + 3 * points)
        case .tripLowFrequency, .tripHighFrequency: 1 + 3 * (1 + 4 * points)
        case .droop: 10
        }
    }

    private var readOnlyOffset: Int {
        switch self {
        case .enterService, .control, .tripLowVoltage, .tripHighVoltage, .tripLowFrequency, .tripHighFrequency: 0
        case .wattVar: 3
        case .voltVar, .droop: 9
        case .voltWatt: 4
        }
    }

    /// Of a set, counted from one.
    func start(ofSet number: Int, _ image: SunSpecModelImage) -> Int {
        firstSet + (number - 1) * setLength(pointCount(image))
    }

    /// The first set that may be written; nil where there is none.
    func writableSet(_ image: SunSpecModelImage) -> Int? {
        let count = Int(image.word(setCountOffset) ?? 0)
        guard (2...64).contains(count) else { return nil }
        return (2...count).first { image.word(start(ofSet: $0, image) + readOnlyOffset) == 0 }
    }
}

/// Why a model cannot hold what a grid code says.
struct SunSpecUnsuited: Error, Equatable {
    let why: String
}
