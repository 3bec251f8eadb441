// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Where a Modbus bus is.
package enum ModbusEndpoint: Hashable, Sendable {
    /// - Parameter host: A name, or an IPv4 or IPv6 address without brackets.
    case tcp(host: String, port: UInt16)
    /// - Parameter device: The path of a serial port, `/dev/ttyUSB0`.
    case rtu(device: String, SerialSettings)

    var isSerial: Bool {
        switch self {
        case .tcp: false
        case .rtu: true
        }
    }
}

extension ModbusEndpoint: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
        case .rtu(let device, let line): "serial://\(device)?baud=\(line.baud)&parity=\(line.parity.rawValue)"
        }
    }
}

/// How patient a link is with a unit.
package struct ModbusTiming: Hashable, Sendable {
    /// From the end of the request to the end of the answer, without the time the characters take on a serial line.
    package var responseTimeout: Interval
    /// How long after a failure an answer may still come. Nothing is trusted before it has passed.
    package var worstTurnaround: Interval

    package init(responseTimeout: Interval = .seconds(1), worstTurnaround: Interval = .milliseconds(500)) {
        self.responseTimeout = responseTimeout
        self.worstTurnaround = worstTurnaround
    }
}

/// A read that shows that a unit's answers belong to our requests again. Its length must differ from every other read
/// of that function, so that no late answer can be taken for it.
package struct Resynchronisation: Hashable, Sendable {
    package var table: RegisterTable
    package var address: UInt16
    package var count: Int
    /// What the registers hold, where that is known.
    package var expected: [UInt16]?

    package init(table: RegisterTable = .holding, address: UInt16, count: Int, expected: [UInt16]? = nil) {
        self.table = table
        self.address = address
        self.count = count
        self.expected = expected
    }
}
