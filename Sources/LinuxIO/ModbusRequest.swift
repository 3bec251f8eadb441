// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers

/// One question to one unit, before it becomes bytes.
struct ModbusRequest: Equatable {
    enum Operation: Equatable {
        case readRegisters(RegisterTable, count: Int)
        case readBits(RegisterTable, count: Int)
        case writeRegister(UInt16)
        case writeRegisters([UInt16])
        case writeCoil(Bool)
    }
    var operation: Operation
    var address: UInt16
    var unit: UInt8
}

/// All that tells answers apart on a wire without transaction numbers.
struct ReplyShape: Hashable {
    let function: UInt8
    /// Of the answer without unit and checksum.
    let length: Int
}

extension ModbusRequest {
    /// Modbus Application Protocol V1.1b3, clause 6.
    var function: UInt8 {
        switch operation {
        case .readBits(.coil, _): 1
        case .readBits: 2
        case .readRegisters(.input, _): 4
        case .readRegisters: 3
        case .writeCoil: 5
        case .writeRegister: 6
        case .writeRegisters: 16
        }
    }

    var isWrite: Bool { function == 5 || function == 6 || function == 16 }

    var replyShape: ReplyShape {
        switch operation {
        case .readRegisters(_, let count): ReplyShape(function: function, length: 2 + 2 * count)
        case .readBits(_, let count): ReplyShape(function: function, length: 2 + (count + 7) / 8)
        case .writeRegister, .writeRegisters, .writeCoil: ReplyShape(function: function, length: 5)
        }
    }

    /// What the protocol cannot carry, or nil.
    var problem: String? {
        let last = Int(address) + quantity - 1
        switch operation {
        case .readRegisters(.holding, 1...125), .readRegisters(.input, 1...125): break
        case .readBits(.coil, 1...2_000), .readBits(.discrete, 1...2_000): break
        case .writeRegister, .writeCoil: break
        case .writeRegisters(let values) where 1...123 ~= values.count: break
        case .readRegisters(let table, let count):
            return "a read of \(count) registers from the \(table.rawValue) table"
        case .readBits(let table, let count): return "a read of \(count) bits from the \(table.rawValue) table"
        case .writeRegisters(let values): return "a write of \(values.count) registers"
        }
        return last > 0xFFFF ? "registers \(address)…\(last), past the last one, 65535" : nil
    }

    private var quantity: Int {
        switch operation {
        case .readRegisters(_, let count), .readBits(_, let count): count
        case .writeRegisters(let values): values.count
        case .writeRegister, .writeCoil: 1
        }
    }

    /// Unit, function and data; the frame around it is the link's.
    var bytes: [UInt8] {
        var bytes = [unit, function] + address.bigEndianBytes
        switch operation {
        case .readRegisters(_, let count), .readBits(_, let count):
            bytes += UInt16(truncatingIfNeeded: count).bigEndianBytes
        case .writeRegister(let value): bytes += value.bigEndianBytes
        case .writeCoil(let value): bytes += [value ? 0xFF : 0, 0]
        case .writeRegisters(let values):
            bytes += UInt16(truncatingIfNeeded: values.count).bigEndianBytes
            bytes.append(UInt8(truncatingIfNeeded: values.count * 2))
            for value in values { bytes += value.bigEndianBytes }
        }
        return bytes
    }

    /// The answer behind unit and function.
    /// - Parameter pdu: Function and data as they arrived.
    func reply(from pdu: ArraySlice<UInt8>) throws(LinkFault) -> ModbusReply {
        guard let first = pdu.first else { throw .malformed("an empty answer") }
        if first == function | 0x80, pdu.count == 2, let code = pdu.last { throw .exception(code) }
        guard first == function else { throw .malformed("function \(first) instead of \(function)") }
        guard pdu.count == replyShape.length else {
            throw .malformed("\(pdu.count) bytes instead of \(replyShape.length)")
        }
        let data = Array(pdu.dropFirst())
        switch operation {
        case .writeRegister, .writeRegisters, .writeCoil:
            guard data == Array(bytes.dropFirst(2).prefix(4)) else { throw .malformed("the echo of another write") }
            return .done
        case .readRegisters, .readBits:
            guard let stated = data.first, Int(stated) == data.count - 1 else { throw .malformed("a wrong byte count") }
        }
        switch operation {
        case .writeRegister, .writeRegisters, .writeCoil: return .done
        case .readRegisters(_, let count):
            return .registers((0..<count).map { UInt16(data[1 + 2 * $0]) << 8 | UInt16(data[2 + 2 * $0]) })
        case .readBits(_, let count):
            return .bits((0..<count).map { data[1 + $0 / 8] >> UInt8($0 % 8) & 1 == 1 })
        }
    }
}

enum ModbusReply: Equatable {
    case registers([UInt16])
    case bits([Bool])
    case done
}

extension UInt16 {
    var bigEndianBytes: [UInt8] { [UInt8(truncatingIfNeeded: self >> 8), UInt8(truncatingIfNeeded: self)] }
}
