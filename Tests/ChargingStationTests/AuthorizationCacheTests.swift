// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct AuthorizationCacheTests {
    private func token(_ name: String) -> IdTokenType { IdTokenType(idToken: name, type: "ISO14443") }

    private func info(_ status: AuthorizationStatusEnumType = .accepted, until seconds: Int64? = nil) -> IdTokenInfoType
    {
        IdTokenInfoType(
            status: status,
            cacheExpiryDateTime: seconds.map { DateTime(WallTime(milliseconds: $0 * 1_000)) })
    }

    @Test func `it holds every status, and the latest`() {
        // C10.FR.01, C10.FR.04, C12.FR.06.
        var cache = AuthorizationCache()
        _ = cache.store(token("A"), info(.blocked), at: 0)
        #expect(cache.find(token("a"), at: 0, lifeTime: 0)?.status == .blocked)
        _ = cache.store(token("A"), info(), at: 1)
        #expect(cache.find(token("A"), at: 1, lifeTime: 0)?.status == .accepted)
        #expect(cache.entries.count == 1)
    }

    @Test func `an entry lives as long as it says, otherwise as long as entries live`() {
        // C10.FR.08, C10.FR.10, C10.FR.13.
        var cache = AuthorizationCache()
        _ = cache.store(token("A"), info(), at: 0)
        _ = cache.store(token("B"), info(until: 50), at: 0)
        #expect(cache.find(token("A"), at: 100, lifeTime: 100) != nil)
        #expect(cache.find(token("A"), at: 101, lifeTime: 100) == nil)
        #expect(cache.find(token("A"), at: 101, lifeTime: 0) != nil)
        #expect(cache.find(token("B"), at: 50, lifeTime: 10) != nil)
        #expect(cache.find(token("B"), at: 51, lifeTime: 100) == nil)
    }

    @Test func `a token that expires now is not stored, and goes if it was`() {
        // C17.FR.01, C17.FR.02.
        var cache = AuthorizationCache()
        #expect(cache.store(token("A"), info(until: 100), at: 100).isEmpty)
        #expect(cache.entries.isEmpty)
        _ = cache.store(token("A"), info(), at: 100)
        #expect(cache.store(token("A"), info(until: 100), at: 100) == [.forget(slot: 0)])
        #expect(cache.entries.isEmpty)
    }

    @Test func `when it is full, the oldest refused entry goes first, then the oldest`() {
        // C10.FR.07.
        var cache = AuthorizationCache()
        for number in 0..<AuthorizationCache.mostEntries {
            _ = cache.store(token("\(number)"), info(number == 700 ? .expired : .accepted), at: Int64(number))
        }
        _ = cache.store(token("X"), info(), at: 5_000)
        #expect(cache.entries.count == AuthorizationCache.mostEntries)
        #expect(cache.find(token("700"), at: 5_000, lifeTime: 0) == nil)
        _ = cache.store(token("Y"), info(), at: 5_001)
        #expect(cache.find(token("0"), at: 5_000, lifeTime: 0) == nil)
        #expect(cache.find(token("1"), at: 5_000, lifeTime: 0) != nil)
        let slots = Set(cache.entries.values.map(\.slot))
        #expect(slots.count == cache.entries.count)
        #expect(slots.max() ?? 0 < AuthorizationCache.mostEntries)
    }

    @Test func `what belongs to one showing is not stored`() {
        // C10.FR.14.
        let extra = [AdditionalInfoType(additionalIdToken: "1234", type: "CardLast4Digits")]
        var cache = AuthorizationCache()
        var info = info()
        info.groupIdToken = IdTokenType(idToken: "G", type: "Central", additionalInfo: extra)
        info.language1 = "de"
        _ = cache.store(IdTokenType(idToken: "A", type: "ISO14443", additionalInfo: extra), info, at: 0)
        let entry = cache.entries.values.first
        #expect(entry?.idToken.additionalInfo == nil)
        #expect(entry?.info.groupIdToken == IdTokenType(idToken: "G", type: "Central"))
        #expect(entry?.info.language1 == "de")
    }

    @Test func `it survives a restart`() {
        // C10.FR.02, C10.FR.05.
        var bench = StationBench.with([:])
        _ = bench.plugIn()
        let start = bench.present()
        _ = bench.answerEvent(
            in: start,
            TransactionEventResponse(idTokenInfo: IdTokenInfoType(status: .accepted, groupIdToken: StationBench.family))
        )
        bench.reopen()
        #expect(bench.station.knownInfo(StationBench.card)?.groupIdToken == StationBench.family)
    }

    @Test func `tokens of one use and of nobody are not stored`() {
        // C02.FR.03, C05.FR.02.
        var bench = StationBench.with([:])
        _ = bench.plugIn()
        let central = IdTokenType(idToken: "ONE", type: "Central")
        let start = bench.remoteStart(central).rest
        _ = bench.answerEvent(
            in: start, TransactionEventResponse(idTokenInfo: IdTokenInfoType(status: .accepted)))
        #expect(bench.station.authorization.cache.entries.isEmpty)
    }

    @Test(arguments: [("true", ClearCacheStatusEnumType.accepted), ("false", .rejected)])
    func `it is cleared if it is switched on`(enabled: String, status: ClearCacheStatusEnumType) {
        // C11.FR.01 to .04.
        var bench = StationBench.with([:])
        _ = bench.present()
        bench.station.variables.report(enabled, as: AuthorizationVariables.cacheEnabled)
        let (answer, _) = bench.ask(.clearCache(ClearCacheRequest()))
        #expect(answer == .clearCache(ClearCacheResponse(status: status)))
        #expect(bench.station.authorization.cache.entries.isEmpty == (status == .accepted))
        #expect(bench.kept.keys.contains { $0.hasPrefix("authorization-cache/") } == (status == .rejected))
    }
}
