// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import GridConnection
import Synchronization

/// Those who wait for what became of their instruction, by ticket.
final class Answers: Sendable {
    private typealias Waiter = CheckedContinuation<ConnectionReply?, Never>
    private enum Place {
        case expected
        case waiting(Waiter)
        case answered(ConnectionReply?)
    }
    private let places = Mutex<[UInt64: Place]>([:])

    /// To be called before the instruction is passed on: its answer may come at once.
    func expect(_ ticket: UInt64) { places.withLock { $0[ticket] = .expected } }

    /// - Returns: nil when no answer came.
    func wait(for ticket: UInt64) async -> ConnectionReply? {
        await withCheckedContinuation { continuation in
            let here: ConnectionReply?? = places.withLock { places in
                guard case .answered(let reply)? = places[ticket] else {
                    places[ticket] = .waiting(continuation)
                    return nil
                }
                places[ticket] = nil
                return .some(reply)
            }
            if let here { continuation.resume(returning: here) }
        }
    }

    func answer(_ ticket: UInt64, _ reply: ConnectionReply?) {
        let waiter: Waiter? = places.withLock { places in
            switch places[ticket] {
            case .waiting(let waiter):
                places[ticket] = nil
                return waiter
            case .expected:
                places[ticket] = .answered(reply)
                return nil
            case .answered, nil: return nil
            }
        }
        waiter?.resume(returning: reply)
    }

    /// Nobody is left waiting when the loop has stopped.
    func end() {
        let tickets = places.withLock { Array($0.keys) }
        for ticket in tickets { answer(ticket, nil) }
    }
}
