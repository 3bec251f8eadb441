// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// What the rest of the daemon asks of the loop, through a ring.
package struct LoopCommand: Sendable, BitwiseCopyable {
    package enum Change: Sendable, BitwiseCopyable {
        /// Place in the table of wishes, one per source and EVSE, and one per source for the site.
        case wish(place: Int, power: Power, expiresAt: Instant)
        case noWish(place: Int)
        /// Place in the table of imposed limits.
        case limit(place: Int, power: PowerLimits, expiresAt: Instant)
        case noLimit(place: Int)
        /// What the operator says; the answer goes out with the same ticket.
        case connection(ConnectionInput, ticket: UInt64)
    }
    package var change: Change

    package init(change: Change) { self.change = change }
}

/// A row of the loop's tables; a place that is not in force costs one comparison.
struct TableRow<Value: Sendable & BitwiseCopyable>: Sendable, BitwiseCopyable {
    var value: Value
    var expiresAt: Instant
}

/// What the loop tells of the grid's rules: events for the record, answers to instructions.
enum ConnectionNews: Sendable, BitwiseCopyable {
    case event(ConnectionEvent)
    case reply(ConnectionReply, ticket: UInt64)
    /// Events that found no place.
    case lost(Int)
}
