// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Checks what a profile says in one place against what it says in another.
struct ProfileConsistency {
    let profile: FirmwareProfile
    let mapping: MappingField
    let points: [PlacedPoint]
    let probes: [(Probe, Field)]
    let charger: PlacedCharger?

    func check() {
        checkProtocol()
        checkRoles()
        for point in points { check(point) }
        checkOverlaps()
        for (probe, field) in probes { _ = named(probe.point, at: field["point"] ?? field) }
        if case .blocks(_, _, _, let scan?) = profile.location, let field = mapping["location"] {
            _ = named(scan, at: field)
        }
        if let charger { CommandConsistency(profile: profile, charger: charger, named: named).check() }
    }

    /// The point a reference names, or an error there.
    func named(_ name: String, at field: Field) -> Point? {
        if let point = profile.point(named: name) { return point }
        let suggestion = Field.suggestion(for: name, among: profile.points.map(\.name))
        field.error("no point is called “\(name.shortened)”\(suggestion)")
        return nil
    }

    private func checkProtocol() {
        switch profile.wireProtocol {
        case .modbus:
            if points.isEmpty { mapping.field.error("“points” is missing; a Modbus device needs at least one") }
            if profile.transport.kinds.contains(.serial) {
                mapping["transport"]?.error("the kind serial is for protocols of their own; Modbus has tcp and rtu")
            }
        case .rapi, .dsmrP1:
            let name = profile.wireProtocol.rawValue
            mapping["points"]?.error("the protocol \(name) has no registers, so no points")
            if profile.transport.kinds != [.serial] {
                mapping["transport"]?.error("the protocol \(name) is spoken on the transport kind serial only")
            }
            if profile.transport.serial == nil {
                mapping["transport"]?.error("“serial” is missing; write for example `serial: { baud: 115200 }`")
            }
            let kind: FirmwareProfile.Kind = profile.wireProtocol == .rapi ? .charger : .meter
            if profile.kind != kind { mapping["kind"]?.error("the protocol \(name) is spoken by a \(kind.rawValue)") }
        }
    }

    private func checkRoles() {
        var taken: [Role: PlacedPoint] = [:]
        for placed in points {
            guard let role = placed.point.role else { continue }
            if let first = taken[role] {
                placed.mapping["role"]?.error(
                    "the role \(role.rawValue) is taken by “\(first.point.name)” at line \(first.mapping.position.line)"
                )
            } else {
                taken[role] = placed
            }
        }
        guard profile.wireProtocol == .modbus else { return }
        switch profile.kind {
        case .charger where taken[.state] == nil && taken[.power] == nil:
            mapping.field.error("a charger needs a point with the role state or power; none has one")
        case .meter where taken[.power] == nil:
            mapping.field.error("a meter needs a point with the role power; none has it")
        case .charger, .meter: break
        }
        if case .meter = profile.kind {
            for role in [Role.state, .stateOfCharge, .setpoint, .offeredCharge, .offeredDischarge] {
                taken[role]?.mapping["role"]?.error("the role \(role.rawValue) is for chargers")
            }
        }
    }

    private func check(_ placed: PlacedPoint) {
        let point = placed.point
        let mapping = placed.mapping
        checkPlace(point, mapping)
        if let name = point.scaleFactor, let field = mapping["scale_factor"], let factor = named(name, at: field) {
            if factor.encoding != .i16 { field.error("“\(name)” is not an i16, so not a power of ten") }
            if factor.sunspecModel != point.sunspecModel { field.error("“\(name)” is in another SunSpec model") }
        }
        if let condition = point.validWhen, let field = mapping["valid_when"] { _ = named(condition.point, at: field) }
        if point.role == .state, point.states.isEmpty {
            mapping.field.error("“states” is missing; write for example `states: { 0: available, 1: charging }`")
        }
        if point.role != .state { mapping["states"]?.error("“states” belongs to the point with the role state") }
        let isBit = point.table == .coil || point.table == .discrete
        if isBit != (point.encoding == .bool) {
            mapping.field.error("the type bool and the tables coil and discrete belong together")
        }
        if point.isWritable, point.table == .input || point.table == .discrete {
            mapping["writable"]?.error("the table \(point.table.rawValue) cannot be written")
        }
        if case .number(let value) = point.example, let field = mapping["example"] { checkFits(value, point, field) }
        checkUnit(point, mapping)
    }

