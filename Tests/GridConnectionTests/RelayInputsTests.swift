// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

/// A control box whose contacts are polled every 50 ms, at a site with 20 kW of generation.
private struct ControlBox {
    static let settings = RelayInputs.Settings(
        installedPower: .watts(20_000), dimmedPower: .watts(10_500), wired: RelayContacts(RelayContact.allCases))
    var relays: RelayInputs
    var events = ConnectionEvents()
    var now = Instant(nanoseconds: 0)

    init(_ settings: RelayInputs.Settings = settings, closed: [RelayContact] = []) {
        relays = RelayInputs(settings, at: now)
        poll(closed, for: .milliseconds(150))
        events.removeAll()
    }

    @discardableResult
    mutating func sample(_ contact: RelayContact, _ isClosed: Bool?) -> RelayInputs.Reply {
        relays.handle(.sample(contact, isClosed: isClosed), at: now, &events)
    }
    /// - Parameter except: Contacts that are not sampled.
    mutating func poll(_ closed: [RelayContact], except: [RelayContact] = [], for interval: Interval) {
        let end = now + interval
        while now <= end {
            for contact in RelayContact.allCases where !except.contains(contact) {
                sample(contact, closed.contains(contact))
            }
            now = now + .milliseconds(50)
        }
        now = end
        relays.advance(to: now, &events)
    }
    mutating func wait(_ interval: Interval) {
        now = now + interval
        relays.advance(to: now, &events)
    }

    /// Watts that may be fed in, watts that loads may draw.
    var feedIn: Int64? { relays.feedInLimit().map { $0.power.lower.milli / -1_000 } }
    var load: Int64? { relays.loadLimit().map { $0.power.upper.milli / 1_000 } }
}

struct RelayInputsTests {
    @Test(
        arguments: [
            ([], nil, nil), ([.w3], 0, nil), ([.s2], 6_000, nil), ([.s1], 12_000, nil), ([.w4], nil, 10_500),
            ([.s1, .s2], 6_000, nil), ([.s1, .w3], 0, nil), ([.s2, .w3], 0, nil), ([.s1, .s2, .w3], 0, nil),
            ([.s1, .w4], 12_000, 10_500), (RelayContact.allCases, 0, 10_500),
        ] as [([RelayContact], Int64?, Int64?)])
    func `each contact has its limit and of several the strictest holds`(
        closed: [RelayContact], feedIn: Int64?, load: Int64?
    ) {
        let box = ControlBox(closed: closed)
        #expect(box.feedIn == feedIn)
        #expect(box.load == load)
    }

    @Test func `the feed-in is bounded at the connection point, the loads as a sum`() {
        let box = ControlBox(closed: [.s1, .w4])
        #expect(box.relays.feedInLimit()?.scope == .connectionPoint)
        #expect(box.relays.loadLimit()?.scope == .controllable)
        #expect(box.relays.feedInLimit()?.power.upper == PowerLimits.unbounded.upper)
        #expect(box.relays.loadLimit()?.power.lower == PowerLimits.unbounded.lower)
    }

    @Test func `contacts that were never heard count as closed`() {
        let relays = RelayInputs(ControlBox.settings, at: Instant(nanoseconds: 0))
        #expect(relays.feedInLimit()?.power.lower == .zero)
        #expect(relays.loadLimit()?.power.upper == .watts(10_500))
    }

    @Test func `a change lasts exactly 100 ms before it counts, in both directions`() {
        var box = ControlBox()
        for closed in [true, false] {
            box.sample(.w4, closed)
            box.wait(.milliseconds(100) - Interval(nanoseconds: 1))
            #expect(box.load == (closed ? nil : 10_500))
            box.wait(Interval(nanoseconds: 1))
            #expect(box.load == (closed ? 10_500 : nil))
        }
    }

    @Test func `a contact that bounces does not count before it rests`() {
        var box = ControlBox()
        for bounce in 0..<40 {
            box.sample(.w4, bounce % 2 == 0)
            box.wait(.milliseconds(20))
            #expect(box.load == nil)
        }
        box.sample(.w4, true)
        box.wait(.milliseconds(100))
        #expect(box.load == 10_500)
    }

    @Test func `a contact not sampled for more than 5 s counts as closed until it is known again`() {
        var box = ControlBox()
        box.poll([], except: [.s2], for: .seconds(5) - .milliseconds(1))
        #expect(box.feedIn == nil)
        box.poll([], except: [.s2], for: .milliseconds(200))
        #expect(box.feedIn == 6_000)
        box.sample(.s2, false)
        box.wait(.milliseconds(99))
        #expect(box.feedIn == 6_000)
        box.wait(.milliseconds(1))
        #expect(box.feedIn == nil)
    }

