// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The contacts of a control box (VDE FNN) as limits: steps of feed-in, and the dimming of the controllable loads.
///
/// A contact that is not known counts as closed. Of contacts that contradict each other the strictest one holds, in the
/// order W3, S2, S1. The events `.began`, `.superseded` and `.cancelled` tell the operator's orders, that is contacts known
/// to be closed; what is assumed of unknown ones is told as a failsafe. There is no memory: contacts say what they
/// want after a restart too, and until they have said so they count as closed.
package struct RelayInputs: Sendable, BitwiseCopyable {
    package struct Settings: Sendable, BitwiseCopyable, Equatable {
        /// Of the generation that feeds in.
        package var installedPower: Power
        /// For all controllable loads together when W4 dims; the guaranteed minimum of `Section14a`.
        package var dimmedPower: Power
        /// Those wired to inputs; of the others nothing is expected.
        package var wired: RelayContacts
        /// How long a change has to last. A default of ours, longer than relays bounce.
        package var debounce = Interval.milliseconds(100)
        /// How old the last sample of a contact may be. A default of ours.
        package var maximumAge = Interval.seconds(5)

        package init(installedPower: Power, dimmedPower: Power, wired: RelayContacts) {
            self.installedPower = installedPower
            self.dimmedPower = dimmedPower
            self.wired = wired
        }
    }

    package enum Input: Sendable, BitwiseCopyable {
        /// - Parameter isClosed: Nil where the input does not know.
        case sample(RelayContact, isClosed: Bool?)
    }

    package enum Reply: UInt8, CaseIterable, Sendable, BitwiseCopyable { case accepted, refusedNotWired }

    private let settings: Settings
    private var contacts = InlineArray<4, DebouncedContact>(repeating: DebouncedContact())
    /// Known to be closed.
    private var ordered = RelayContacts(bits: 0)
    private var unknown: RelayContacts
    /// Of the unknown ones, those the record knows of.
    private var toldUnknown = RelayContacts(bits: 0)

    package init(_ settings: Settings, at now: Instant) {
        self.settings = settings
        unknown = settings.wired
    }

    @_noLocks
    package mutating func handle(_ input: Input, at now: Instant, _ events: inout ConnectionEvents) -> Reply {
        // What has grown old is forgotten before a new sample could hide it.
        advance(to: now, &events)
        switch input {
        case .sample(let contact, let isClosed):
            guard settings.wired.contains(contact) else { return .refusedNotWired }
            contacts[contact.position].sample(isClosed, at: now)
            advance(to: now, &events)
            return .accepted
        }
    }

    @_noLocks package mutating func advance(to now: Instant, _ events: inout ConnectionEvents) {
        var closed: UInt8 = 0
        var open: UInt8 = 0
        var position = 0
        while position < 4 {
            contacts[position].advance(to: now, debounce: settings.debounce, maximumAge: settings.maximumAge)
            if let isClosed = contacts[position].isClosed {
                if isClosed { closed |= 1 << UInt8(position) } else { open |= 1 << UInt8(position) }
            }
            position += 1
        }
        tellOrders(RelayContacts(bits: closed & settings.wired.bits), now, &events)
        unknown = RelayContacts(bits: settings.wired.bits & ~closed & ~open)
        tellUnknown(now, &events)
    }

    /// Contacts that hold: closed ones and unknown ones.
    package var active: RelayContacts { @_noLocks get { RelayContacts(bits: ordered.bits | unknown.bits) } }

    /// What may be fed in through the connection point; nil where no contact bounds it.
    @_noLocks package func feedInLimit() -> GridLimit? {
        guard let share = feedInShare(active) else { return nil }
        return GridLimit(.relay, power: feedInBounds(share))
    }

    /// What the controllable loads may draw together; nil where they are not dimmed.
    @_noLocks package func loadLimit() -> GridLimit? {
        guard active.contains(.w4) else { return nil }
        return GridLimit(.relay, scope: .controllable, power: loadBounds)
    }

    /// Percent of the installed power.
    private func feedInShare(_ contacts: RelayContacts) -> Int? {
        if contacts.contains(.w3) { return 0 }
        if contacts.contains(.s2) { return 30 }
        return contacts.contains(.s1) ? 60 : nil
    }

    private func feedInBounds(_ share: Int) -> PowerLimits {
        let installed = settings.installedPower.clamped(from: .zero, to: Power(milli: Power.plausible))
        return PowerLimits(from: -(installed * share / 100), to: Power(milli: Power.plausible))
    }

    private var loadBounds: PowerLimits {
        PowerLimits(from: Power(milli: 0 - Power.plausible), to: settings.dimmedPower)
    }

    private func bounds(_ contacts: RelayContacts) -> PowerLimits {
        var bounds = PowerLimits.unbounded
        if let share = feedInShare(contacts) { bounds = bounds.narrowed(to: feedInBounds(share)) }
        if contacts.contains(.w4) { bounds = bounds.narrowed(to: loadBounds) }
        return bounds
    }

    private mutating func tellOrders(_ now: RelayContacts, _ at: Instant, _ events: inout ConnectionEvents) {
        guard now.bits != ordered.bits else { return }
        let kind: ConnectionEvent.Kind =
            ordered.bits == 0 ? .began : (now.bits == 0 ? .cancelled : .superseded)
        events.add(ConnectionEvent(kind, .relay, at: at, power: bounds(now), detail: now.bits))
        ordered = now
    }

    private mutating func tellUnknown(_ at: Instant, _ events: inout ConnectionEvents) {
        guard unknown.bits != toldUnknown.bits else { return }
        let isMore = unknown.bits & ~toldUnknown.bits != 0
        toldUnknown = unknown
        guard isMore || unknown.bits == 0 else { return }
        events.add(
            ConnectionEvent(
                isMore ? .failsafeEntered : .failsafeLeft, .relay, at: at, power: bounds(unknown), detail: unknown.bits)
        )
    }
}
