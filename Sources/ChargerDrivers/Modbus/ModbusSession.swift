// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What one connection to a Modbus device knows: where its points are, what they held last, when it was spoken to.
final class ModbusSession {
    struct Entry: Equatable {
        var value: PointValue
        var at: Instant
    }

    let profile: FirmwareProfile
    let unit: UInt8
    /// The configured connector of a device with several; nil takes the first that is fitted.
    let connector: Int?
    private let link: any RegisterLink

    /// Points by name at the addresses of this device; empty until they are located.
    private(set) var placed: [String: PlacedPoint] = [:]
    /// Model ID → address of its ID register, of a SunSpec device.
    private(set) var models: [Int: Int] = [:]
    private(set) var image: [String: Entry] = [:]
    private(set) var lastExchange = Instant.distantPast
    private(set) var lastWrite = Instant.distantPast

    init(profile: FirmwareProfile, unit: UInt8, connector: Int?, link: any RegisterLink) {
        self.profile = profile
        self.unit = unit
        self.connector = connector
        self.link = link
    }

    var readAllowedAt: Instant { lastExchange + profile.transport.minimumReadGap }
    var writeAllowedAt: Instant { max(readAllowedAt, lastWrite + profile.transport.minimumWriteGap) }

    func forget() {
        placed = [:]
        models = [:]
        image = [:]
    }

    func found(_ models: [Int: Int]) { self.models = models }

    func place(_ points: [String: PlacedPoint]) { placed = points }

    func value(_ name: String) -> PointValue? { image[name]?.value }

    /// The value of the first point with the role, where it counts now.
    func value(for role: Role) -> (point: Point, value: PointValue)? {
        guard let point = profile.point(for: role), let entry = image[point.name] else { return nil }
        if let condition = point.validWhen, !condition.holds(for: value(condition.point)) { return nil }
        return (point, entry.value)
    }

    func plan(reading names: [String]) -> [RegisterPlan.Block] {
        let points = names.compactMap { placed[$0] }
        return RegisterPlan(reading: points, known: placed, transport: profile.transport).blocks
    }

    func plan(polling: Point.Polling) -> [RegisterPlan.Block] {
        plan(reading: profile.points.filter { $0.polling == polling }.map(\.name))
    }

    // MARK: One exchange

    func read(_ block: RegisterPlan.Block, at now: Instant) throws(LinkFault) {
        let registers: [UInt16]
        switch block.table {
        case .coil, .discrete:
            lastExchange = now
            registers = try link.readBits(block.table, at: block.address, count: block.count, unit: unit)
                .map { $0 ? 1 : 0 }
            try checkLength(registers.count, of: block.count)
        case .input, .holding:
            registers = try read(block.table, at: block.address, count: block.count, now: now)
        }
        for placed in block.points.sorted(by: Self.factorsFirst) {
            let start = placed.address - Int(block.address)
            guard start >= 0, start + placed.point.encoding.registers <= registers.count else { continue }
            let own = Array(registers[start..<start + placed.point.encoding.registers])
            let value = placed.point.decode(own, scaleFactor: scaleFactor(of: placed.point))
            image[placed.point.name] = Entry(value: value, at: now)
        }
    }

    func read(_ table: RegisterTable, at address: UInt16, count: Int, now: Instant) throws(LinkFault) -> [UInt16] {
        lastExchange = now
        let registers = try link.read(table, at: address, count: count, unit: unit)
        try checkLength(registers.count, of: count)
        return registers
    }

    /// Remembers that the device refuses the block, so that what needs it knows.
    func note(refused block: RegisterPlan.Block, code: UInt8, at now: Instant) {
        for placed in block.points { image[placed.point.name] = Entry(value: .absent(.refused(code)), at: now) }
    }

    func write(_ registers: [UInt16], to placed: PlacedPoint, at now: Instant) throws(LinkFault) {
        lastExchange = now
        lastWrite = now
        let address = UInt16(clamping: placed.address)
        switch placed.point.table {
        case .coil, .discrete: try link.writeCoil(registers.first ?? 0 != 0, at: address, unit: unit)
        case .input, .holding:
            let function = registers.count == 1 ? placed.point.writeFunction : .multiple
            try link.write(registers, to: address, unit: unit, using: function)
        }
        // What the point holds now is known again after the next read only.
        image[placed.point.name] = nil
    }

    func write(_ registers: [UInt16], to address: UInt16, at now: Instant) throws(LinkFault) {
        lastExchange = now
        lastWrite = now
        try link.write(registers, to: address, unit: unit, using: .multiple)
    }

    func scaleFactor(of point: Point) -> Int64? { point.scaleFactor.flatMap { value($0)?.raw } }

    private func checkLength(_ found: Int, of expected: Int) throws(LinkFault) {
        guard found < expected else { return }
        throw .malformed(
            "connected, but \(found) of \(expected) registers came back; "
                + "the interface may be switched off or changed by an update")
    }

    private static func factorsFirst(_ one: PlacedPoint, _ other: PlacedPoint) -> Bool {
        one.point.scaleFactor == nil && other.point.scaleFactor != nil
    }
}
