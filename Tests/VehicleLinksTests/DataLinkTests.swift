// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import SLAC
import Testing

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
        let isOverdue = state.isOverdue(at: Self.now + DataLinkState.patience)
        #expect(!isOverdue)
    }

    @Test func `a matched car that begins no session gives up its place after a minute`() throws {
        var state = try Self.matched()
        let end = Self.now + .seconds(60)
        let isOverdue = state.isOverdue(at: end - Interval(nanoseconds: 1))
        #expect(!isOverdue)
        let isOverdueThen = state.isOverdue(at: end)
        #expect(isOverdueThen)
        let isOverdueAtLast = state.isOverdue(at: end)
        #expect(!isOverdueAtLast, "said once")
    }

    static let ends: [(StationEnd?, Bool)] = [
        (.finished, true), (.byOwner, true), (.silent, true), (.disconnected, true), (nil, true), (paused, false),
    ]

    @Test(arguments: ends) func `a session that is over ends the link, and a pause does not`(
        _ end: StationEnd?, _ ends: Bool
    ) throws {
        var state = try Self.matched()
        state.sessionBegan()
        let isOverdue = state.isOverdue(at: Self.now + .seconds(3_600))
        #expect(!isOverdue, "a session may last")
        let isEnded = state.sessionEnded(end, at: Self.now)
        #expect(isEnded == ends)
    }

    @Test func `a paused car keeps its match for a day`() throws {
        var state = try Self.matched()
        state.sessionBegan()
        _ = state.sessionEnded(Self.paused, at: Self.now)
        let isOverdue = state.isOverdue(at: Self.now + .seconds(24 * 3_600 - 1))
        #expect(state.isMatched && !isOverdue)
        let isOverdueThen = state.isOverdue(at: Self.now + .seconds(24 * 3_600))
        #expect(isOverdueThen)
    }

    @Test func `a car that was matched anew during its session is not cut off by that session's end`() throws {
        var state = try Self.matched()
        state.sessionBegan()
        state.hear(.matched(try Self.match()), at: Self.now)
        let isEnded = state.sessionEnded(.silent, at: Self.now)
        #expect(!isEnded && state.isMatched)
        let isOverdue = state.isOverdue(at: Self.now + .seconds(60))
        #expect(isOverdue)
    }

    @Test func `a session whose network is gone has nothing to end`() throws {
        var state = try Self.matched()
        state.sessionBegan()
        state.hear(.left, at: Self.now)
        let isEnded = state.sessionEnded(.disconnected, at: Self.now)
        #expect(!isEnded)
    }
}
