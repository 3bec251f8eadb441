// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Finds where a device's points are, reads who it is and checks the profile's probes: one read per step, no writes.
struct Identification {
    private enum Phase {
        case locating
        case scanning(connector: Int)
        case discovering(SunSpecDiscovery)
        case reading([RegisterPlan.Block])
        case done
    }
    private var phase = Phase.locating

    /// - Returns: The identity once every probe has passed, before that nil.
    mutating func step(_ session: ModbusSession, at now: Instant) throws(DeviceFault) -> DeviceIdentity? {
        switch phase {
        case .locating: try locate(session, at: now)
        case .scanning(let connector): try scan(connector, session, at: now)
        case .discovering(let discovery): try discover(discovery, session, at: now)
        case .reading(let blocks): return try read(blocks, session, at: now)
        case .done: return Self.identity(session)
        }
        return nil
    }

    // MARK: Where the points are

    private mutating func locate(_ session: ModbusSession, at now: Instant) throws(DeviceFault) {
        switch session.profile.location {
        case .absolute: try placePoints(session) { $0.address }
        case .blocks(let stride, let first, let last, let scanPoint):
            let connector = session.connector ?? first
            guard session.connector == nil, scanPoint != nil, first <= last else {
                return try placeConnector(connector, stride: stride, session)
            }
            try scan(first, session, at: now)
        case .sunspec(let bases, _): try discover(SunSpecDiscovery(bases: bases), session, at: now)
        }
    }

    private mutating func placeConnector(
        _ connector: Int, stride: Int, _ session: ModbusSession
    ) throws(DeviceFault) {
        let (base, overflowed) = connector.multipliedReportingOverflow(by: stride)
        guard !overflowed, (0...0xFFFF).contains(base) else {
            throw .wrongDevice(found: "no connector \(connector)", expected: session.profile.title)
        }
        try placePoints(session) { $0.isPerConnector ? base + $0.address : $0.address }
    }

    private mutating func scan(_ connector: Int, _ session: ModbusSession, at now: Instant) throws(DeviceFault) {
        guard case .blocks(let stride, _, let last, let name) = session.profile.location,
            let name, let point = session.profile.point(named: name)
        else {
            phase = .locating
            return
        }
        guard connector <= last else {
            phase = .locating
            throw .unexpectedValue(
                point: name, value: "0 at every connector", allowed: "another value where a plug is fitted; it may boot"
            )
        }
        let (base, overflowed) = connector.multipliedReportingOverflow(by: stride)
        guard !overflowed, (0...0xFFFF).contains(base), let placed = PlacedPoint(point, at: base + point.address) else {
            phase = .scanning(connector: connector + 1)
            return
        }
        phase = .scanning(connector: connector + 1)
        switch Self.attempt({ () throws(LinkFault) in
            try session.read(
                point.table, at: UInt16(clamping: placed.address), count: point.encoding.registers, now: now)
        }) {
        case .success(let registers):
            if let number = point.decode(registers).number, number != 0 {
                try placeConnector(connector, stride: stride, session)
            }
        case .failure(.exception): break
        case .failure(let fault):
            phase = .locating
            throw .link(fault)
        }
    }

    private mutating func discover(
        _ discovery: SunSpecDiscovery, _ session: ModbusSession, at now: Instant
    ) throws(DeviceFault) {
        var discovery = discovery
        if let address = discovery.nextAddress {
            switch Self.attempt({ () throws(LinkFault) in try session.read(.holding, at: address, count: 2, now: now) })
            {
            case .success(let registers): discovery.take(registers)
            case .failure(.exception): discovery.takeRefusal()
            case .failure(let fault):
                phase = .locating
                throw .link(fault)
            }
        }
        switch discovery.phase {
        case .seekingMarker, .walking: phase = .discovering(discovery)
        case .found(let models):
            session.found(models)
            try placePoints(session) { point in
                point.sunspecModel.map { models[$0].map { $0 + point.address } ?? -1 } ?? point.address
            }
        case .failed(let why):
            phase = .locating
            throw .wrongDevice(found: why, expected: "a SunSpec device with the models of \(session.profile.title)")
        }
    }

