// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import LinuxIO
import Synchronization
import Testing

/// Registers that hold their own address, and a script of misbehaviour: one entry per request, then answers.
final class ScriptedDevice: RegisterService {
    private struct State {
        var script: [ServedConduct] = []
        var requests: [ServedRequest] = []
        var registers: [UInt16: UInt16] = [:]
        var coils: [UInt16: Bool] = [:]
    }
    private let state = Mutex(State())
    let units: Set<UInt8>?

    init(units: Set<UInt8>? = nil) { self.units = units }

    /// What it does about the next requests.
    func misbehave(_ script: ServedConduct...) { state.withLock { $0.script = script } }
    var requests: [ServedRequest] { state.withLock { $0.requests } }
    func forgetRequests() { state.withLock { $0.requests = [] } }
    func register(_ address: UInt16) -> UInt16? { state.withLock { $0.registers[address] } }

    func serves(unit: UInt8) -> Bool { units?.contains(unit) ?? true }

    func conduct(for request: ServedRequest) -> ServedConduct {
        state.withLock {
            $0.requests.append(request)
            return $0.script.isEmpty ? .answer : $0.script.removeFirst()
        }
    }

    func read(_ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8) throws(ModbusException) -> [UInt16] {
        guard Int(address) + count <= 1_000 else { throw .illegalAddress }
        return state.withLock { state in
            (0..<count).map { offset in
                let address = address + UInt16(offset)
                return state.registers[address] ?? (table == .input ? address + 10_000 : address)
            }
        }
    }

    func write(_ values: [UInt16], to address: UInt16, unit: UInt8) throws(ModbusException) {
        guard Int(address) + values.count <= 1_000 else { throw .illegalAddress }
        state.withLock { state in
            for (offset, value) in values.enumerated() { state.registers[address + UInt16(offset)] = value }
        }
    }

    func readBits(_ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8) throws(ModbusException) -> [Bool]
    {
        state.withLock { state in
            (0..<count).map { state.coils[address + UInt16($0)] ?? (table == .discrete && $0 % 3 == 0) }
        }
    }

    func writeBits(_ values: [Bool], to address: UInt16, unit: UInt8) throws(ModbusException) {
        state.withLock { state in
            for (offset, value) in values.enumerated() { state.coils[address + UInt16(offset)] = value }
        }
    }
}

/// A device and the link to it, TCP or RTU over a pseudo terminal.
final class Wire {
    enum Kind: CaseIterable { case tcp, rtu }
    let device: ScriptedDevice
    let server: ModbusServer
    let link: ModbusLink
    let endpoint: ModbusEndpoint
    private let terminal: PseudoTerminal?

    init(_ kind: Kind, units: Set<UInt8>? = nil) throws {
        device = ScriptedDevice(units: units)
        switch kind {
        case .tcp:
            terminal = nil
            server = try ModbusServer.tcp(service: device)
            endpoint = .tcp(host: "127.0.0.1", port: server.port ?? 0)
        case .rtu:
            let terminal = try PseudoTerminal()
            self.terminal = terminal
            guard let descriptor = terminal.giveAway() else { throw SystemFault("give the terminal away", code: 0) }
            server = try ModbusServer.rtu(adopting: descriptor, service: device)
            endpoint = .rtu(device: terminal.path, SerialSettings(baud: 115_200))
        }
        let timing = ModbusTiming(responseTimeout: .milliseconds(150), worstTurnaround: .milliseconds(200))
        link = ModbusLink(endpoint, timing: timing)
        try link.open()
    }

    deinit { server.stop() }

    /// The value of one register, or what went wrong.
    func look(_ address: UInt16, count: Int = 1, unit: UInt8 = 1) -> Result<[UInt16], LinkFault> {
        do throws(LinkFault) {
            return .success(try link.read(.holding, at: address, count: count, unit: unit))
        } catch {
            return .failure(error)
        }
    }
}

/// Tests on real wires run one after the other: they count on answers within a time and on free descriptors.
@Suite(.serialized) enum OneAtATime {}
