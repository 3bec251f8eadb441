// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A telegram of a Dutch-style smart meter (P1 Companion Standard, DSMR 2.2 to 5.0; ESMR in Belgium and Luxembourg).
package struct P1Telegram: Equatable, Sendable {
    package enum Fault: Error, Equatable, Sendable {
        case incomplete
        case tooLong
        /// The meter's own checksum contradicts the text.
        case checksum(found: UInt16, computed: UInt16)
        /// Version 4 and later must carry one.
        case checksumMissing
        case powerMissing
    }

    /// The line after `/`.
    package var identification: String
    /// `42`, `50`; empty before version 4.
    package var version: String
    /// By OBIS reduced ID (`1-0:1.7.0`), the last value of each line in its own unit, W, V, A, Wh or Hz.
    private var values: [String: Double]

    /// P1 telegrams have a few dozen lines; several M-Bus meters and power-failure logs make up to about 2 kB.
    package static let longestTelegram = 4_096
    private static let longestLine = 1_100

    /// - Parameter bytes: From `/` to the end of the line that begins with `!`.
    package init(_ bytes: [UInt8]) throws(Fault) {
        guard bytes.count <= Self.longestTelegram else { throw .tooLong }
        guard bytes.first == UInt8(ascii: "/"), let end = bytes.lastIndex(of: UInt8(ascii: "!")) else {
            throw .incomplete
        }
        let isLineEnd: (UInt8) -> Bool = { $0 == 0x0D || $0 == 0x0A }
        let lines = bytes[1..<end].split(whereSeparator: isLineEnd)
        identification = lines.first.map { Self.text($0) } ?? ""
        version = ""
        values = [:]
        for line in lines.dropFirst() where line.count <= Self.longestLine { take(Self.text(line)) }

        let printed = Self.text(bytes[(end + 1)...].prefix { !isLineEnd($0) })
        if let found = UInt16(printed, radix: 16), printed.count == 4 {
            let computed = Self.checksum(bytes[...end])
            guard found == computed else { throw .checksum(found: found, computed: computed) }
        } else if !printed.isEmpty || !version.isEmpty {
            throw .checksumMissing
        }
    }

    /// CRC-16/ARC: polynomial 0x8005 reflected, start 0.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
        bytes.reduce(0) { crc, byte in
            (0..<8).reduce(crc ^ UInt16(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xA001 : crc >> 1 }
        }
    }

    /// - Throws: `.powerMissing` for a telegram that has neither import nor export power.
    package func reading(measuredAt: Instant) throws(Fault) -> MeterReading {
        guard let power = net("1.7.0", "2.7.0") else { throw .powerMissing }
        var reading = MeterReading(measuredAt: measuredAt, power: power)
        let phases = PerPhase(net("21.7.0", "22.7.0"), net("41.7.0", "42.7.0"), net("61.7.0", "62.7.0"))
        reading.phasePower = phases.complete()
        let currents = PerPhase(value("31.7.0"), value("51.7.0"), value("71.7.0")).map {
            $0.flatMap(Current.init(measured:))
        }
        reading.current = currents.complete()
        if let powers = reading.phasePower, let current = reading.current {
            reading.current = PerPhase(
                current.l1.directed(as: powers.l1), current.l2.directed(as: powers.l2),
                current.l3.directed(as: powers.l3))
        } else if reading.phasePower == nil, power < .zero {
            // Without powers per phase no direction is known; what is not known is not claimed.
            reading.current = nil
        }
        let voltages = PerPhase(value("32.7.0"), value("52.7.0"), value("72.7.0"))
        reading.voltage = voltages.map { $0.flatMap(Voltage.init(measured:)) }.complete()
        reading.frequency = value("14.7.0").flatMap(Frequency.init(measured:))
        reading.energyImported = energy("1.8")
        reading.energyExported = energy("2.8")
        return reading
    }

    // MARK: Lines

    /// `1-0:1.7.0(00.428*kW)`; lines that look different are left alone.
    private mutating func take(_ line: String) {
        guard let open = line.firstIndex(of: "("), line.last == ")" else { return }
        let id = String(line[..<open])
        // Of several values (M-Bus meters: time, then value) the last counts.
        guard let start = line.lastIndex(of: "(") else { return }
        let value = line[line.index(after: start)...].dropLast()
        if id == "1-3:0.2.8" || id == "0-0:96.1.4" {
            version = String(value)
        } else if id.hasPrefix("1-"), let colon = id.firstIndex(of: ":"), let number = Self.number(value) {
            values[String(id[id.index(after: colon)...])] = number
        }
    }

    private static func number(_ text: Substring) -> Double? {
        let parts = text.split(separator: "*", maxSplits: 1)
        guard let digits = parts.first, digits.count <= 16,
            digits.allSatisfy({ $0.isASCII && "0123456789.".contains($0) }),
            let number = Double(String(digits))
        else { return nil }
        return switch parts.dropFirst().first ?? "" {
        case "kW", "kWh": number * 1_000
        case "W", "Wh", "V", "A", "Hz": number
        default: nil
        }
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    // MARK: Values

    private func value(_ id: String) -> Double? { values[id] }

    /// Import minus export; most meters report only one of them as other than zero.
    private func net(_ imported: String, _ exported: String) -> Power? {
        let (up, down) = (value(imported), value(exported))
        guard up != nil || down != nil else { return nil }
        return Power(measured: (up ?? 0) - (down ?? 0))
    }

    /// The sum without tariff where there is one, else the tariffs together.
    private func energy(_ group: String) -> Energy? {
        if let total = value("\(group).0") { return Energy(measured: total) }
        let tariffs = (1...4).compactMap { value("\(group).\($0)") }
        return tariffs.isEmpty ? nil : Energy(measured: tariffs.reduce(0, +))
    }
}

extension PerPhase {
    /// All three, or the first alone on a single-phase connection, else nil.
    fileprivate func complete<Wrapped: Quantity>() -> PerPhase<Wrapped>? where Value == Wrapped? {
        guard let l1 else { return nil }
        if l2 == nil, l3 == nil { return PerPhase<Wrapped>(l1, .zero, .zero) }
        guard let l2, let l3 else { return nil }
        return PerPhase<Wrapped>(l1, l2, l3)
    }
}
