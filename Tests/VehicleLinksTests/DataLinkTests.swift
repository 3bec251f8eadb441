// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import Testing

@testable import SLAC
@testable import VehicleLinks

/// When cars are let in where they are matched first, and when the link has served.
struct DataLinkTests {
    private static let now = Instant(nanoseconds: 1_000_000)
    private static let paused = StationEnd.paused(PausedSession(sessionID: [1], vehicle: "car"))

    private static func matched() throws -> DataLinkState {
        var state = DataLinkState()
        state.hear(.ready, at: now)
        state.hear(.matched(try match()), at: now)
        return state
    }

    private static func match() throws -> Match {
        let network = try #require(
            LogicalNetwork(id: .init(repeating: 1, count: 7), key: .init(repeating: 2, count: 16)))
        return Match(car: MACAddress(bits: 1), station: MACAddress(bits: 2), network: network)
    }

    @Test func `only a match lets cars in, until the network is left`() throws {
        var state = DataLinkState()
        for event in [SLACEvent.ready, .runFailed(car: MACAddress(bits: 1), .noSounds), .failed(.noRequest)] {
            state.hear(event, at: Self.now)
            #expect(!state.isMatched)
        }
        state.hear(.matched(try Self.match()), at: Self.now)
        #expect(state.isMatched)
        state.hear(.failed(.noLink), at: Self.now)
        state.hear(.left, at: Self.now)
        #expect(!state.isMatched)
        // Nothing is left to be ended.
        #expect(state.isOverdue(at: Self.now + DataLinkState.patience) == false)
    }

    @Test func `a matched car that begins no session gives up its place after a minute`() throws {
        var state = try Self.matched()
        let end = Self.now + .seconds(60)
        #expect(state.isOverdue(at: end - Interval(nanoseconds: 1)) == false)
        #expect(state.isOverdue(at: end) == true)
        #expect(state.isOverdue(at: end) == false, "said once")
    }

    static let ends: [(StationEnd?, Bool)] = [
        (.finished, true), (.byOwner, true), (.silent, true), (.disconnected, true), (nil, true), (paused, false),
    ]

    @Test(arguments: ends) func `a session that is over ends the link, and a pause does not`(
        _ end: StationEnd?, _ ends: Bool
    ) throws {
        var state = try Self.matched()
        state.sessionBegan()
        #expect(state.isOverdue(at: Self.now + .seconds(3_600)) == false, "a session may last")
        #expect(state.sessionEnded(end, at: Self.now) == ends)
    }

    @Test func `a paused car keeps its match for a day`() throws {
        var state = try Self.matched()
        state.sessionBegan()
        _ = state.sessionEnded(Self.paused, at: Self.now)
        #expect(state.isMatched)
        #expect(state.isOverdue(at: Self.now + .seconds(24 * 3_600 - 1)) == false)
        #expect(state.isOverdue(at: Self.now + .seconds(24 * 3_600)) == true)
    }

    @Test func `a car that was matched anew during its session is not cut off by that session's end`() throws {
        var state = try Self.matched()
        state.sessionBegan()
        state.hear(.matched(try Self.match()), at: Self.now)
        #expect(state.sessionEnded(.silent, at: Self.now) == false)
        #expect(state.isMatched)
        #expect(state.isOverdue(at: Self.now + .seconds(60)) == true)
    }

    @Test func `a session whose network is gone has nothing to end`() throws {
        var state = try Self.matched()
        state.sessionBegan()
        state.hear(.left, at: Self.now)
        #expect(state.sessionEnded(.disconnected, at: Self.now) == false)
    }
}
