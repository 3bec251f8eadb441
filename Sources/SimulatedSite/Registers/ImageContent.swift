// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What each point of an image shows: the device's live values, what was written, or the profile's example.
struct ImageContent: Sendable {
    let profile: FirmwareProfile
    let scaling: PointScaling
    let layout: RegisterLayout

    init(profile: FirmwareProfile) {
        self.profile = profile
        scaling = PointScaling(profile: profile)
        layout = RegisterLayout(profile: profile)
    }

    /// The registers before anything was written.
    var initialRegisters: StoredRegisters {
        var registers = StoredRegisters(layout: layout)
        for place in layout.places where layout.point(place).isWritable {
            let point = layout.point(place)
            store(example(of: point) ?? scaling.words(0, of: point), at: place, in: &registers)
        }
        return registers
    }

    func store(_ words: [UInt16], at place: RegisterLayout.Place, in registers: inout StoredRegisters) {
        for (offset, word) in words.enumerated() {
            registers.words[.init(table: place.key.table, address: place.key.address + offset)] = word
        }
    }

    func stored(_ place: RegisterLayout.Place, in registers: StoredRegisters) -> [UInt16]? {
        var words: [UInt16] = []
        for offset in 0..<layout.point(place).encoding.registers {
            let key = RegisterLayout.Key(table: place.key.table, address: place.key.address + offset)
            guard let word = registers.words[key] else { return nil }
            words.append(word)
        }
        return words
    }

    func words(at place: RegisterLayout.Place, of view: DeviceView, in registers: StoredRegisters) -> [UInt16] {
        let point = layout.point(place)
        if point.isWritable || profile.location.isSunSpec, let words = stored(place, in: registers) { return words }
        let zero = [UInt16](repeating: 0, count: point.encoding.registers)
        if case .absent = view, place.connector != nil { return zero }
        if let condition = point.validWhen, !holds(condition, beside: place, of: view, in: registers) {
            return point.invalid.isEmpty ? zero : scaling.missing(point)
        }
        return live(point, of: view) ?? interlock(point, of: view) ?? example(of: point) ?? zero
    }

    private func live(_ point: Point, of view: DeviceView) -> [UInt16]? {
        guard let role = point.role else { return nil }
        switch role {
        case .vendor, .model, .serialNumber, .firmware: return example(of: point) ?? identity(role, in: point)
        case .state:
            guard case .charger(let charger, _) = view else { return nil }
            let raw = charger.reading.state.raw(in: point.states)
            return raw.map { scaling.words(Double($0), of: point) }
        case .power, .powerL1, .powerL2, .powerL3, .currentL1, .currentL2, .currentL3, .setpoint:
            return view.value(for: role).map { words(signed: $0, of: point) }
        case .faults, .frequency, .voltageL1, .voltageL2, .voltageL3, .energyImport, .energyExport, .stateOfCharge,
            .offeredCharge, .offeredDischarge:
            return view.value(for: role).map { scaling.words($0 / point.unitSize, of: point) }
        }
    }

    /// A value with a direction: flipped where the device counts the other way, a magnitude where it has no sign.
    private func words(signed value: Double, of point: Point) -> [UInt16] {
        let flipped = (point.isFlipped ? -value : value) / point.unitSize
        return scaling.words(point.isSigned ? flipped : abs(flipped), of: point)
    }

    private func identity(_ role: Role, in point: Point) -> [UInt16] {
        if let expected = probed(point) { return expected }
        guard case .text(let registers) = point.encoding else { return scaling.words(1, of: point) }
        let vendor = profile.id.split(separator: "/").first.map(String.init) ?? profile.id
        let text =
            switch role {
            case .vendor: vendor
            case .model: profile.title
            case .serialNumber: "SIM-0001"
            default: "1.0"
            }
        return RegisterWords.words(text, registers: registers)
    }

    /// Ratings, and what the profile wants to see before it discharges: true while the car can.
    private func interlock(_ point: Point, of view: DeviceView) -> [UInt16]? {
        guard case .charger(let charger, _) = view, let rules = profile.charger else { return nil }
        if point.name == rules.chargeRatingPoint {
            return scaling.words(charger.hardware.ratings.power.upper.inUnits / point.unitSize, of: point)
        }
        if point.name == rules.dischargeRatingPoint {
            return scaling.words(charger.hardware.ratings.power.lower.magnitude.inUnits / point.unitSize, of: point)
        }
        guard let condition = rules.dischargeWhen.first(where: { $0.point == point.name }) else { return nil }
        let mayDischarge = charger.vehicle?.canDischarge ?? false
        return scaling.words(condition.value(where: mayDischarge), of: point)
    }

    private func example(of point: Point) -> [UInt16]? {
        switch (point.example, point.encoding) {
        case (.text(let text), .text(let registers)): RegisterWords.words(text, registers: registers)
        case (.number(let number), _): scaling.words(number, of: point)
        case (.text, _), (nil, _): probed(point)
        }
    }

    /// What the profile's own probe expects of the point.
    private func probed(_ point: Point) -> [UInt16]? {
        for probe in profile.probes where probe.point == point.name {
            switch (probe.expectation, point.encoding) {
            case (.contains(let text), .text(let registers)):
                return RegisterWords.words(text, registers: registers)
            case (.oneOf(let values), _): return values.first.map { scaling.words(Double($0), of: point) }
            case (.between(let low, let high), _): return scaling.words((low + high) / 2, of: point)
            case (.contains, _), (.readable, _): continue
            }
        }
        return nil
    }

    private func holds(
        _ condition: Condition, beside place: RegisterLayout.Place, of view: DeviceView, in registers: StoredRegisters
    ) -> Bool {
        guard let other = layout.place(named: condition.point, connector: place.connector), other != place else {
            return true
        }
        let words = words(at: other, of: view, in: registers)
        return condition.holds(for: scaling.value(words, of: layout.point(other)))
    }
}

extension Location {
    var isSunSpec: Bool {
        switch self {
        case .sunspec: true
        case .absolute, .blocks: false
        }
    }
}

extension Condition {
    func holds(for value: Double) -> Bool {
        switch test {
        case .oneOf(let values): values.contains { Double($0) == value }
        case .noneOf(let values): !values.contains { Double($0) == value }
        case .above(let bound): value > bound
        case .below(let bound): value < bound
        }
    }

    /// A value for which the condition holds, or one for which it does not.
    func value(where holds: Bool) -> Double {
        switch test {
        case .oneOf(let values): holds ? Double(values.first ?? 0) : Self.other(than: values)
        case .noneOf(let values): holds ? Self.other(than: values) : Double(values.first ?? 0)
        case .above(let bound): holds ? bound + 1_000 : min(bound, 0)
        case .below(let bound): holds ? bound - 1 : bound
        }
    }

    private static func other(than values: [Int64]) -> Double {
        Double((0...Int64(values.count)).first { !values.contains($0) } ?? 0)
    }
}
