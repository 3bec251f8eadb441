// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A point together with the place it was read from.
struct PlacedPoint {
    let point: Point
    /// False when the address could not be read; the point then overlaps nothing.
    let hasAddress: Bool
    let mapping: MappingField
}

/// Reads the `points` of a profile. References between points are checked by `ProfileConsistency` once all are known.
struct PointReader {
    static let keys = [
        "role", "table", "address", "per_connector", "model", "type", "registers", "order", "scale", "offset",
        "scale_factor", "unit", "sign", "mask", "shift", "invalid", "valid_when", "plausible", "states", "labels",
        "polling", "read_alone", "writable", "write", "persistent", "example",
    ]
    static let defaultKeys = ["table", "order", "write", "polling", "per_connector"]

    private var table = RegisterTable.holding
    private var order = Point.WordOrder.bigEndian
    private var writeFunction = WriteFunction.multiple
    private var polling = Point.Polling.fast
    private var isPerConnector = false

    init(defaults: Field?) {
        guard let mapping = defaults?.mapping(Self.defaultKeys) else { return }
        table = mapping["table"]?.choice(RegisterTable.self) ?? table
        order = mapping["order"]?.choice(Point.WordOrder.self) ?? order
        writeFunction = mapping["write"]?.choice(WriteFunction.self) ?? writeFunction
        polling = mapping["polling"]?.choice(Point.Polling.self) ?? polling
        isPerConnector = mapping["per_connector"]?.boolean() ?? isPerConnector
    }

    func points(_ field: Field) -> [PlacedPoint] {
        (field.entries() ?? []).compactMap { key, name, value in
            guard Self.isName(name) else {
                key.error("“\(name.shortened)” is not a name; allowed are letters, digits, “_”, “.” and “-”")
                return nil
            }
            return point(name, value)
        }
    }

    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || $0.properties.numericType != nil
                        || "_.-".unicodeScalars.contains($0))
            }
    }

    private func point(_ name: String, _ field: Field) -> PlacedPoint? {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let address = mapping.required("address", "address: 40")?.int(0...65_535, "an address")
        guard let type = mapping.required("type", "type: i16"), let encoding = encoding(type, mapping) else {
            return nil
        }
        var point = Point(name: name, address: address ?? 0, encoding: encoding)
        readPlace(mapping, into: &point)
        readMeaning(mapping, into: &point)
        readDoubts(mapping, into: &point)
        readHandling(mapping, into: &point)
        point.example = mapping["example"].flatMap { example($0, encoding) }
        return PlacedPoint(point: point, hasAddress: address != nil, mapping: mapping)
    }

    private func encoding(_ type: Field, _ mapping: MappingField) -> Point.Encoding? {
        guard let name = type.choice(EncodingName.self) else { return nil }
        guard name == .text else {
            mapping["registers"]?.error("“registers” is for the type text; \(name.rawValue) has a fixed length")
            return name.encoding(registers: 0)
        }
        guard let registers = mapping.required("registers", "registers: 8")?.int(1...125, "a number of registers")
        else {
            return nil
        }
        return .text(registers: registers)
    }

    private func readPlace(_ mapping: MappingField, into point: inout Point) {
        point.role = mapping["role"]?.choice(Role.self)
        point.table = mapping["table"]?.choice(RegisterTable.self) ?? table
        point.isPerConnector = mapping["per_connector"]?.boolean() ?? isPerConnector
        point.sunspecModel = mapping["model"]?.int(1...65_534, "a SunSpec model")
        point.order = mapping["order"]?.choice(Point.WordOrder.self) ?? order
    }

    private func readMeaning(_ mapping: MappingField, into point: inout Point) {
        point.scale = mapping["scale"]?.number() ?? 1
        if point.scale == 0 { mapping["scale"]?.error("a scale of 0 makes every value 0") }
        point.offset = mapping["offset"]?.number() ?? 0
        point.scaleFactor = mapping["scale_factor"]?.text()
        point.unit = mapping["unit"]?.choice(Point.Unit.self) ?? .none
        point.sign = mapping["sign"]?.choice(Point.Sign.self) ?? .chargePositive
        point.mask = mapping["mask"]?.bits()
        point.shift = mapping["shift"]?.int(0...63, "a number of bits") ?? 0
        point.states = mapping["states"].map(states) ?? [:]
        point.labels = mapping["labels"].map(labels) ?? [:]
    }

    private func readDoubts(_ mapping: MappingField, into point: inout Point) {
        point.invalid = mapping["invalid"]?.list()?.compactMap { $0.bits() } ?? []
        point.validWhen = mapping["valid_when"].flatMap(StepReader.condition)
        point.plausible = mapping["plausible"].flatMap(StepReader.range)
    }

    private func readHandling(_ mapping: MappingField, into point: inout Point) {
        point.polling = mapping["polling"]?.choice(Point.Polling.self) ?? polling
        point.readAlone = mapping["read_alone"]?.boolean() ?? false
        point.isWritable = mapping["writable"]?.boolean() ?? false
        point.writeFunction = mapping["write"]?.choice(WriteFunction.self) ?? writeFunction
        point.isPersistent = mapping["persistent"]?.boolean() ?? false
    }

    private func states(_ field: Field) -> [Int64: ConnectorState] {
        let names = ConnectorState.allCases.map { "\($0)" }
        return byRawValue(field) { value in
            let name = value.scalar ?? ""
            if let state = ConnectorState.allCases.first(where: { "\($0)" == name }) { return state }
            value.error(
                "expected one of \(names.listed), found \(value.value.kind)\(Field.suggestion(for: name, among: names))"
            )
            return nil
        }
    }

    private func labels(_ field: Field) -> [Int64: String] { byRawValue(field) { $0.text() } }

    private func byRawValue<Value>(_ field: Field, _ read: (Field) -> Value?) -> [Int64: Value] {
        var values: [Int64: Value] = [:]
        for (key, name, value) in field.entries() ?? [] {
            guard let raw = Field.integer(name) else {
                key.error("expected a raw value such as 3, found “\(name.shortened)”")
                continue
            }
            if values[raw] != nil { key.error("the raw value \(raw) is given twice") }
            values[raw] = read(value)
        }
        return values
    }

    private func example(_ field: Field, _ encoding: Point.Encoding) -> Point.Example? {
        guard case .text(let registers) = encoding else { return field.number().map(Point.Example.number) }
        guard let scalar = field.scalar else { return nil }
        guard scalar.utf8.count <= registers * 2 else {
            field.error("“\(scalar.shortened)” is longer than the \(registers * 2) bytes of \(registers) registers")
            return nil
        }
        return .text(scalar)
    }
}

/// How a profile names an encoding.
private enum EncodingName: String, CaseIterable {
    case u16, i16, u32, i32, u64, i64, f32, f64, bool, text

    func encoding(registers: Int) -> Point.Encoding {
        switch self {
        case .u16: .u16
        case .i16: .i16
        case .u32: .u32
        case .i32: .i32
        case .u64: .u64
        case .i64: .i64
        case .f32: .f32
        case .f64: .f64
        case .bool: .bool
        case .text: .text(registers: registers)
        }
    }
}
