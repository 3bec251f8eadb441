// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What `$GS`, `$GG` and `$GU` said last.
struct OpenEVSEStatus: Equatable {
    private(set) var state: UInt8 = 0
    /// The state of the pilot, which still tells of a car while the controller sleeps.
    private(set) var pilot: UInt8 = 0
    private var milliamperes: Int64?
    private var millivolts: Int64?
    private var total: Energy?

    private static let sleeping: UInt8 = 0xFE
    private static let disabled: UInt8 = 0xFF

    var isStopped: Bool { state == Self.sleeping || state == Self.disabled }
    var isKnown: Bool { (0x01...0x0B).contains(state) || isStopped }

    /// `$OK evsestate elapsed pilotstate vflags`; states in hexadecimal.
    mutating func takeStatus(_ words: [String]) throws(DeviceFault) {
        guard let word = words.first, let state = UInt8(word, radix: 16) else {
            throw .unexpectedValue(point: "$GS", value: words.joined(separator: " "), allowed: "a state in hexadecimal")
        }
        self.state = state
        pilot = words.count > 2 ? UInt8(words[2], radix: 16) ?? 0 : 0
    }

    /// `$OK milliamperes millivolts`; −1 without an ammeter.
    mutating func takeMeasurement(_ words: [String]) {
        let numbers = words.map { Int64($0) ?? -1 }
        milliamperes = numbers.first.flatMap { (0...100_000).contains($0) ? $0 : nil }
        millivolts = numbers.dropFirst().first.flatMap { (50_000...500_000).contains($0) ? $0 : nil }
    }

    /// `$OK watt-seconds of the session, total Wh`.
    mutating func takeEnergy(_ words: [String]) {
        total = words.dropFirst().first.flatMap { Double($0) }.flatMap { $0 >= 0 ? Energy(measured: $0) : nil }
    }

    func reading(measuredAt: Instant, phaseCount: Int, nominal: Voltage) -> ChargerReading {
        var reading = ChargerReading(measuredAt: measuredAt, state: connector)
        if let milliamperes {
            let current = Current(milli: milliamperes)
            let voltage = millivolts.map { Voltage(milli: $0) } ?? nominal
            reading.power = voltage * current * phaseCount
            reading.current = PerPhase(
                current, phaseCount > 1 ? current : .zero, phaseCount > 2 ? current : .zero)
        }
        reading.energyImported = total
        reading.faults = (0x05...0x0B).contains(state) ? 1 << UInt64(state) : 0
        return reading
    }

    private var connector: ConnectorState {
        switch state {
        case 0x01: .available
        case 0x02: .ready
        case 0x03: .charging
        case 0x04...0x0B: .faulted
        case Self.sleeping, Self.disabled:
            switch pilot {
            case 0x02, 0x03: .suspended
            case 0x01: .available
            default: .unavailable
            }
        default: .unknown
        }
    }
}
