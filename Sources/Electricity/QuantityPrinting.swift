// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension Quantity {
    /// For people: `7.4 kW`, `-350 W`, `63 A`, `49.98 Hz`. At most three decimals, none that are zero; exact down to
    /// a thousandth of the printed unit.
    public var description: String {
        let isKilo = magnitude.milli >= 1_000_000 && Self.printsKilo
        let divisor: Int64 = isKilo ? 1_000 : 1
        let rounded = (magnitude.milli + divisor / 2) / divisor
        var fraction = String(rounded % 1_000 + 1_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        let sign = milli < 0 && rounded > 0 ? "-" : ""
        let number = fraction.isEmpty ? "\(rounded / 1_000)" : "\(rounded / 1_000).\(fraction)"
        return "\(sign)\(number) \(isKilo ? "k" : "")\(Self.symbol)"
    }

    private static var printsKilo: Bool { Self.self == Power.self || Self.self == Energy.self }
}

extension Power: CustomStringConvertible {}
extension Current: CustomStringConvertible {}
extension Voltage: CustomStringConvertible {}
extension Frequency: CustomStringConvertible {}
extension Energy: CustomStringConvertible {}
extension StateOfCharge: CustomStringConvertible {}

extension Interval: CustomStringConvertible {
    /// `2 h`, `15 min`, `1.5 s`, `100 ms`: the largest unit that needs no more than three decimals.
    public var description: String {
        let units: [(Int64, String)] = [
            (86_400_000_000_000, "d"), (3_600_000_000_000, "h"), (60_000_000_000, "min"), (1_000_000_000, "s"),
        ]
        for (length, name) in units where nanoseconds != 0 && nanoseconds % length == 0 {
            return "\(nanoseconds / length) \(name)"
        }
        let isShort = abs(nanoseconds) < 1_000_000_000
        let thousandths = isShort ? nanoseconds / 1_000 : nanoseconds / 1_000_000
        var fraction = String(abs(thousandths) % 1_000 + 1_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        let number = fraction.isEmpty ? "\(abs(thousandths) / 1_000)" : "\(abs(thousandths) / 1_000).\(fraction)"
        return "\(nanoseconds < 0 ? "-" : "")\(number) \(isShort ? "ms" : "s")"
    }
}

extension Limits: CustomStringConvertible where Value: CustomStringConvertible {
    public var description: String { "\(lower) … \(upper)" }
}

extension PhaseSet: CustomStringConvertible {
    /// `L1`, `L1+L2`, `L1+L2+L3`.
    public var description: String {
        Phase.allCases.filter(contains).map { "L\($0.rawValue + 1)" }.joined(separator: "+")
    }
}
