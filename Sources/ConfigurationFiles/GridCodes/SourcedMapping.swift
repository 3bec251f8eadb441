// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Keeps for every value where it comes from, and what voltages are a share of.
final class SourceBook {
    let sources: [String: String]
    var nominalVoltage = Voltage(milli: 230_000)
    private(set) var provenance: [GridCode.Provenance] = []
    private(set) var used: Set<String> = []

    init(sources: [String: String]) { self.sources = sources }

    func note(_ provenance: GridCode.Provenance) {
        self.provenance.append(provenance)
        used.insert(provenance.source)
    }
}

/// A mapping whose values say where they come from: `{ value: 50.2 Hz, source: profile, confidence: source }`. A value that
/// is not given is nil; one that is wrong has been reported and is nil as well.
struct SourcedMapping {
    let mapping: MappingField
    let book: SourceBook

    func has(_ name: String) -> Bool { mapping.has(name) }

    /// Where a value stands, for checks that compare several.
    func field(_ name: String) -> Field {
        let field = mapping[name] ?? mapping.field
        guard case .mapping(let entries) = field.value.content,
            let value = entries.first(where: { $0.key == "value" })?.value
        else { return Field(value: field.value, path: mapping.path(of: name), findings: field.findings) }
        return Field(value: value, path: mapping.path(of: name), findings: field.findings)
    }

    /// The value alone, once its source has been checked and noted.
    func value(_ name: String) -> Field? { mapping[name].flatMap { SourcedMapping.value(in: $0, book) } }

    func required(_ name: String, _ example: String) -> Field? {
        mapping.required(name, "\(name): { value: \(example), source: …, confidence: source }")
            .flatMap { SourcedMapping.value(in: $0, book) }
    }

    static func value(in field: Field, _ book: SourceBook) -> Field? {
        guard let mapping = field.mapping(["value", "source", "confidence"]) else { return nil }
        return value(in: mapping, book)
    }

    /// - Parameter mapping: May hold other keys besides.
    static func value(in mapping: MappingField, _ book: SourceBook) -> Field? {
        let value = mapping.required("value", "value: 50.2 Hz")
        let source = mapping.required("source", "source: the name of an entry of “sources”")
        let confidence = mapping.required("confidence", "confidence: source")?.choice(GridCode.Confidence.self)
        guard let value, let source, let name = source.text(), let confidence else { return nil }
        guard book.sources[name] != nil else {
            source.error("“\(name.shortened)” is not among the “sources” of this file")
            return nil
        }
        book.note(
            GridCode.Provenance(path: mapping.path, value: value.written, source: name, confidence: confidence))
        return Field(value: value.value, path: mapping.path, findings: value.findings)
    }

    // MARK: Values by kind

    func flag(_ name: String) -> Bool? { value(name)?.boolean() }
    func interval(_ name: String) -> Interval? { value(name)?.interval(atMost: .minutes(60)) }
    func percent(_ name: String, _ range: ClosedRange<Int>) -> PerUnit? { value(name)?.percent(range) }
    func rate(_ name: String) -> PerUnit? { value(name)?.percentPerMinute() }
    func voltage(_ name: String) -> PerUnit? { value(name)?.shareOfVoltage(book.nominalVoltage) }
    func frequency(_ name: String) -> Frequency? { value(name)?.gridFrequency() }
    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ type: Choice.Type) -> Choice?
    where Choice.RawValue == String { value(name)?.choice(type) }

    func voltageWindow(_ name: String) -> (lower: PerUnit, upper: PerUnit)? {
        value(name)?.window { $0.shareOfVoltage(book.nominalVoltage) }
    }

    func frequencyWindow(_ name: String) -> (lower: Frequency, upper: Frequency)? {
        value(name)?.window { $0.gridFrequency() }
    }

    /// - Parameters:
    ///   - y: In percent.
    func curve(
        _ name: String, x: (Field) -> PerUnit?, y range: ClosedRange<Int>
    ) -> PiecewiseLinear? {
        guard let field = value(name), let items = field.list() else { return nil }
        guard (2...PiecewiseLinear.capacity).contains(items.count) else {
            field.error("expected 2 to \(PiecewiseLinear.capacity) points, found \(items.count)")
            return nil
        }
        var points: [PiecewiseLinear.Point] = []
        for item in items {
            guard let pair = item.list() else { return nil }
            guard pair.count == 2 else {
                item.error("expected a point such as [93 %, 30 %], found \(pair.count) values")
                return nil
            }
            guard let x = x(pair[0]), let y = pair[1].percent(range) else { return nil }
            if let last = points.last, x.millionths <= last.x {
                pair[0].error("points ascend; this one is not beyond the one before")
                return nil
            }
            points.append(PiecewiseLinear.Point(x: x.millionths, y: y.millionths))
        }
        return PiecewiseLinear(points)
    }

    func voltageCurve(_ name: String, y range: ClosedRange<Int> = -100...100) -> PiecewiseLinear? {
        curve(name, x: { $0.shareOfVoltage(book.nominalVoltage) }, y: range)
    }

    func powerCurve(_ name: String, y range: ClosedRange<Int> = -100...100) -> PiecewiseLinear? {
        curve(name, x: { $0.percent(-100...100) }, y: range)
    }
}