    private func checkPlace(_ point: Point, _ mapping: MappingField) {
        let field = mapping["address"] ?? mapping.field
        let registers = point.encoding.registers
        let end = point.address + registers
        if registers > profile.transport.maximumRead {
            mapping.field.error(
                "\(registers) registers are more than one read may bring (\(profile.transport.maximumRead))")
        }
        switch profile.location {
        case .absolute:
            if end > 65_536 { field.error("the point ends beyond address 65535") }
        case .blocks(let stride, _, _, _):
            if end > (point.isPerConnector ? stride : 65_536) {
                field.error(
                    "the point ends beyond \(point.isPerConnector ? "its block of \(stride)" : "address 65535")")
            }
        case .sunspec(_, let models):
            guard let id = point.sunspecModel else { return }
            guard let model = models.first(where: { $0.id == id }) else {
                mapping["model"]?.error("model \(id) is not among the models of “location”")
                return
            }
            if end > model.length + 2 { field.error("the point ends beyond model \(id) of length \(model.length)") }
        }
        if point.sunspecModel != nil, !isSunSpec { mapping["model"]?.error("“model” belongs to the location sunspec") }
        if point.isPerConnector, !isBlocks {
            mapping["per_connector"]?.error("“per_connector” belongs to the location blocks")
        }
    }

    private var isSunSpec: Bool { if case .sunspec = profile.location { true } else { false } }
    private var isBlocks: Bool { if case .blocks = profile.location { true } else { false } }

    /// The units that a role's quantity may have.
    private func checkUnit(_ point: Point, _ mapping: MappingField) {
        guard let role = point.role else { return }
        let allowed: [Point.Unit]
        switch role {
        case .vendor, .model, .serialNumber, .firmware, .state, .faults: return
        case .power, .powerL1, .powerL2, .powerL3: allowed = [.watt, .kilowatt]
        case .offeredCharge, .offeredDischarge, .setpoint: allowed = [.watt, .kilowatt, .ampere]
        case .currentL1, .currentL2, .currentL3: allowed = [.ampere]
        case .voltageL1, .voltageL2, .voltageL3: allowed = [.volt]
        case .energyImport, .energyExport: allowed = [.wattHour, .kilowattHour]
        case .frequency: allowed = [.hertz]
        case .stateOfCharge: allowed = [.percent]
        }
        guard !allowed.contains(point.unit) else { return }
        let found = point.unit == .none ? "none" : "“\(point.unit.rawValue)”"
        (mapping["unit"] ?? mapping.field).error(
            "the role \(role.rawValue) has the unit \(allowed.map(\.rawValue).joined(separator: " or ")), found \(found)"
        )
    }

    /// Whether a number, in the point's unit, can be held by its registers.
    func checkFits(_ value: Double, _ point: Point, _ field: Field) {
        guard let range = point.encoding.integerRange, point.scale != 0 else { return }
        var factor = point.scale
        if let name = point.scaleFactor {
            guard case .number(let power) = profile.point(named: name)?.example, abs(power) <= 10 else { return }
            for _ in 0..<Int(abs(power)) { factor = power < 0 ? factor / 10 : factor * 10 }
        }
        let raw = ((value - point.offset) / factor).rounded()
        if !range.contains(raw) {
            field.error("\(value) \(point.unit.rawValue) does not fit into the registers of “\(point.name)”")
        }
    }

    private func checkOverlaps() {
        struct Space: Hashable {
            let table: RegisterTable
            let isPerConnector: Bool
            let model: Int?
        }
        let spaces = Dictionary(grouping: points.filter(\.hasAddress)) {
            Space(table: $0.point.table, isPerConnector: $0.point.isPerConnector, model: $0.point.sunspecModel)
        }
        for placed in spaces.values {
            var last: PlacedPoint?
            for next in placed.sorted(by: { $0.point.address < $1.point.address }) {
                if let last, overlaps(last.point, next.point) {
                    (next.mapping["address"] ?? next.mapping.field).error(
                        "overlaps “\(last.point.name)” at line \(last.mapping.position.line) with another type")
                }
                if last.map({ end(of: $0.point) <= end(of: next.point) }) ?? true { last = next }
            }
        }
    }

    private func end(of point: Point) -> Int { point.address + point.encoding.registers }

    private func overlaps(_ first: Point, _ second: Point) -> Bool {
        guard second.address < end(of: first) else { return false }
        return first.address != second.address || first.encoding != second.encoding || first.order != second.order
    }
}

extension Point.Encoding {
    /// What an integer of this encoding can hold; nil for the others.
    var integerRange: ClosedRange<Double>? {
        switch self {
        case .u16: 0...65_535
        case .i16: -32_768...32_767
        case .u32: 0...4_294_967_295
        case .i32: -2_147_483_648...2_147_483_647
        case .bool: 0...1
        case .u64: 0...18_446_744_073_709_549_568
        case .i64: -9_223_372_036_854_775_808...9_223_372_036_854_774_784
        case .f32, .f64, .text: nil
        }
    }
}

extension Field {
    /// A key of this field where it is a mapping, for pointing at it after it was read.
    subscript(key: String) -> Field? {
        guard case .mapping(let entries) = value.content, let entry = entries.first(where: { $0.key == key }) else {
            return nil
        }
        return Field(value: entry.value, path: path.isEmpty ? key : "\(path).\(key)", findings: findings)
    }
}
