// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Synchronization
import Testing

@testable import LinuxIO

struct ServedFunctionsTests {
    private let functions = ServedFunctions(service: ScriptedDevice())

    @Test(arguments: [
        // Function, request, answer.
        ([3, 0, 5, 0, 2], [3, 4, 0, 5, 0, 6]),
        ([4, 0, 5, 0, 1], [4, 2, 0x27, 0x15]),
        ([2, 0, 0, 0, 9], [2, 2, 0x49, 0]),
        ([6, 0, 5, 1, 2], [6, 0, 5, 1, 2]),
        ([5, 0, 5, 0xFF, 0], [5, 0, 5, 0xFF, 0]),
        ([15, 0, 1, 0, 9, 2, 1, 1], [15, 0, 1, 0, 9]),
        ([16, 0, 1, 0, 1, 2, 7, 8], [16, 0, 1, 0, 1]),
        // Not a function of ours, no data, wrong quantities, wrong lengths.
        ([7], [0x87, 1]), ([], [0x80, 1]), ([3], [0x83, 3]), ([3, 0, 5, 0], [0x83, 3]),
        ([3, 0, 5, 0, 0], [0x83, 3]), ([3, 0, 5, 0, 126], [0x83, 3]), ([1, 0, 0, 7, 0xD1], [0x81, 3]),
        ([5, 0, 5, 1, 0], [0x85, 3]), ([16, 0, 1, 0, 2, 2, 7, 8], [0x90, 3]), ([15, 0, 1, 0, 9, 1, 1], [0x8F, 3]),
        ([16, 0, 1, 0, 1], [0x90, 3]), ([16, 0, 1, 0xFF, 0xFF, 0xFE], [0x90, 3]),
        // Past the end.
        ([3, 0xFF, 0xFF, 0, 2], [0x83, 2]), ([3, 0x03, 0xE8, 0, 1], [0x83, 2]),
    ])
    func `a request is answered or refused as the standard says`(request: [UInt8], answer: [UInt8]) {
        #expect(functions.answer(unit: 1, pdu: request) == answer)
    }

    @Test func `no request of random bytes traps`() {
        var random = SystemRandomNumberGenerator()
        for length in 0..<300 {
            for function in [1, 2, 3, 4, 5, 6, 15, 16, 99] as [UInt8] {
                let data = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                _ = functions.answer(unit: 1, pdu: [function] + data)
                var input = [1, function] + data
                _ = ModbusFraming.rtu.cut(from: &input)
                input = data
                _ = ModbusFraming.tcp.cut(from: &input)
            }
        }
    }

    /// Modbus over Serial Line V1.02, 6.2.2: the checksum of 02 07 is 41 12 on the wire.
    @Test func `frames are cut and checked`() {
        #expect(ModbusFraming.checksum([2, 7]) == 0x1241)
        var input: [UInt8] = [1, 3, 0, 0, 0, 1, 0x84, 0x0A, 1, 3]
        let frame = ModbusFraming.Frame(transaction: 0, unit: 1, pdu: [3, 0, 0, 0, 1])
        #expect(ModbusFraming.rtu.cut(from: &input) == .frame(frame))
        #expect(ModbusFraming.rtu.cut(from: &input) == .incomplete)
        input = [1, 3, 0, 0, 0, 1, 0x84, 0x0B]
        #expect(ModbusFraming.rtu.cut(from: &input) == .nonsense)
        var stream: [UInt8] = [0, 9, 0, 0, 0, 3, 7, 3, 5, 0]
        let answer = ModbusFraming.Frame(transaction: 9, unit: 7, pdu: [3, 5])
        #expect(ModbusFraming.tcp.cut(from: &stream) == .frame(answer))
        #expect(stream == [0])
        #expect(ModbusFraming.tcp.framed([3, 5], for: answer) == [0, 9, 0, 0, 0, 3, 7, 3, 5])
        stream = [0, 9, 0, 1, 0, 3, 7, 3, 5]
        #expect(ModbusFraming.tcp.cut(from: &stream) == .nonsense)
    }
}

extension OneAtATime {
    struct ModbusServerTests {
        @Test func `many connections are served at once`() throws {
            let device = ScriptedDevice()
            let server = try ModbusServer.tcp(service: device)
            defer { server.stop() }
            let links = (0..<20).map { _ in ModbusLink(.tcp(host: "127.0.0.1", port: server.port ?? 0)) }
            for link in links { try link.open() }
            for (number, link) in links.enumerated() {
                #expect(try link.read(.holding, at: UInt16(number), count: 1, unit: 1) == [UInt16(number)])
            }
        }

        @Test func `a unit that does not exist is refused on TCP`() throws {
            let wire = try Wire(.tcp, units: [1])
            #expect(wire.look(1, unit: 2) == .failure(.exception(11)))
            #expect(wire.look(1, unit: 1) == .success([1]))
        }

