// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What a token is found by: its letters, whatever the case, and its type (C01.FR.25).
struct TokenKey: Hashable, Sendable {
    let text: String
    let type: String

    init(_ token: IdTokenType) {
        text = token.idToken.lowercased()
        type = token.type
    }
}

/// What the backend last said of tokens that were shown here (C10).
struct AuthorizationCache: Equatable, Sendable {
    struct Entry: Equatable, Sendable, OCPPObject {
        var idToken: IdTokenType
        var info: IdTokenInfoType
        /// The driver's own (I08.FR.05).
        var tariff: TariffType?
        /// Seconds since 1970.
        var updatedAt: Int64
        /// The key it is kept under; reused when it goes.
        var slot: Int

        static let fields: [StaticString] = ["idToken", "idTokenInfo", "updatedAt", "slot", "tariff"]

        init(idToken: IdTokenType, info: IdTokenInfoType, tariff: TariffType?, updatedAt: Int64, slot: Int) {
            self.tariff = tariff
            self.idToken = idToken
            self.info = info
            self.updatedAt = updatedAt
            self.slot = slot
        }

        init(from reader: inout PayloadReader) throws(Violation) {
            var members = try reader.object()
            var idToken: IdTokenType?
            var info: IdTokenInfoType?
            updatedAt = 0
            slot = 0
            while let field = try reader.field(of: Self.fields, &members) {
                switch field {
                case 0: idToken = try IdTokenType(from: &reader)
                case 1: info = try IdTokenInfoType(from: &reader)
                case 2: updatedAt = Int64(try reader.integer())
                case 3: slot = try reader.integer(0)
                case _: tariff = try TariffType(from: &reader)
                }
            }
            guard let idToken else { throw reader.missing("idToken", members) }
            guard let info else { throw reader.missing("idTokenInfo", members) }
            self.idToken = idToken
            self.info = info
        }

        func write(to writer: inout PayloadWriter) {
            writer.beginObject()
            writer.object("idToken", idToken)
            writer.object("idTokenInfo", info)
            writer.integer("updatedAt", Int(updatedAt))
            writer.integer("slot", slot)
            writer.object("tariff", tariff)
            writer.endObject()
        }
    }

    /// What is to be written or forgotten after a change.
    enum Change: Equatable, Sendable {
        case keep(Entry)
        case forget(slot: Int)
    }

    static let mostEntries = 1_000

    private(set) var entries: [TokenKey: Entry] = [:]
    private var freeSlots: [Int] = []
    private var nextSlot = 0

    init() {}

    /// What was kept before a restart; what does not fit is left out.
    init(restoring entries: [Entry]) {
        for entry in entries.prefix(Self.mostEntries) { self.entries[TokenKey(entry.idToken)] = entry }
        let taken = Set(self.entries.values.map(\.slot))
        nextSlot = (taken.max() ?? -1) + 1
        freeSlots = (0..<nextSlot).filter { !taken.contains($0) }
    }

    /// - Parameter lifeTime: In seconds; 0 keeps for ever.
    func find(_ token: IdTokenType, at now: Int64, lifeTime: Int64) -> IdTokenInfoType? {
        guard let entry = entries[TokenKey(token)], !isExpired(entry, at: now, lifeTime: lifeTime) else { return nil }
        return entry.info
    }

    func tariff(of token: IdTokenType) -> TariffType? { entries[TokenKey(token)]?.tariff }

    /// C10.FR.10, C10.FR.13.
    private func isExpired(_ entry: Entry, at now: Int64, lifeTime: Int64) -> Bool {
        if let expiry = entry.info.cacheExpiryDateTime { return now > expiry.time.seconds }
        return lifeTime > 0 && now - entry.updatedAt > lifeTime
    }

    /// Takes what the backend says now. A token that is to be forgotten at once is not stored (C17.FR.01).
    mutating func store(
        _ token: IdTokenType, _ info: IdTokenInfoType, _ tariff: TariffType? = nil, at now: Int64
    ) -> [Change] {
        if let expiry = info.cacheExpiryDateTime, expiry.time.seconds <= now { return remove(token) }
        var changes: [Change] = []
        let key = TokenKey(token)
        if entries[key] == nil, entries.count >= Self.mostEntries { changes += makeRoom() }
        let slot = entries[key]?.slot ?? takeSlot()
        let entry = Entry(
            idToken: token.withoutAdditionalInfo, info: info.withoutAdditionalInfo,
            tariff: tariff ?? entries[key]?.tariff, updatedAt: now, slot: slot)
        entries[key] = entry
        return changes + [.keep(entry)]
    }

    private mutating func takeSlot() -> Int {
        if let slot = freeSlots.popLast() { return slot }
        defer { nextSlot += 1 }
        return nextSlot
    }

    /// C10.FR.07: the oldest that was not accepted goes first, then the oldest.
    private mutating func makeRoom() -> [Change] {
        let oldest = entries.values.min {
            ($0.info.status == .accepted ? 1 : 0, $0.updatedAt, $0.slot)
                < ($1.info.status == .accepted ? 1 : 0, $1.updatedAt, $1.slot)
        }
        return oldest.map { remove($0.idToken) } ?? []
    }

    mutating func remove(_ token: IdTokenType) -> [Change] {
        guard let entry = entries.removeValue(forKey: TokenKey(token)) else { return [] }
        freeSlots.append(entry.slot)
        return [.forget(slot: entry.slot)]
    }

    mutating func clear() -> [Change] {
        let slots = entries.values.map(\.slot).sorted()
        self = AuthorizationCache()
        return slots.map { .forget(slot: $0) }
    }
}

extension IdTokenType {
    var withoutAdditionalInfo: IdTokenType { IdTokenType(idToken: idToken, type: type) }
}

extension IdTokenInfoType {
    /// C10.FR.14.
    var withoutAdditionalInfo: IdTokenInfoType {
        var info = self
        info.groupIdToken = groupIdToken?.withoutAdditionalInfo
        return info
    }
}
