// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CModbus
import Chargers
import Electricity
import Glibc

/// Registers over libmodbus, TCP or RTU. Blocks its thread; used from one thread at a time.
///
/// A request that failed may still be answered, and on a serial line nothing but unit, function and length tells that
/// answer from the next one. So after every failure the link stays silent until no answer can come any more, drops what
/// came, and asks nothing of the unit that matters before a read of another shape was answered correctly and alone.
/// TCP has transaction numbers and needs only the silence, except through gateways that gave up on their unit
/// (exceptions 10 and 11) and for units 248…254, which libmodbus serves without numbers.
package final class ModbusLink: RegisterLink {
    package let endpoint: ModbusEndpoint
    /// For units without an entry in `unitTiming`.
    package var timing: ModbusTiming
    package var unitTiming: [UInt8: ModbusTiming] = [:]
    /// What to read to re-synchronise with a unit; without an entry the link chooses.
    package var resynchronisation: [UInt8: Resynchronisation] = [:]
    /// For a TCP connection with the look-up of its name.
    package var connectTimeout: Interval
    /// Between two frames; never less than what the serial line needs. Some devices need more.
    package var requestGap: Interval

    var context: OpaquePointer?
    /// Answers that may still come, by unit: as long as there are any, the unit's next answer proves nothing.
    var doubts: [UInt8: Set<ReplyShape>] = [:]
    var silentUntil = Instant.distantPast
    var lastFrame = Instant.distantPast

    package init(
        _ endpoint: ModbusEndpoint, timing: ModbusTiming = ModbusTiming(), connectTimeout: Interval = .seconds(3),
        requestGap: Interval = .zero
    ) {
        self.endpoint = endpoint
        self.timing = timing
        self.connectTimeout = connectTimeout
        self.requestGap = requestGap
    }

    deinit { close() }
}

extension ModbusLink {
    package var isOpen: Bool { context != nil }

    /// Opens the port or the connection; nothing happens when it is open. A TCP connection takes at most
    /// `connectTimeout`.
    package func open() throws(LinkFault) {
        guard context == nil else { return }
        let opened: OpaquePointer =
            switch endpoint {
            case .tcp(let host, let port): try openTCP(host, port)
            case .rtu(let device, let line): try openSerial(device, line)
            }
        modbus_set_error_recovery(opened, MODBUS_ERROR_RECOVERY_NONE)
        // Zero lets the response time-out cover the whole answer.
        modbus_set_byte_timeout(opened, 0, 0)
        context = opened
        lastFrame = MonotonicClock.now()
        switch endpoint {
        case .tcp:
            doubts = [:]
            silentUntil = .distantPast
        // Whoever used the line before us may have asked something.
        case .rtu: silentUntil = lastFrame + timing.worstTurnaround
        }
    }

    /// Closes the port or the connection; nothing happens when it is closed.
    package func close() {
        // libmodbus aborts the process when a closed context is used, so nobody may find it any more.
        guard let closing = context else { return }
        context = nil
        modbus_close(closing)
        modbus_free(closing)
    }

    package func reopen() throws(LinkFault) {
        close()
        try open()
    }

    private func openTCP(_ host: String, _ port: UInt16) throws(LinkFault) -> OpaquePointer {
        let descriptor = try connectTCP(host: host, port: port, until: MonotonicClock.now() + connectTimeout)
        do throws(LinkFault) {
            try refuseUnwaitable(descriptor)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        guard let opened = modbus_new_tcp("127.0.0.1", Int32(port)) else {
            Glibc.close(descriptor)
            throw .connectionLost("libmodbus: \(errorText(errno))")
        }
        modbus_set_socket(opened, descriptor)
        return opened
    }

    private func openSerial(_ device: String, _ line: SerialSettings) throws(LinkFault) -> OpaquePointer {
        // libmodbus would take 9600 baud for a rate it does not know.
        if let problem = line.problem { throw .connectionLost(problem) }
        let parity: Character =
            switch line.parity {
            case .none: "N"
            case .even: "E"
            case .odd: "O"
            }
        let opened = modbus_new_rtu(
            device, Int32(line.baud), CChar(parity.asciiValue ?? 0), Int32(line.dataBits), Int32(line.stopBits))
        guard let opened else { throw .connectionLost("libmodbus: \(errorText(errno))") }
        guard modbus_connect(opened) == 0 else {
            let code = errno
            modbus_free(opened)
            throw .connectionLost("\(device): \(errorText(code))")
        }
        do throws(LinkFault) {
            try refuseUnwaitable(modbus_get_socket(opened))
            guard flock(modbus_get_socket(opened), LOCK_EX | LOCK_NB) == 0 else {
                throw .connectionLost("\(device) is in use by another program or bus")
            }
        } catch {
            modbus_close(opened)
            modbus_free(opened)
            throw error
        }
        return opened
    }

    /// libmodbus waits with select(), which ends the process for descriptors it has no bit for.
    private func refuseUnwaitable(_ descriptor: Int32) throws(LinkFault) {
        guard descriptor < Int32(FD_SETSIZE) else {
            throw .connectionLost(
                "the process has so many open files that libmodbus cannot wait for this one "
                    + "(descriptor \(descriptor), at most \(FD_SETSIZE - 1)); set LimitNOFILE=\(FD_SETSIZE)")
        }
    }
}

extension ModbusLink {
    package func read(
        _ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8
    ) throws(LinkFault) -> [UInt16] {
        let request = ModbusRequest(operation: .readRegisters(table, count: count), address: address, unit: unit)
        guard case .registers(let values) = try transact(request) else { throw .malformed("no registers") }
        return values
    }

    package func write(
        _ values: [UInt16], to address: UInt16, unit: UInt8, using function: WriteFunction
    ) throws(LinkFault) {
        let operation: ModbusRequest.Operation
        switch function {
        case .single:
            guard values.count == 1 else { throw .malformed("function 6 writes one register, not \(values.count)") }
            operation = .writeRegister(values[0])
        case .multiple: operation = .writeRegisters(values)
        }
        _ = try transact(ModbusRequest(operation: operation, address: address, unit: unit))
    }

    package func readBits(
        _ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8
    ) throws(LinkFault) -> [Bool] {
        let request = ModbusRequest(operation: .readBits(table, count: count), address: address, unit: unit)
        guard case .bits(let values) = try transact(request) else { throw .malformed("no bits") }
        return values
    }

    package func writeCoil(_ value: Bool, at address: UInt16, unit: UInt8) throws(LinkFault) {
        _ = try transact(ModbusRequest(operation: .writeCoil(value), address: address, unit: unit))
    }

    private func transact(_ request: ModbusRequest) throws(LinkFault) -> ModbusReply {
        if let problem = request.problem { throw .malformed(problem) }
        let isBroadcast = endpoint.isSerial && request.unit == 0
        if isBroadcast && !request.isWrite { throw .malformed("a read from unit 0; on a serial line nobody answers") }
        if endpoint.isSerial && request.unit > 247 { throw .malformed("unit \(request.unit); a serial line has 1…247") }
        try settle()
        if isBroadcast { return try broadcast(request) }
        try synchronise(before: request)
        return try exchange(request)
    }
}
