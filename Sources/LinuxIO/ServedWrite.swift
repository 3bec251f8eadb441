// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Synchronization

/// A write to registers whose answer takes its time, because the answer says that something is on disk.
package struct ServedWrite: Sendable {
    package let unit: UInt8
    package let address: UInt16
    package let values: [UInt16]
    /// Who writes, for the record: the address of the connection, or `serial line`.
    package let peer: String
    package let pending: PendingAnswer
}

/// The answer that a client waits for.
package final class PendingAnswer: Sendable {
    enum Outcome: Equatable, Sendable { case done, refused(ModbusException) }
    private let outcome = Mutex<Outcome?>(nil)
    private let waker: WakeUp

    init(waker: WakeUp) { self.waker = waker }

    /// Sends the answer off. Only the first call counts; one that comes too late finds nobody waiting.
    package func finish(_ refusal: ModbusException? = nil) {
        outcome.withLock { $0 = $0 ?? refusal.map(Outcome.refused) ?? .done }
        waker.signal()
    }

    func take() -> Outcome? { outcome.withLock { $0 } }
}

/// What one server bears.
package struct ServerBounds: Sendable {
    /// Connections at once.
    package var connections: Int
    /// A connection without a request for this long makes room for a new one when all are taken.
    package var idle: Interval
    /// How long an answer may take that is not given at once.
    package var answer: Interval

    package init(connections: Int = 256, idle: Interval = .seconds(10), answer: Interval = .seconds(10)) {
        self.connections = connections
        self.idle = idle
        self.answer = answer
    }
}
