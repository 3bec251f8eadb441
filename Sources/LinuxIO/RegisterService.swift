// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A refusal as a Modbus exception code (Modbus Application Protocol V1.1b3, clause 7).
package struct ModbusException: Error, Hashable, Sendable {
    package let code: UInt8
    package init(code: UInt8) { self.code = code }
    package static let illegalFunction = ModbusException(code: 1)
    package static let illegalAddress = ModbusException(code: 2)
    package static let illegalValue = ModbusException(code: 3)
    package static let deviceFailure = ModbusException(code: 4)
    package static let busy = ModbusException(code: 6)
    package static let gatewayTargetSilent = ModbusException(code: 11)
}

/// What a served device does about one request; everything but `answer` is for devices that misbehave on purpose.
package enum ServedConduct: Equatable, Sendable {
    case answer
    /// The answer is worked out now and sent later.
    case delay(Interval)
    case drop
    /// The request is not looked at; function and data of the answer are these.
    case answerWith([UInt8])
    /// These bytes go out as they are, without a frame around them.
    case garbage([UInt8])
    /// Closes a TCP connection; drops the request on a serial line.
    case hangUp
}

/// One request as the served device sees it.
package struct ServedRequest: Equatable, Sendable {
    package let unit: UInt8
    package let function: UInt8
    /// Zero when the request is too short to have one.
    package let address: UInt16
    /// Registers or bits asked for or written; zero when the request is too short to say.
    package let count: Int
}

/// The registers a `ModbusServer` answers for. Called on the server's thread, one request at a time.
package protocol RegisterService: AnyObject, Sendable {
    /// Whether there is such a unit. Others are silent on a serial line and answered with exception 11 on TCP.
    func serves(unit: UInt8) -> Bool
    func conduct(for request: ServedRequest) -> ServedConduct
    /// - Returns: Exactly `count` values.
    func read(
        _ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8
    ) throws(ModbusException) -> [UInt16]
    func write(_ values: [UInt16], to address: UInt16, unit: UInt8) throws(ModbusException)
    /// - Returns: Exactly `count` values.
    func readBits(
        _ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8
    ) throws(ModbusException) -> [Bool]
    func writeBits(_ values: [Bool], to address: UInt16, unit: UInt8) throws(ModbusException)
    /// Takes over a write that cannot be answered at once. Until it is finished the connection's next request waits; the
    /// other connections do not.
    /// - Returns: False leaves it to `write`.
    func takesOver(_ write: ServedWrite) -> Bool
}

extension RegisterService {
    package func takesOver(_ write: ServedWrite) -> Bool { false }
    package func serves(unit: UInt8) -> Bool { true }
    package func conduct(for request: ServedRequest) -> ServedConduct { .answer }
    package func readBits(
        _ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8
    ) throws(ModbusException) -> [Bool] { throw .illegalFunction }
    package func writeBits(_ values: [Bool], to address: UInt16, unit: UInt8) throws(ModbusException) {
        throw .illegalFunction
    }
}
