// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A contact of the operator's control box, by the names of the VDE FNN. Closed means that it orders something; wiring
/// that works the other way round is turned by the adapter.
package enum RelayContact: Int, CaseIterable, Sendable, BitwiseCopyable {
    /// Feed in nothing.
    case w3
    /// Feed in at most 30 % of the installed power.
    case s2
    /// Feed in at most 60 % of the installed power.
    case s1
    /// Dim the controllable loads (§ 14a EnWG).
    case w4

    @_noLocks func isAmong(_ bits: UInt8) -> Bool { bits & bit != 0 }
    var bit: UInt8 { @_noLocks get { 1 << UInt8(position) } }
    var position: Int {
        @_noLocks get {
            switch self {
            case .w3: 0
            case .s2: 1
            case .s1: 2
            case .w4: 3
            }
        }
    }
}

/// Contacts by their bits: bit 0 is W3, bit 1 is S2, bit 2 is S1, bit 3 is W4.
package struct RelayContacts: Sendable, BitwiseCopyable, Equatable {
    package let bits: UInt8
    @_noLocks package init(bits: UInt8) { self.bits = bits & 0b1111 }
    package init(_ contacts: [RelayContact]) { bits = contacts.reduce(0) { $0 | $1.bit } }
    @_noLocks package func contains(_ contact: RelayContact) -> Bool { contact.isAmong(bits) }
}

/// One contact as its samples tell it. A change counts once it has lasted for the debounce.
struct DebouncedContact: Sendable, BitwiseCopyable {
    /// Nil: unknown.
    private(set) var isClosed: Bool?
    private var pending: Bool?
    private var pendingSince = Instant.distantPast
    private var sampledAt = Instant.distantPast

    @_noLocks init() {}

    @_noLocks mutating func sample(_ closed: Bool?, at now: Instant) {
        guard let closed else {
            // The input says itself that it does not know.
            isClosed = nil
            pending = nil
            return
        }
        sampledAt = now
        if let isClosed, isClosed == closed {
            pending = nil
            return
        }
        if let pending, pending == closed { return }
        pending = closed
        pendingSince = now
    }

    @_noLocks mutating func advance(to now: Instant, debounce: Interval, maximumAge: Interval) {
        guard now - sampledAt <= maximumAge else {
            isClosed = nil
            pending = nil
            return
        }
        guard let closed = pending, now - pendingSince >= debounce else { return }
        isClosed = closed
        pending = nil
    }
}
