// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

@testable import ChargerDrivers

/// A device with models 704, 705, 706, 711 and 712 of two sets each, four points to a curve, in registers that can be looked at.
final class DERDevice: RegisterLink {
    static let models = [702: 900, 704: 1_000, 705: 1_100, 706: 1_200, 711: 1_300, 712: 1_400]
    /// The first set, the length of a set, the place of its mark of read-only, and the scale factors.
    private static let sets: [(model: Int, first: Int, length: Int, readOnly: Int, factors: [(Int, Int16)])] = [
        (705, 15, 18, 9, [(12, -1), (13, -1), (14, -1)]), (706, 15, 13, 4, [(12, -1), (13, -1), (14, -1)]),
        (711, 14, 10, 9, [(11, -3), (12, -3), (13, -1)]), (712, 14, 12, 3, [(12, -1), (13, -1)]),
    ]

    var registers = [UInt16](repeating: 0, count: 1_500)
    /// Addresses in the order in which they were written.
    var written: [Int] = []
    /// An address that takes no writes.
    var refuses: Int?
    var isReachable = true

    init() {
        for (model, address) in Self.models { registers[address] = UInt16(model) }
        registers[901] = 50
        // 11 kVA, 4.84 kvar injected and 4.4 kvar absorbed, in tens of var.
        registers.replaceSubrange(907..<910, with: [11_000, 484, 440])
        registers[948] = 1
        registers[1_001] = 65
        for (offset, factor) in [(53, Int16(-3)), (57, 0), (58, -1)] {
            registers[1_000 + offset] = UInt16(bitPattern: factor)
        }
        for set in Self.sets {
            let address = Self.models[set.model] ?? 0
            registers[address + 1] = UInt16(set.first + 2 * set.length - 2)
            registers[address + 4] = 1
            registers[address + 5] = set.model == 711 ? 2 : 4
            if set.model != 711 { registers[address + 6] = 2 }
            for (offset, factor) in set.factors { registers[address + offset] = UInt16(bitPattern: factor) }
            registers[address + set.first + set.readOnly] = 1
        }
    }

    func words(_ model: Int, _ offsets: Range<Int>) -> [UInt16] {
        let address = Self.models[model] ?? 0
        return Array(registers[address + offsets.lowerBound..<address + offsets.upperBound])
    }

    func word(_ model: Int, _ offset: Int) -> UInt16 { registers[(Self.models[model] ?? 0) + offset] }

    // MARK: The wire

    func read(_ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8) throws(LinkFault) -> [UInt16] {
        guard isReachable else { throw .connectionLost("cut") }
        guard Int(address) + count <= registers.count else { throw .exception(2) }
        return Array(registers[Int(address)..<Int(address) + count])
    }

    func write(
        _ values: [UInt16], to address: UInt16, unit: UInt8, using function: WriteFunction
    ) throws(LinkFault) {
        guard isReachable else { throw .connectionLost("cut") }
        let start = Int(address)
        guard start + values.count <= registers.count else { throw .exception(2) }
        if let refuses, (start..<start + values.count).contains(refuses) { throw .exception(3) }
        written.append(start)
        registers.replaceSubrange(start..<start + values.count, with: values)
        for set in Self.sets where start == (Self.models[set.model] ?? 0) + 3 {
            adopt(set.first, set.length, set.readOnly, start - 3)
        }
    }

    private func adopt(_ first: Int, _ length: Int, _ readOnly: Int, _ address: Int) {
        for offset in 0..<length where offset != readOnly {
            registers[address + first + offset] = registers[address + first + length + offset]
        }
    }

    func readBits(_ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8) throws(LinkFault) -> [Bool] {
        throw .exception(1)
    }

    func writeCoil(_ value: Bool, at address: UInt16, unit: UInt8) throws(LinkFault) { throw .exception(1) }
}

/// A device and what gives it settings, in a time of its own.
struct DERBench {
    let device = DERDevice()
    let session: ModbusSession
    var settings: DeviceDERSettings
    var now = Instant(nanoseconds: 1_000_000_000_000)
    var events: [DeviceEvent] = []

    init(
        _ allowed: Set<DERFunction> = Set(DERFunction.allCases), former: FormerSettings = [:], dailyBudget: Int = 20,
        _ change: (DERDevice) -> Void = { _ in }
    ) throws {
        change(device)
        let profile = FirmwareProfile(
            id: "test/der", title: "DER", kind: .charger, revision: 1, wireProtocol: .modbus,
            transport: Transport(kinds: [.tcp], maximumRead: 40),
            location: .sunspec(bases: [40_000], models: DERDevice.models.keys.map { SunSpecModel(id: $0, length: 1) }),
            points: [],
            timing: Timing(poll: .seconds(1), slowPoll: .seconds(1), refresh: .zero, maximumAge: .seconds(5)))
        session = ModbusSession(profile: profile, unit: 1, connector: nil, link: device)
        let options = ChargerOptions(derFunctions: allowed, formerSettings: former)
        struct NothingToSet: Error {}
        guard let settings = DeviceDERSettings(options, profile, dailyBudget: dailyBudget) else { throw NothingToSet() }
        self.settings = settings
        connect()
    }

    mutating func connect() {
        session.found(DERDevice.models)
        settings.connected(session)
        run()
    }

    mutating func give(_ change: (inout DERSettings) -> Void) {
        var wanted = DERSettings()
        change(&wanted)
        settings.give(wanted)
        run()
    }

    /// Everything that is due soon.
    mutating func run() { run(for: .seconds(3)) }

    mutating func run(for length: Interval) {
        let end = now + length
        for _ in 0..<2_000 {
            guard let due = settings.nextAt, due <= end else { break }
            now = max(now + .milliseconds(1), due)
            do { events += try settings.advance(session, at: now) } catch { return settings.disconnected() }
        }
        now = max(now, end)
    }

    var report: DERReport { settings.report }
}
