// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A smart meter's customer port: a telegram at each interval, nobody asks for it (P1 Companion Standard, DSMR 5.0.2).
package struct SimulatedP1: Sendable {
    package let interval: Interval
    private let ident: String
    /// Midnight of the first day on the meter's clock, and that day.
    private let midnight: Instant
    private let date: (year: Int, month: Int, day: Int)
    private var nextTelegram: Instant

    /// - Parameters:
    ///   - midnight: When the meter's clock showed 00:00 on `date`.
    ///   - date: Years count from 2000.
    package init(
        interval: Interval = .seconds(1), ident: String = "SLU5\\253833635_A",
        date: (year: Int, month: Int, day: Int) = (26, 1, 1), midnight: Instant, firstAt now: Instant
    ) {
        self.interval = max(interval, .milliseconds(100))
        self.ident = ident
        self.date = date
        self.midnight = midnight
        nextTelegram = now
    }

    /// When the meter next speaks.
    package var nextEvent: Instant { nextTelegram }

    /// The telegram that is due, or nothing. Missed ones are not made up for.
    package mutating func poll(meter: SimulatedMeter, at now: Instant) -> [UInt8] {
        guard nextTelegram <= now else { return [] }
        let passed = (now - nextTelegram).nanoseconds / interval.nanoseconds
        nextTelegram = nextTelegram + Interval(nanoseconds: interval.nanoseconds * (passed + 1))
        guard meter.condition != .cut, let reading = meter.shown else { return [] }
        return telegram(for: reading, isReadable: meter.condition != .notANumber)
    }

    /// From `/` to the line end behind the checksum.
    func telegram(for reading: MeterReading, isReadable: Bool = true) -> [UInt8] {
        let lines = ["/" + ident, ""] + objects(of: reading, isReadable: isReadable)
        let body = Array((lines.joined(separator: "\r\n") + "\r\n!").utf8)
        return body + Array((hexadecimal(Self.checksum(body), digits: 4) + "\r\n").utf8)
    }

    private func objects(of reading: MeterReading, isReadable: Bool) -> [String] {
        var lines = ["1-3:0.2.8(50)", "0-0:1.0.0(\(timestamp(at: reading.measuredAt)))"]
        lines.append("1-0:1.8.1(\(kilo(reading.energyImported?.milli ?? 0, whole: 6))*kWh)")
        lines.append("1-0:1.8.2(\(kilo(0, whole: 6))*kWh)")
        lines.append("1-0:2.8.1(\(kilo(reading.energyExported?.milli ?? 0, whole: 6))*kWh)")
        lines.append("1-0:2.8.2(\(kilo(0, whole: 6))*kWh)")
        lines.append("0-0:96.14.0(0001)")
        lines += directions(reading.power, import: "1.7.0", export: "2.7.0", isReadable)
        for phase in Phase.allCases {
            let index = phase.rawValue * 20
            if let voltage = reading.voltage?[phase] {
                let decivolts = (voltage.magnitude.milli + 50) / 100
                lines.append("1-0:\(32 + index).7.0(\(padded(decivolts / 10, 3)).\(decivolts % 10)*V)")
            }
            if let current = reading.current?[phase] {
                lines.append("1-0:\(31 + index).7.0(\(padded((current.magnitude.milli + 500) / 1_000, 3))*A)")
            }
            if let power = reading.phasePower?[phase] {
                lines += directions(power, import: "\(21 + index).7.0", export: "\(22 + index).7.0", isReadable)
            }
        }
        return lines
    }

    /// A meter knows two counters without a sign, of which one is zero.
    private func directions(_ power: Power, import: String, export: String, _ isReadable: Bool) -> [String] {
        guard isReadable else { return ["1-0:\(`import`)(--.---*kW)", "1-0:\(export)(--.---*kW)"] }
        return [
            "1-0:\(`import`)(\(kilo(max(power.milli, 0), whole: 2))*kW)",
            "1-0:\(export)(\(kilo(max(0 - power.milli, 0), whole: 2))*kW)",
        ]
    }

    /// Milliwatts as kilowatts with three decimals.
    private func kilo(_ milli: Int64, whole: Int) -> String {
        let units = (milli + 500) / 1_000
        return "\(padded(units / 1_000, whole)).\(padded(units % 1_000, 3))"
    }

    private func padded(_ value: Int64, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// Winter time all year; the days roll over the month's length.
    private func timestamp(at instant: Instant) -> String {
        let seconds = max(0, (instant - midnight).nanoseconds / 1_000_000_000)
        var (year, month, day) = (date.year, date.month, date.day + Int(seconds / 86_400))
        while day > Self.length(of: month, in: year) {
            day -= Self.length(of: month, in: year)
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
        }
        let clock = [
            Int64(year % 100), Int64(month), Int64(day), seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60,
        ]
        return clock.map { padded($0, 2) }.joined() + "W"
    }

    private static func length(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// CRC-16/ARC over every byte from `/` to `!`.
    static func checksum(_ bytes: [UInt8]) -> UInt16 {
        bytes.reduce(0) { sum, byte in
            (0..<8).reduce(sum ^ UInt16(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xA001 : crc >> 1 }
        }
    }
}