        @Test func `half a frame on a serial line does not spoil the next one`() throws {
            let terminal = try PseudoTerminal()
            let server = try ModbusServer.rtu(adopting: try #require(terminal.giveAway()), service: ScriptedDevice())
            defer { server.stop() }
            let port = try SerialPort(device: terminal.path, settings: SerialSettings(baud: 115_200))
            try port.write([1, 3, 0])
            MonotonicClock.sleep(for: .milliseconds(250))
            try port.write([1, 3, 0, 0, 0, 1, 0x84, 0x0A])
            #expect(try port.read(waiting: .seconds(5)).prefix(5) == [1, 3, 2, 0, 0])
        }

        @Test func `an answer that takes its time holds up its own connection only`() throws {
            let device = SlowWriter()
            let server = try ModbusServer.tcp(service: device)
            defer { server.stop() }
            let endpoint = ModbusEndpoint.tcp(host: "127.0.0.1", port: server.port ?? 0)
            let reader = ModbusLink(endpoint)
            try reader.open()
            let writing = PlainThread(name: "writer") {
                let writer = ModbusLink(endpoint)
                let result = Result {
                    try writer.open()
                    try writer.write([7], to: 3, unit: 1, using: .single)
                }
                device.outcome.withLock { $0 = result.isSuccess }
            }
            let waiting = try #require(device.firstWrite())
            #expect(try reader.read(.holding, at: 5, count: 1, unit: 1) == [5])
            #expect(device.outcome.withLock { $0 } == nil)
            #expect(waiting.values == [7] && waiting.address == 3 && waiting.peer.hasPrefix("127.0.0.1:"))
            waiting.pending.finish()
            // Only the first counts.
            waiting.pending.finish(.busy)
            writing.join()
            #expect(device.outcome.withLock { $0 } == true)
        }

        @Test func `who waits in vain is told that nothing is known`() throws {
            let server = try ModbusServer.tcp(
                bounds: ServerBounds(answer: .milliseconds(50)), service: SlowWriter())
            defer { server.stop() }
            let link = ModbusLink(.tcp(host: "127.0.0.1", port: server.port ?? 0))
            try link.open()
            #expect(throws: LinkFault.exception(4)) { try link.write([7], to: 3, unit: 1, using: .single) }
            #expect(try link.read(.holding, at: 5, count: 1, unit: 1) == [5])
        }

        @Test func `where all connections are taken the idlest gives way, but not to everybody`() throws {
            let server = try ModbusServer.tcp(
                bounds: ServerBounds(connections: 2, idle: .milliseconds(300)), service: ScriptedDevice())
            defer { server.stop() }
            let links = (0..<4).map { _ in ModbusLink(.tcp(host: "127.0.0.1", port: server.port ?? 0)) }
            func look(_ index: Int) -> [UInt16]? { try? links[index].read(.holding, at: 5, count: 1, unit: 1) }
            for index in 0..<2 {
                try links[index].open()
                #expect(look(index) == [5])
            }
            try links[2].open()
            #expect(look(2) == nil)
            MonotonicClock.sleep(for: .milliseconds(350))
            #expect(look(1) == [5])
            try links[3].open()
            #expect(look(3) == [5])
            #expect(look(1) == [5])
            #expect(look(0) == nil)
        }

        @Test func `a port in use is told, and a stopped server frees it`() throws {
            let server = try ModbusServer.tcp(service: ScriptedDevice())
            let port = try #require(server.port)
            #expect(throws: SystemFault("listen on 127.0.0.1:\(port)", code: 98)) {
                try ModbusServer.tcp(port: port, service: ScriptedDevice())
            }
            server.stop()
            try ModbusServer.tcp(port: port, service: ScriptedDevice()).stop()
        }
    }
}

/// Takes every write over and leaves its answer to the test.
private final class SlowWriter: RegisterService {
    let outcome = Mutex<Bool?>(nil)
    private let writes = Mutex<[ServedWrite]>([])

    func read(_ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8) throws(ModbusException) -> [UInt16] {
        (0..<UInt16(count)).map { address + $0 }
    }

    func write(_ values: [UInt16], to address: UInt16, unit: UInt8) throws(ModbusException) { throw .deviceFailure }

    func takesOver(_ write: ServedWrite) -> Bool {
        writes.withLock { $0.append(write) }
        return true
    }

    func firstWrite() -> ServedWrite? {
        let deadline = MonotonicClock.now() + .seconds(5)
        while MonotonicClock.now() < deadline {
            if let write = writes.withLock({ $0.first }) { return write }
            MonotonicClock.sleep(for: .milliseconds(5))
        }
        return nil
    }
}

extension Result {
    fileprivate var isSuccess: Bool {
        switch self {
        case .success: true
        case .failure: false
        }
    }
}
