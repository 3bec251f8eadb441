// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Glibc
import LinuxIO
import Testing

extension OneAtATime {
    struct SerialPortTests {
        private func pair(_ settings: SerialSettings = SerialSettings()) throws -> (PseudoTerminal, SerialPort) {
            let terminal = try PseudoTerminal()
            return (terminal, try SerialPort(device: terminal.path, settings: settings))
        }

        /// What the far side has received; waits for at least `count` bytes.
        private func received(_ terminal: PseudoTerminal, _ count: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            let end = MonotonicClock.now() + .seconds(5)
            while bytes.count < count, MonotonicClock.now() < end, let descriptor = terminal.descriptor {
                var buffer = [UInt8](repeating: 0, count: 512)
                let got = read(descriptor, &buffer, buffer.count)
                if got > 0 { bytes += buffer.prefix(got) } else { MonotonicClock.sleep(for: .milliseconds(1)) }
            }
            return bytes
        }

        @Test func `every byte passes unchanged in both directions`() throws {
            let (terminal, port) = try pair()
            let all = (0...255).map { UInt8($0) }
            try port.write(all)
            #expect(received(terminal, 256) == all)
            let descriptor = try #require(terminal.descriptor)
            #expect(write(descriptor, all, all.count) == 256)
            var back: [UInt8] = []
            while back.count < 256 {
                let more = try port.read(waiting: .seconds(5))
                if more.isEmpty { break }
                back += more
            }
            #expect(back == all)
        }

        @Test func `a silent line reads as nothing, and discarded input is gone`() throws {
            let (terminal, port) = try pair()
            #expect(try port.read(waiting: .milliseconds(5)) == [])
            let descriptor = try #require(terminal.descriptor)
            #expect(write(descriptor, "old", 3) == 3)
            MonotonicClock.sleep(for: .milliseconds(20))
            port.discardInput()
            #expect(try port.read(waiting: .milliseconds(5)) == [])
        }

        @Test func `an unplugged port is a lost connection and stays closed`() throws {
            let (terminal, port) = try pair()
            terminal.unplug()
            #expect(throws: LinkFault.self) { try port.read(waiting: .milliseconds(5)) }
            #expect(!port.isOpen)
            #expect(throws: LinkFault.self) { try port.write([1]) }
            #expect(throws: LinkFault.self) { try port.open() }
        }

        @Test(arguments: [(12_345, 8, 1), (9_600, 9, 1), (9_600, 8, 3)])
        func `settings that do not exist are refused`(baud: Int, dataBits: Int, stopBits: Int) throws {
            let terminal = try PseudoTerminal()
            let settings = SerialSettings(baud: baud, dataBits: dataBits, stopBits: stopBits)
            #expect(throws: LinkFault.self) { try SerialPort(device: terminal.path, settings: settings) }
        }

        @Test(arguments: SerialSettings.supportedBauds)
        func `every rate can be set`(baud: Int) throws {
            let (_, port) = try pair(SerialSettings(baud: baud, parity: .even, stopBits: 2))
            #expect(port.isOpen)
        }

        @Test func `a terminal is found under the name it was linked to until it is unplugged`() throws {
            let name = "/tmp/sluice-pty-\(getpid())"
            let terminal = try PseudoTerminal()
            try terminal.link(at: name)
            try terminal.link(at: name)
            let port = try SerialPort(device: name, settings: SerialSettings())
            try port.write([42])
            #expect(received(terminal, 1) == [42])
            terminal.unplug()
            #expect(access(name, F_OK) != 0)
            #expect(throws: SystemFault.self) { try PseudoTerminal().link(at: "/tmp") }
        }

        @Test func `the gap between frames follows the rate`() {
            #expect(SerialSettings(baud: 1_200, parity: .even).frameGap.milliseconds == 32)
            #expect(SerialSettings(baud: 115_200).frameGap == Interval(nanoseconds: 1_750_000))
        }
    }
}
