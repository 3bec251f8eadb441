// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers

/// Turns the function and data of a request into those of its answer, bounds checked.
struct ServedFunctions {
    let service: any RegisterService

    static func request(unit: UInt8, pdu: [UInt8]) -> ServedRequest {
        let function = pdu.first ?? 0
        return ServedRequest(
            unit: unit, function: function, address: word(pdu, 1) ?? 0,
            count: function == 5 || function == 6 ? 1 : Int(word(pdu, 3) ?? 0))
    }

    func answer(unit: UInt8, pdu: [UInt8]) -> [UInt8] {
        let function = pdu.first ?? 0
        do throws(ModbusException) {
            return [function] + (try data(function, unit: unit, pdu))
        } catch {
            return [function | 0x80, error.code]
        }
    }

    private func data(_ function: UInt8, unit: UInt8, _ pdu: [UInt8]) throws(ModbusException) -> [UInt8] {
        guard [1, 2, 3, 4, 5, 6, 15, 16].contains(function) else { throw .illegalFunction }
        guard let address = Self.word(pdu, 1), let quantity = Self.word(pdu, 3) else { throw .illegalValue }
        let count = Int(quantity)
        switch function {
        case 1, 2: return try bits(function == 1 ? .coil : .discrete, address, count, unit, pdu)
        case 3, 4: return try registers(function == 3 ? .holding : .input, address, count, unit, pdu)
        case 5:
            guard quantity == 0 || quantity == 0xFF00, pdu.count == 5 else { throw .illegalValue }
            try service.writeBits([quantity != 0], to: address, unit: unit)
        case 6, 16:
            guard let write = try registerWrite(pdu) else { throw .illegalFunction }
            try service.write(write.values, to: write.address, unit: unit)
        case 15: try writeBits(address, count, unit, pdu)
        // Nothing else passed the guard above.
        case _: throw .illegalFunction
        }
        return Array(pdu[1..<5])
    }

    private func bits(
        _ table: RegisterTable, _ address: UInt16, _ count: Int, _ unit: UInt8, _ pdu: [UInt8]
    ) throws(ModbusException) -> [UInt8] {
        try check(address, count, atMost: 2_000, pdu.count == 5)
        let values = try service.readBits(table, at: address, count: count, unit: unit)
        guard values.count == count else { throw .deviceFailure }
        var bytes = [UInt8](repeating: 0, count: (count + 7) / 8)
        for (index, value) in values.enumerated() where value { bytes[index / 8] |= 1 << UInt8(index % 8) }
        return [UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }

    private func registers(
        _ table: RegisterTable, _ address: UInt16, _ count: Int, _ unit: UInt8, _ pdu: [UInt8]
    ) throws(ModbusException) -> [UInt8] {
        try check(address, count, atMost: 125, pdu.count == 5)
        let values = try service.read(table, at: address, count: count, unit: unit)
        guard values.count == count else { throw .deviceFailure }
        return [UInt8(truncatingIfNeeded: 2 * count)] + values.flatMap(\.bigEndianBytes)
    }

    private func writeBits(
        _ address: UInt16, _ count: Int, _ unit: UInt8, _ pdu: [UInt8]
    ) throws(ModbusException) {
        let bytes = (count + 7) / 8
        try check(address, count, atMost: 1_968, pdu.count == 6 + bytes && Int(pdu[5]) == bytes)
        let values = (0..<count).map { pdu[6 + $0 / 8] >> UInt8($0 % 8) & 1 == 1 }
        try service.writeBits(values, to: address, unit: unit)
    }

    /// What a request writes to registers; nil where it does something else.
    func registerWrite(_ pdu: [UInt8]) throws(ModbusException) -> (address: UInt16, values: [UInt16])? {
        guard let function = pdu.first, function == 6 || function == 16 else { return nil }
        guard let address = Self.word(pdu, 1), let quantity = Self.word(pdu, 3) else { throw .illegalValue }
        guard function == 16 else {
            guard pdu.count == 5 else { throw .illegalValue }
            return (address, [quantity])
        }
        let count = Int(quantity)
        try check(address, count, atMost: 123, pdu.count == 6 + 2 * count && Int(pdu[5]) == 2 * count)
        return (address, (0..<count).map { UInt16(pdu[6 + 2 * $0]) << 8 | UInt16(pdu[7 + 2 * $0]) })
    }

    /// The order of the checks is the standard's: quantity first, then address.
    private func check(
        _ address: UInt16, _ count: Int, atMost limit: Int, _ isWellFormed: @autoclosure () -> Bool
    ) throws(ModbusException) {
        guard count >= 1, count <= limit, isWellFormed() else { throw .illegalValue }
        guard Int(address) + count <= 0x1_0000 else { throw .illegalAddress }
    }

    private static func word(_ pdu: [UInt8], _ at: Int) -> UInt16? {
        guard pdu.count >= at + 2 else { return nil }
        return UInt16(pdu[at]) << 8 | UInt16(pdu[at + 1])
    }
}
