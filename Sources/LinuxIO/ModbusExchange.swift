// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CModbus
import Chargers
import Electricity
import Glibc

extension ModbusLink {
    /// Units libmodbus does not accept go through its raw calls.
    private func needsRawPath(_ unit: UInt8) -> Bool { 248...254 ~= unit }

    func exchange(_ request: ModbusRequest) throws(LinkFault) -> ModbusReply {
        guard let context else { throw notOpen }
        pace()
        let patience = timeout(of: request)
        let micros = max(1, patience.nanoseconds / 1_000)
        modbus_set_response_timeout(
            context, UInt32(clamping: micros / 1_000_000), UInt32(truncatingIfNeeded: micros % 1_000_000))
        defer { lastFrame = MonotonicClock.now() }
        do throws(LinkFault) {
            if needsRawPath(request.unit) { return try exchangeRaw(request, on: context, waiting: patience) }
            return try call(request, on: context, waiting: patience)
        } catch {
            react(to: error, of: request)
            throw error
        }
    }

    /// Keeps the silence between frames.
    private func pace() {
        switch endpoint {
        case .tcp: if requestGap > .zero { MonotonicClock.sleep(until: lastFrame + requestGap) }
        case .rtu(_, let line): MonotonicClock.sleep(until: lastFrame + max(requestGap, line.frameGap))
        }
    }

    /// The unit's time-out, and on a serial line the time that request and answer take on the wire.
    private func timeout(of request: ModbusRequest) -> Interval {
        let patience = patience(with: request.unit).responseTimeout
        switch endpoint {
        case .tcp: return patience
        case .rtu(_, let line):
            return patience + line.characterTime * (request.bytes.count + 2 + request.replyShape.length + 3)
        }
    }

    private func react(to fault: LinkFault, of request: ModbusRequest) {
        switch fault {
        case .connectionLost: close()
        case .timedOut, .malformed:
            if endpoint.isSerial || needsRawPath(request.unit) || doubts[request.unit] != nil {
                suspect(request)
            } else {
                stayAway(after: request)
            }
        // A gateway that gave up may pass its unit's late answer on as the next one.
        case .exception(10), .exception(11): suspect(request)
        case .exception: break
        }
    }

    private func call(
        _ request: ModbusRequest, on context: OpaquePointer, waiting: Interval
    ) throws(LinkFault) -> ModbusReply {
        guard modbus_set_slave(context, Int32(request.unit)) == 0 else { throw .malformed("unit \(request.unit)") }
        let address = Int32(request.address)
        switch request.operation {
        case .readRegisters(let table, let count):
            var values = [UInt16](repeating: 0, count: count)
            let result =
                table == .input
                ? modbus_read_input_registers(context, address, Int32(count), &values)
                : modbus_read_registers(context, address, Int32(count), &values)
            try check(result, count, waiting)
            return .registers(values)
        case .readBits(let table, let count):
            var values = [UInt8](repeating: 0, count: count)
            let result =
                table == .discrete
                ? modbus_read_input_bits(context, address, Int32(count), &values)
                : modbus_read_bits(context, address, Int32(count), &values)
            try check(result, count, waiting)
            return .bits(values.map { $0 != 0 })
        case .writeRegister(let value):
            try check(modbus_write_register(context, address, value), 1, waiting)
        case .writeRegisters(let values):
            try check(modbus_write_registers(context, address, Int32(values.count), values), values.count, waiting)
        case .writeCoil(let value):
            try check(modbus_write_bit(context, address, value ? 1 : 0), 1, waiting)
        }
        return .done
    }

    private func check(_ result: Int32, _ expected: Int, _ waited: Interval) throws(LinkFault) {
        if result < 0 { throw LinkFault(errno, on: endpoint, waited: waited) }
        guard Int(result) == expected else { throw .malformed("\(result) values instead of \(expected)") }
    }

    private func exchangeRaw(
        _ request: ModbusRequest, on context: OpaquePointer, waiting: Interval
    ) throws(LinkFault) -> ModbusReply {
        let bytes = request.bytes
        guard modbus_send_raw_request(context, bytes, Int32(bytes.count)) >= 0 else {
            throw LinkFault(errno, on: endpoint, waited: waiting)
        }
        var frame = [UInt8](repeating: 0, count: Int(MODBUS_TCP_MAX_ADU_LENGTH))
        let count = Int(modbus_receive_confirmation(context, &frame))
        if count < 0 { throw LinkFault(errno, on: endpoint, waited: waiting) }
        // Transaction, protocol and length, then unit, function and data.
        guard count >= 9, count <= frame.count else { throw .malformed("\(count) bytes") }
        guard frame[6] == request.unit else { throw .malformed("an answer of unit \(frame[6])") }
        return try request.reply(from: frame[7..<count])
    }

    /// To all units of a serial line; nobody answers, all need time to obey.
    func broadcast(_ request: ModbusRequest) throws(LinkFault) -> ModbusReply {
        guard let context else { throw notOpen }
        pace()
        let bytes = request.bytes
        guard modbus_send_raw_request(context, bytes, Int32(bytes.count)) >= 0 else {
            let fault = LinkFault(errno, on: endpoint, waited: .zero)
            if fault.needsReopening { close() }
            throw fault
        }
        // Modbus over Serial Line V1.02, 2.4.1: a turnaround delay of 100 ms to 200 ms.
        silentUntil = max(silentUntil, MonotonicClock.now() + .milliseconds(200))
        return .done
    }
}
