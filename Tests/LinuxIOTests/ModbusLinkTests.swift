// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Glibc
import LinuxIO
import Testing

extension OneAtATime {
    struct ModbusLinkTests {
        @Test(arguments: Wire.Kind.allCases)
        func `all tables are read and written`(kind: Wire.Kind) throws {
            let wire = try Wire(kind)
            let link = wire.link
            #expect(try link.read(.holding, at: 3, count: 125, unit: 1) == (3...127).map { UInt16($0) })
            #expect(try link.read(.input, at: 3, count: 2, unit: 1) == [10_003, 10_004])
            try link.write([1_234], to: 7, unit: 1, using: .single)
            try link.write([1, 2, 3], to: 8, unit: 1, using: .multiple)
            #expect(try link.read(.holding, at: 7, count: 4, unit: 1) == [1_234, 1, 2, 3])
            try link.writeCoil(true, at: 5, unit: 1)
            #expect(try link.readBits(.coil, at: 3, count: 10, unit: 1) == (3..<13).map { $0 == 5 })
            #expect(try link.readBits(.discrete, at: 0, count: 5, unit: 1) == [true, false, false, true, false])
            #expect(wire.device.requests.map(\.function) == [3, 4, 6, 16, 3, 5, 1, 2])
        }

        @Test(arguments: Wire.Kind.allCases)
        func `an exception is passed on with its code and needs no recovery`(kind: Wire.Kind) throws {
            let wire = try Wire(kind)
            #expect(wire.look(999, count: 2) == .failure(.exception(2)))
            wire.device.misbehave(.answerWith([0x83, 6]))
            #expect(wire.look(1) == .failure(.exception(6)))
            wire.device.forgetRequests()
            #expect(wire.look(1) == .success([1]))
            #expect(wire.device.requests.count == 1)
        }

        @Test func `units 0 and 255 exist on TCP, and each unit has its own patience`() throws {
            let wire = try Wire(.tcp)
            #expect(wire.look(1, unit: 0) == .success([1]))
            #expect(wire.look(1, unit: 255) == .success([1]))
            wire.link.unitTiming[7] = ModbusTiming(responseTimeout: .seconds(5))
            wire.device.misbehave(.delay(.milliseconds(300)))
            #expect(wire.look(1, unit: 7) == .success([1]))
            wire.device.misbehave(.delay(.milliseconds(300)))
            #expect(wire.look(1, unit: 8) == .failure(.timedOut(after: .milliseconds(150))))
        }

        @Test func `a broadcast on a serial line is written and not waited for`() throws {
            let wire = try Wire(.rtu)
            try wire.link.write([5], to: 30, unit: 0, using: .single)
            #expect(wire.look(30) == .success([5]))
            guard case .failure(.malformed) = wire.look(30, unit: 0),
                case .failure(.malformed) = wire.look(30, unit: 248)
            else {
                Issue.record("nobody can answer such a read")
                return
            }
        }

        @Test(arguments: [(0, 0), (0, 126), (65_535, 2)])
        func `a read that Modbus cannot carry is refused before it is sent`(address: Int, count: Int) throws {
            let wire = try Wire(.tcp)
            guard case .failure(.malformed) = wire.look(UInt16(address), count: count) else {
                Issue.record("accepted")
                return
            }
            #expect(wire.device.requests.isEmpty)
        }

        @Test func `a closed link says so and works again after it is opened`() throws {
            let wire = try Wire(.tcp)
            wire.link.close()
            wire.link.close()
            guard case .failure(.connectionLost) = wire.look(1) else {
                Issue.record("a closed link answered")
                return
            }
            try wire.link.reopen()
            #expect(wire.look(1) == .success([1]))
            wire.device.misbehave(.hangUp)
            guard case .failure(let fault) = wire.look(1), fault.needsReopening else {
                Issue.record("the hang-up went unnoticed")
                return
            }
            #expect(!wire.link.isOpen)
            try wire.link.open()
            #expect(wire.look(2) == .success([2]))
        }

        @Test func `a refused connection and an unknown device are lost connections`() throws {
            let wire = try Wire(.tcp)
            wire.server.stop()
            let link = ModbusLink(wire.endpoint)
            #expect(throws: LinkFault.self) { try link.open() }
            let port = ModbusLink(.rtu(device: "/dev/does-not-exist", SerialSettings()))
            #expect(throws: LinkFault.connectionLost("/dev/does-not-exist: No such file or directory")) {
                try port.open()
            }
            let rate = ModbusLink(.rtu(device: "/dev/null", SerialSettings(baud: 12_345)))
            #expect(throws: LinkFault.self) { try rate.open() }
        }

        /// The listener never accepts and its queue is full, so a connection attempt would wait for minutes.
        @Test func `connecting is bounded in time`() throws {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(listener) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, size)
                    listen(listener, 0)
                    getsockname(listener, $0, &size)
                }
            }
            let endpoint = ModbusEndpoint.tcp(host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port))
            let links = (0..<4).map { _ in ModbusLink(endpoint, connectTimeout: .milliseconds(100)) }
            let start = MonotonicClock.now()
            var refused = 0
            for link in links {
                do { try link.open() } catch { refused += 1 }
            }
            #expect(refused > 0)
            #expect(MonotonicClock.now() - start < .seconds(30))
        }

        @Test func `a name is looked up`() throws {
            let wire = try Wire(.tcp)
            guard case .tcp(_, let port) = wire.endpoint else { return }
            let link = ModbusLink(.tcp(host: "localhost", port: port))
            try link.open()
            #expect(try link.read(.holding, at: 4, count: 1, unit: 1) == [4])
        }

        @Test func `a serial port has one owner`() throws {
            let wire = try Wire(.rtu)
            #expect(throws: LinkFault.self) { try ModbusLink(wire.endpoint).open() }
            #expect(wire.look(1) == .success([1]))
        }

        @Test(arguments: Wire.Kind.allCases)
        func `a peer that went away while nothing was asked is a lost connection`(kind: Wire.Kind) throws {
            let wire = try Wire(kind)
            #expect(wire.look(1) == .success([1]))
            wire.server.stop()
            guard case .failure(let fault) = wire.look(1), fault.needsReopening else {
                Issue.record("it went unnoticed")
                return
            }
            #expect(!wire.link.isOpen)
        }

        @Test func `a descriptor that libmodbus cannot wait for is refused`() throws {
            let wire = try Wire(.tcp)
            let link = ModbusLink(wire.endpoint)
            var taken: [Int32] = []
            defer { for descriptor in taken { close(descriptor) } }
            while (taken.last ?? 0) < 1_023 {
                let next = dup(0)
                if next < 0 { break }
                taken.append(next)
            }
            try #require((taken.last ?? 0) >= 1_023)
            do {
                try link.open()
                Issue.record("accepted")
            } catch {
                #expect(error.description.contains("LimitNOFILE"))
            }
        }
    }
}
