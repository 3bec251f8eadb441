// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CModbus
import Chargers
import Electricity
import Glibc

extension LinkFault {
    /// What an errno of libmodbus means.
    /// - Parameter waited: The time-out that was in force.
    init(_ code: Int32, on endpoint: ModbusEndpoint, waited: Interval) {
        let own = code - Int32(MODBUS_ENOBASE)
        switch code {
        case ETIMEDOUT: self = .timedOut(after: waited)
        case _ where 1...11 ~= own: self = .exception(UInt8(truncatingIfNeeded: own))
        case _ where 12...99 ~= own: self = .malformed(String(cString: modbus_strerror(code)))
        default: self = .connectionLost("\(endpoint): \(errorText(code))")
        }
    }
}

/// A read whose answer cannot be confused with those that may still come.
struct SynchronisationProbe {
    let request: ModbusRequest
    let expected: [UInt16]?

    /// How many probes one call may cost.
    static let attempts = 4

    func accepts(_ reply: ModbusReply) -> Bool {
        guard let expected else { return true }
        return reply == .registers(expected)
    }

    /// - Parameters:
    ///   - doubt: What may still come.
    ///   - request: What will be asked then; the probe stays near its address, where the unit has registers.
    ///   - attempt: 1 for the first.
    /// - Returns: nil when there is nothing left to try.
    static func next(
        after doubt: Set<ReplyShape>, near request: ModbusRequest, configured: Resynchronisation?, attempt: Int
    ) -> SynchronisationProbe? {
        guard attempt <= attempts else { return nil }
        if let configured {
            let probe = ModbusRequest(
                operation: .readRegisters(configured.table, count: configured.count), address: configured.address,
                unit: request.unit)
            if !doubt.contains(probe.replyShape) {
                return SynchronisationProbe(request: probe, expected: configured.expected)
            }
        }
        // The same table first; the other one where the unit refuses, because its exceptions can be told apart.
        let tables: [RegisterTable] = request.function == 4 ? [.input, .holding] : [.holding, .input]
        for count in 1...125 {
            for table in tables {
                let probe = ModbusRequest(
                    operation: .readRegisters(table, count: count), address: request.address, unit: request.unit)
                guard probe.problem == nil, !doubt.contains(probe.replyShape) else { continue }
                return SynchronisationProbe(request: probe, expected: nil)
            }
        }
        return nil
    }
}
