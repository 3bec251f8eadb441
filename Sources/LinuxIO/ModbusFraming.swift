// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// How requests lie on the wire: cuts them out of what has arrived and puts frames around answers.
enum ModbusFraming {
    case tcp, rtu

    struct Frame: Equatable {
        /// Transaction number on TCP, zero on a serial line.
        let transaction: UInt16
        let unit: UInt8
        /// Function and data.
        let pdu: [UInt8]
    }

    enum Cut: Equatable {
        case frame(Frame)
        /// More has to arrive.
        case incomplete
        /// What has arrived can never become a frame.
        case nonsense
    }

    /// Takes the first whole frame out of `input`.
    func cut(from input: inout [UInt8]) -> Cut {
        switch self {
        case .tcp: cutTCP(from: &input)
        case .rtu: cutRTU(from: &input)
        }
    }

    func framed(_ pdu: [UInt8], for frame: Frame) -> [UInt8] {
        switch self {
        case .tcp:
            let length = UInt16(truncatingIfNeeded: pdu.count + 1)
            return frame.transaction.bigEndianBytes + [0, 0] + length.bigEndianBytes + [frame.unit] + pdu
        case .rtu:
            let body = [frame.unit] + pdu
            let checksum = Self.checksum(body[...])
            return body + [UInt8(truncatingIfNeeded: checksum), UInt8(truncatingIfNeeded: checksum >> 8)]
        }
    }

    private func cutTCP(from input: inout [UInt8]) -> Cut {
        guard input.count >= 7 else { return .incomplete }
        let length = Int(input[4]) << 8 | Int(input[5])
        guard input[2] == 0, input[3] == 0, 2...254 ~= length else { return .nonsense }
        guard input.count >= 6 + length else { return .incomplete }
        let frame = Frame(
            transaction: UInt16(input[0]) << 8 | UInt16(input[1]), unit: input[6], pdu: Array(input[7..<6 + length]))
        input.removeFirst(6 + length)
        return .frame(frame)
    }

    private func cutRTU(from input: inout [UInt8]) -> Cut {
        guard input.count >= 4 else { return .incomplete }
        let length: Int
        switch input[1] {
        case 1...6: length = 8
        case 15, 16:
            guard input.count >= 7 else { return .incomplete }
            length = 9 + Int(input[6])
        // Of an unknown function only the checksum tells where it ends; what is there is taken as the frame.
        default: length = input.count
        }
        guard input.count >= length, length <= 256 else { return length > 256 ? .nonsense : .incomplete }
        let body = input[0..<length - 2]
        let checksum = UInt16(input[length - 2]) | UInt16(input[length - 1]) << 8
        guard Self.checksum(body) == checksum else { return input[1] > 16 && length < 256 ? .incomplete : .nonsense }
        let frame = Frame(transaction: 0, unit: input[0], pdu: Array(body.dropFirst()))
        input.removeFirst(length)
        return .frame(frame)
    }

    /// CRC-16 of Modbus over Serial Line V1.02, 6.2.2; the low byte goes first.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        var register: UInt16 = 0xFFFF
        for byte in bytes {
            register ^= UInt16(byte)
            for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xA001 : register >> 1 }
        }
        return register
    }
}
