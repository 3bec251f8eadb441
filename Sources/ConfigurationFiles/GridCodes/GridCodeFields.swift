// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// A percentage as a person types it, exact to a thousandth of a percent.
private struct Percentage: QuantityText, CustomStringConvertible {
    let milli: Int64
    init(milli: Int64) { self.milli = milli }
    static var symbol: StaticString { "%" }
    static var plausible: Int64 { 100_000_000 }
    static var units: [UnitName] { StateOfCharge.units }
    static var example: String { "5 %" }
    var description: String { milli % 1_000 == 0 ? "\(milli / 1_000) %" : "\(Double(milli) / 1_000) %" }
}

// The quantities of grid codes.
extension Field {
    /// The value as it stands in the file, for the record of where it comes from.
    var written: String {
        switch value.content {
        case .scalar(let text, _): text
        case .list: (list() ?? []).map(\.written).joined(separator: ", ")
        case .mapping: ""
        }
    }

    /// - Parameter range: In whole percent.
    func percent(_ range: ClosedRange<Int>) -> PerUnit? {
        let lower = Percentage(milli: Int64(range.lowerBound) * 1_000)
        let upper = Percentage(milli: Int64(range.upperBound) * 1_000)
        return quantity(Percentage.self, atLeast: lower, atMost: upper).map { PerUnit(millionths: $0.milli * 10) }
    }

    /// `10 %/min` or `0.16 %/s`, per minute; zero moves at once.
    func percentPerMinute() -> PerUnit? {
        let units: [(suffix: String, factor: Int64)] = [("/min", 1), ("/s", 60)]
        guard let scalar, let (suffix, factor) = units.first(where: { scalar.hasSuffix($0.suffix) }) else {
            error("expected a rate such as 10 %/min or 0.16 %/s, found \(value.kind)")
            return nil
        }
        do throws(QuantityTextError) {
            let share = try Percentage(parsing: String(scalar.dropLast(suffix.count)).shortened)
            let perMinute = share.milli * 10 * factor
            guard (0...60_000_000).contains(perMinute) else {
                error("expected a rate from 0 to 100 %/s")
                return nil
            }
            return PerUnit(millionths: perMinute)
        } catch {
            self.error(error.description)
            return nil
        }
    }

    /// `110 %` or `253 V`, per unit of the nominal voltage.
    func shareOfVoltage(_ nominal: Voltage) -> PerUnit? {
        let share: PerUnit?
        if scalar?.hasSuffix("V") == true {
            share = quantity(Voltage.self).map { PerUnit($0, of: nominal) }
        } else {
            share = percent(0...200)
        }
        guard let share else { return nil }
        guard share >= .zero, share <= PerUnit(percent: 200) else {
            error("expected a voltage from 0 to twice the nominal one")
            return nil
        }
        return share
    }

    func gridFrequency() -> Frequency? { quantity(Frequency.self, atLeast: .hertz(40), atMost: .hertz(70)) }

    /// `[49.5 Hz, 50.2 Hz]`, in ascending order.
    func window<Value: Comparable>(_ read: (Field) -> Value?) -> (lower: Value, upper: Value)? {
        guard let items = list() else { return nil }
        guard items.count == 2 else {
            error("expected two bounds such as [49.5 Hz, 50.2 Hz], found \(items.count) values")
            return nil
        }
        guard let lower = read(items[0]), let upper = read(items[1]) else { return nil }
        guard lower <= upper else {
            items[1].error("the upper bound is below the lower one")
            return nil
        }
        return (lower, upper)
    }
}
