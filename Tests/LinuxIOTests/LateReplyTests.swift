// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CModbus
import Chargers
import Electricity
import Glibc
import LinuxIO
import Testing

extension OneAtATime {
    /// A device that answers once too late, and what becomes of the values read after it.
    struct LateReplyTests {
        /// Why `ModbusLink` exists: libmodbus alone hands the late answer out as the next register's value.
        @Test func `plain libmodbus on a serial line returns the previous register's value`() throws {
            let wire = try Wire(.rtu)
            guard case .rtu(let path, _) = wire.endpoint else { return }
            wire.link.close()
            let plain = try #require(modbus_new_rtu(path, 115_200, CChar(UInt8(ascii: "N")), 8, 1))
            defer {
                modbus_close(plain)
                modbus_free(plain)
            }
            #expect(modbus_connect(plain) == 0)
            modbus_set_slave(plain, 1)
            modbus_set_response_timeout(plain, 0, 150_000)
            wire.device.misbehave(.delay(.milliseconds(250)))
            var seen: [Int] = []
            for address in Int32(101)...104 {
                var value: UInt16 = 0
                seen.append(modbus_read_registers(plain, address, 1, &value) == 1 ? Int(value) : -1)
                // The first time-out passes, then the late answer arrives before the next request is sent.
                if address == 101 { MonotonicClock.sleep(for: .milliseconds(200)) }
            }
            #expect(seen == [-1, 101, 102, 103])
        }

        @Test(arguments: Wire.Kind.allCases)
        func `after a late answer every value is the one that was asked for`(kind: Wire.Kind) throws {
            let wire = try Wire(kind)
            wire.device.misbehave(.delay(.milliseconds(250)))
            guard case .failure(.timedOut) = wire.look(101) else {
                Issue.record("the delayed read did not time out")
                return
            }
            for address in UInt16(102)...106 { #expect(wire.look(address) == .success([address])) }
        }

        @Test func `a serial unit is read in another shape before its value is trusted`() throws {
            let wire = try Wire(.rtu)
            wire.device.misbehave(.drop)
            _ = wire.look(101, count: 2)
            wire.device.forgetRequests()
            #expect(wire.look(102, count: 2) == .success([102, 103]))
            #expect(wire.device.requests.map(\.address) == [102, 102])
            #expect(wire.device.requests.map(\.count) == [1, 2])
        }

        @Test func `the configured read re-synchronises and its content is compared`() throws {
            let wire = try Wire(.rtu)
            wire.link.resynchronisation[1] = Resynchronisation(address: 500, count: 3, expected: [500, 501, 502])
            wire.device.misbehave(.drop)
            _ = wire.look(101)
            wire.device.forgetRequests()
            #expect(wire.look(102) == .success([102]))
            #expect(wire.device.requests.map(\.address) == [500, 102])

            wire.link.resynchronisation[1] = Resynchronisation(address: 500, count: 3, expected: [1, 2, 3])
            wire.device.misbehave(.drop)
            _ = wire.look(101)
            wire.device.forgetRequests()
            // The configured read holds something else: the link falls back to one of its own.
            #expect(wire.look(102) == .success([102]))
            #expect(wire.device.requests.count > 2)
        }

        /// Later than the turnaround we were told, so that the answer falls into the synchronising read.
        @Test func `an answer later than the configured turnaround is not taken for the synchronising one`() throws {
            let wire = try Wire(.rtu)
            wire.device.misbehave(.delay(.milliseconds(370)), .delay(.milliseconds(60)))
            _ = wire.look(101)
            for address in UInt16(102)...104 { #expect(wire.look(address) == .success([address])) }
        }

        @Test func `a write that failed does not confirm the next one`() throws {
            let wire = try Wire(.rtu)
            wire.device.misbehave(.delay(.milliseconds(250)))
            #expect(throws: LinkFault.self) { try wire.link.write([7], to: 20, unit: 1, using: .single) }
            wire.device.forgetRequests()
            try wire.link.write([8], to: 20, unit: 1, using: .single)
            #expect(wire.device.requests.map(\.function) == [3, 6])
            #expect(wire.device.register(20) == 8)
        }

        @Test func `a silent unit costs its neighbour neither a probe nor its values`() throws {
            let wire = try Wire(.rtu, units: [1])
            guard case .failure(.timedOut) = wire.look(101, unit: 9) else {
                Issue.record("there is no unit 9")
                return
            }
            wire.device.forgetRequests()
            #expect(wire.look(102, unit: 1) == .success([102]))
            #expect(wire.device.requests.count == 1)
        }

        @Test func `a unit that refuses probes is believed by an exception of another function`() throws {
            let wire = try Wire(.rtu)
            // The last register: a longer read there is refused.
            wire.device.misbehave(.drop)
            _ = wire.look(999)
            #expect(wire.look(999) == .success([999]))
        }

        @Test(arguments: [
            ServedConduct.answerWith([3, 4, 0, 1, 0, 2]), .answerWith([4, 2, 0, 1]), .answerWith([3]),
            .garbage([1, 3, 2, 0, 9, 0xFF, 0xFF]), .garbage([0xFF]), .answerWith([0x83, 0x77]),
        ])
        func `an answer that does not fit is a fault and the next value is right`(conduct: ServedConduct) throws {
            for kind in Wire.Kind.allCases {
                let wire = try Wire(kind)
                wire.device.misbehave(conduct)
                guard case .failure = wire.look(101) else {
                    Issue.record("\(conduct) was taken for a value on \(kind)")
                    continue
                }
                // A TCP peer that loses its framing has to be connected again.
                if !wire.link.isOpen { try wire.link.reopen() }
                #expect(wire.look(102) == .success([102]), "\(kind)")
            }
        }

        @Test func `units that libmodbus does not accept are served on TCP and re-synchronised as on a serial line`()
            throws
        {
            let wire = try Wire(.tcp)
            for unit in UInt8(248)...254 { #expect(wire.look(5, count: 3, unit: unit) == .success([5, 6, 7])) }
            wire.device.misbehave(.delay(.milliseconds(250)))
            _ = wire.look(101, unit: 250)
            for address in UInt16(102)...104 { #expect(wire.look(address, unit: 250) == .success([address])) }
            #expect(wire.look(999, count: 2, unit: 250) == .failure(.exception(2)))
        }

        @Test func `a gateway that gave up on its unit is re-synchronised`() throws {
            let wire = try Wire(.tcp)
            wire.device.misbehave(.answerWith([0x83, 11]))
            #expect(wire.look(101) == .failure(.exception(11)))
            wire.device.forgetRequests()
            #expect(wire.look(102) == .success([102]))
            #expect(wire.device.requests.count == 2)
        }
    }
}
