// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import LinuxIO
import SimulatedSite

/// A register image as one unit of a Modbus server.
final class ServedRegisters: RegisterService {
    private let image: RegisterImage
    private let unit: UInt8

    init(_ image: RegisterImage, unit: UInt8) {
        self.image = image
        self.unit = unit
    }

    func serves(unit: UInt8) -> Bool { unit == self.unit }

    /// A device that is silent drops the request, which only `conduct` can.
    func conduct(for request: ServedRequest) -> ServedConduct {
        image.isSilent(at: MonotonicClock.now()) ? .drop : .answer
    }

    func read(
        _ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8
    ) throws(ModbusException) -> [UInt16] {
        switch image.read(table, at: address, count: count, now: MonotonicClock.now()) {
        case .success(let values): return values
        case .failure(let refusal): throw Self.exception(refusal)
        }
    }

    func write(_ values: [UInt16], to address: UInt16, unit: UInt8) throws(ModbusException) {
        try write(values, to: address, table: .holding)
    }

    func readBits(
        _ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8
    ) throws(ModbusException) -> [Bool] {
        try read(table, at: address, count: count, unit: unit).map { $0 != 0 }
    }

    func writeBits(_ values: [Bool], to address: UInt16, unit: UInt8) throws(ModbusException) {
        try write(values.map { $0 ? 1 : 0 }, to: address, table: .coil)
    }

    private func write(_ values: [UInt16], to address: UInt16, table: RegisterTable) throws(ModbusException) {
        if let refusal = image.write(values, to: address, table: table, now: MonotonicClock.now()) {
            throw Self.exception(refusal)
        }
    }

    private static func exception(_ refusal: RegisterRefusal) -> ModbusException {
        switch refusal {
        case .exception(let code): ModbusException(code: code)
        // It fell silent after `conduct` looked.
        case .silence: .deviceFailure
        }
    }
}