    @Test func `the age may be reached and not passed`() {
        var box = ControlBox()
        let last = box.now
        for contact in RelayContact.allCases { box.sample(contact, false) }
        box.now = last + .seconds(5)
        box.relays.advance(to: box.now, &box.events)
        #expect(box.load == nil)
        box.wait(Interval(nanoseconds: 1))
        #expect(box.load == 10_500)
        #expect(box.feedIn == 0)
    }

    @Test func `an input that says it does not know closes the contact at once`() {
        var box = ControlBox()
        box.sample(.w3, nil)
        #expect(box.feedIn == 0)
    }

    @Test func `a late sample does not hide that the contact was unknown`() {
        var box = ControlBox()
        box.now = box.now + .seconds(60)
        for contact in RelayContact.allCases { box.sample(contact, false) }
        #expect(box.feedIn == 0)
        #expect(box.events.kinds == [.failsafeEntered])
    }

    @Test func `nothing is expected of a contact that is not wired`() {
        var settings = ControlBox.settings
        settings.wired = RelayContacts([.w4])
        var box = ControlBox(settings)
        #expect(box.sample(.w3, true) == .refusedNotWired)
        box.wait(.milliseconds(500))
        #expect(box.feedIn == nil)
        box.wait(.seconds(20))
        #expect(box.feedIn == nil)
        #expect(box.load == 10_500)
    }

    @Test func `orders and assumptions are recorded apart`() {
        var box = ControlBox()
        box.poll([.s1], for: .milliseconds(200))
        box.poll([.s1, .w3], for: .milliseconds(200))
        box.poll([], for: .milliseconds(200))
        #expect(box.events.kinds == [.began, .superseded, .cancelled])
        #expect(box.events[0].power.lower == .watts(-12_000))
        #expect(box.events[0].detail == RelayContacts([.s1]).bits)
        #expect(box.events[1].power.lower == .zero)
        box.events.removeAll()
        box.wait(.seconds(6))
        box.poll([], for: .milliseconds(200))
        #expect(box.events.kinds == [.failsafeEntered, .failsafeLeft])
    }

    @Test func `senseless powers allow nothing`() {
        let settings = RelayInputs.Settings(
            installedPower: .watts(-1), dimmedPower: .watts(-1), wired: RelayContacts(RelayContact.allCases))
        let relays = RelayInputs(settings, at: Instant(nanoseconds: 0))
        #expect(relays.feedInLimit()?.power.lower == .zero)
        #expect(relays.loadLimit()?.power.upper == .zero)
    }

    @Test func `the table of transitions is the one checked in`() throws {
        var table = TransitionTable(
            "RelayInputs",
            about:
                "The contacts of a control box, all four wired. States are the contacts that hold; the input lasts for 200 ms."
        )
        let states: [[RelayContact]] = [
            [], [.w4], [.s1], [.s2], [.w3], [.s1, .s2], [.s1, .w3], RelayContact.allCases,
        ]
        for closed in states {
            for contact in RelayContact.allCases {
                var box = ControlBox(closed: closed)
                let opens = closed.contains(contact)
                box.poll(opens ? closed.filter { $0 != contact } : closed + [contact], for: .milliseconds(200))
                table.add(
                    state: name(RelayContacts(closed)), input: "\(contact) \(opens ? "opens" : "closes")",
                    after: name(box.relays.active), reply: "accepted", box.events)
            }
            for (contact, silence) in [(RelayContact.w4, "w4 unknown"), (.s2, "s2 unknown"), (.w3, "w3 unknown")] {
                var box = ControlBox(closed: closed)
                let reply = box.sample(contact, nil)
                table.add(
                    state: name(RelayContacts(closed)), input: silence, after: name(box.relays.active),
                    reply: "\(reply)",
                    box.events)
            }
            var box = ControlBox(closed: closed)
            box.wait(.seconds(6))
            table.add(
                state: name(RelayContacts(closed)), input: "no samples for 6 s", after: name(box.relays.active),
                reply: "",
                box.events)
        }
        try table.expectToMatchFile()
    }

    private func name(_ contacts: RelayContacts) -> String {
        let names = RelayContact.allCases.filter { contacts.contains($0) }.map { "\($0)" }
        return names.isEmpty ? "none" : names.joined(separator: " + ")
    }
}
