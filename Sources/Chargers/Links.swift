// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A Modbus register table (Modbus Application Protocol V1.1b3, clause 4.3).
package enum RegisterTable: String, CaseIterable, Sendable {
    case coil, discrete, input, holding
}

/// How a write goes over the wire: one register (function 5 or 6) or several (function 15 or 16).
package enum WriteFunction: String, CaseIterable, Sendable { case single, multiple }

/// What went wrong between us and a device, before its values were looked at.
package enum LinkFault: Error, Equatable, Sendable {
    /// The address refuses, resets or has gone; the link must be opened again.
    case connectionLost(String)
    /// Nothing came back in time; what comes later belongs to no one.
    case timedOut(after: Interval)
    /// The device answered with a Modbus exception code.
    case exception(UInt8)
    /// The device answered, but not what was asked: wrong length, checksum, unit or content.
    case malformed(String)

    package var needsReopening: Bool {
        switch self {
        case .connectionLost: true
        case .timedOut, .exception, .malformed: false
        }
    }
}

extension LinkFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .connectionLost(let why): "the connection is lost (\(why))"
        case .timedOut(let waited): "no answer for \(waited)"
        case .exception(let code): "Modbus exception \(code)\(Self.meaning(ofException: code))"
        case .malformed(let what): "an answer that does not fit the request (\(what))"
        }
    }

    private static func meaning(ofException code: UInt8) -> String {
        switch code {
        case 1: " (function not supported)"
        case 2: " (no such register)"
        case 3: " (value not accepted)"
        case 4: " (device failure)"
        case 6: " (device busy)"
        default: ""
        }
    }
}

/// Registers of the devices on one bus. Blocks its thread for at most the link's time-out per call. After a failure the
/// link has already discarded late bytes and re-synchronised, so the next answer belongs to the next request.
package protocol RegisterLink: AnyObject {
    /// - Parameter count: 1…125 registers.
    func read(
        _ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8
    ) throws(LinkFault) -> [UInt16]
    /// - Parameter values: 1…123 registers; exactly one for `.single`.
    func write(
        _ values: [UInt16], to address: UInt16, unit: UInt8, using function: WriteFunction
    ) throws(LinkFault)
    /// - Parameter table: `.coil` or `.discrete`.
    func readBits(_ table: RegisterTable, at address: UInt16, count: Int, unit: UInt8) throws(LinkFault) -> [Bool]
    func writeCoil(_ value: Bool, at address: UInt16, unit: UInt8) throws(LinkFault)
}

/// A byte stream with a device at the other end.
package protocol ByteLink: AnyObject {
    func write(_ bytes: [UInt8]) throws(LinkFault)
    /// What has arrived, waiting at most `patience` for the first byte; empty when nothing came.
    func read(waiting patience: Interval) throws(LinkFault) -> [UInt8]
    func discardInput()
}