    private mutating func placePoints(
        _ session: ModbusSession, address: (Point) -> Int
    ) throws(DeviceFault) {
        var placed: [String: PlacedPoint] = [:]
        for point in session.profile.points { placed[point.name] = PlacedPoint(point, at: address(point)) }
        let needed =
            session.profile.probes.map(\.point) + [session.profile.point(for: .setpoint)?.name].compactMap(\.self)
        if let missing = needed.first(where: { placed[$0] == nil }) {
            phase = .locating
            throw .wrongDevice(found: "no “\(missing)” in its registers", expected: session.profile.title)
        }
        session.place(placed)
        phase = .reading(Self.blocks(session))
    }

    // MARK: Who it is

    private static let identityRoles: [Role] = [.vendor, .model, .serialNumber, .firmware]

    /// Points whose mere existence is probed are read by themselves, so that their absence hides no other.
    private static func blocks(_ session: ModbusSession) -> [RegisterPlan.Block] {
        let profile = session.profile
        let probed = Set(profile.probes.filter { $0.expectation == .readable }.map(\.point))
        var names = profile.points.filter { $0.polling == .once }.map(\.name) + profile.probes.map(\.point)
        names += identityRoles.compactMap { profile.point(for: $0)?.name }
        names += [profile.charger?.chargeRatingPoint, profile.charger?.dischargeRatingPoint].compactMap(\.self)
        let others = Set(names).subtracting(probed).sorted()
        return session.plan(reading: others) + probed.sorted().flatMap { session.plan(reading: [$0]) }
    }

    private mutating func read(
        _ blocks: [RegisterPlan.Block], _ session: ModbusSession, at now: Instant
    ) throws(DeviceFault) -> DeviceIdentity? {
        if let block = blocks.first {
            switch Self.attempt({ () throws(LinkFault) in try session.read(block, at: now) }) {
            case .success: break
            case .failure(.exception(let code)): session.note(refused: block, code: code, at: now)
            case .failure(let fault): throw .link(fault)
            }
        }
        phase = .reading(Array(blocks.dropFirst()))
        guard blocks.count <= 1 else { return nil }
        phase = .locating
        for probe in session.profile.probes { try Self.check(probe, session) }
        phase = .done
        return Self.identity(session)
    }

    private static func check(_ probe: Probe, _ session: ModbusSession) throws(DeviceFault) {
        let value = session.value(probe.point)
        let (passes, expected): (Bool, String) =
            switch probe.expectation {
            case .readable:
                switch value {
                case nil, .absent(.refused), .absent(.tooShort): (false, "a readable “\(probe.point)”")
                case .number, .text, .absent: (true, "")
                }
            case .contains(let part):
                (
                    value?.text?.lowercased().contains(part.lowercased()) ?? false,
                    "“\(probe.point)” with “\(part)” in it"
                )
            case .oneOf(let allowed):
                (
                    value?.number.map { number in allowed.contains { Double($0) == number } } ?? false,
                    "“\(probe.point)” of \(allowed.map(String.init).joined(separator: " or "))"
                )
            case .between(let lower, let upper):
                (
                    value?.number.map { lower <= $0 && $0 <= upper } ?? false,
                    "“\(probe.point)” from \(lower) to \(upper)"
                )
            }
        guard passes else {
            throw .wrongDevice(found: "\(probe.point) = \(value.map(\.description) ?? "nothing")", expected: expected)
        }
    }

    private static func identity(_ session: ModbusSession) -> DeviceIdentity {
        func text(_ role: Role) -> String {
            guard let (_, value) = session.value(for: role) else { return "" }
            return value.text ?? value.number.flatMap { Int64(exactly: $0) }.map { "\($0)" } ?? ""
        }
        return DeviceIdentity(
            vendor: text(.vendor), model: text(.model), serialNumber: text(.serialNumber), firmware: text(.firmware))
    }

    private static func attempt<Value>(_ work: () throws(LinkFault) -> Value) -> Result<Value, LinkFault> {
        Result(catching: work)
    }
}
