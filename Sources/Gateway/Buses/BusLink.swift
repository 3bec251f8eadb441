// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import LinuxIO

/// The wire of one bus. Simulated devices have none.
package enum BusLink {
    case modbus(ModbusLink)
    case serial(SerialPort)
    case none

    var isOpen: Bool {
        switch self {
        case .modbus(let link): link.isOpen
        case .serial(let port): port.isOpen
        case .none: true
        }
    }

    func open() throws(LinkFault) {
        switch self {
        case .modbus(let link): try link.open()
        case .serial(let port): try port.open()
        case .none: return
        }
    }

    func close() {
        switch self {
        case .modbus(let link): link.close()
        case .serial(let port): port.close()
        case .none: return
        }
    }
}
