// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// The tokens the backend has sent in advance (block D). Nothing but SendLocalList changes it (D01.FR.09).
struct LocalAuthorizationList: Equatable, Sendable {
    enum Change: Equatable, Sendable {
        case keep(slot: Int, AuthorizationDataType)
        case forget(slot: Int)
    }

    static let mostEntries = 5_000
    static let mostPerMessage = 1_000

    /// Zero: there is no list (D02.FR.02).
    private(set) var version = 0
    private(set) var entries: [TokenKey: AuthorizationDataType] = [:]
    private var slots: [TokenKey: Int] = [:]
    private var freeSlots: [Int] = []
    private var nextSlot = 0

    init() {}

    init(restoring entries: [(slot: Int, data: AuthorizationDataType)], version: Int) {
        self.version = version
        for (slot, data) in entries.prefix(Self.mostEntries) {
            let key = TokenKey(data.idToken)
            self.entries[key] = data
            slots[key] = slot
        }
        let taken = Set(slots.values)
        nextSlot = (taken.max() ?? -1) + 1
        freeSlots = (0..<nextSlot).filter { !taken.contains($0) }
    }

    /// - Returns: Nothing for a token that is not in the list, or whose time in it is over (C14.FR.05).
    func find(_ token: IdTokenType, at now: Int64) -> IdTokenInfoType? {
        guard let info = entries[TokenKey(token)]?.idTokenInfo else { return nil }
        if let expiry = info.cacheExpiryDateTime, now > expiry.time.seconds { return nil }
        return info
    }

    /// Whether the token is in the list at all: one whose time is over is not an unknown one (C13.FR.06).
    func knows(_ token: IdTokenType) -> Bool { entries[TokenKey(token)] != nil }

    /// D01. Either all of it is done or nothing.
    mutating func take(_ request: SendLocalListRequest) -> (status: SendLocalListStatusEnumType, changes: [Change]) {
        let given = request.localAuthorizationList ?? []
        let keys = given.map { TokenKey($0.idToken) }
        // D01.FR.06, D01.FR.11, D01.FR.18.
        guard request.versionNumber > 0, given.count <= Self.mostPerMessage, Set(keys).count == keys.count else {
            return (.failed, [])
        }
        switch request.updateType {
        case .full: return replace(by: given, request.versionNumber)
        case .differential: return update(by: given, request.versionNumber)
        }
    }

    /// D01.FR.04, D01.FR.15.
    private mutating func replace(
        by given: [AuthorizationDataType], _ version: Int
    ) -> (SendLocalListStatusEnumType, [Change]) {
        guard given.count <= Self.mostEntries, given.allSatisfy({ $0.idTokenInfo != nil }) else { return (.failed, []) }
        var changes: [Change] = []
        let wanted = Set(given.map { TokenKey($0.idToken) })
        for key in entries.keys where !wanted.contains(key) { changes += remove(key) }
        for data in given { changes += put(data) }
        self.version = version
        return (.accepted, changes)
    }

    /// D01.FR.05, D01.FR.16, D01.FR.17, D01.FR.19.
    private mutating func update(
        by given: [AuthorizationDataType], _ version: Int
    ) -> (SendLocalListStatusEnumType, [Change]) {
        guard version > self.version else { return (.versionMismatch, []) }
        let added = given.count { $0.idTokenInfo != nil && entries[TokenKey($0.idToken)] == nil }
        let removed = given.count { $0.idTokenInfo == nil && entries[TokenKey($0.idToken)] != nil }
        guard entries.count - removed + added <= Self.mostEntries else { return (.failed, []) }
        var changes: [Change] = []
        for data in given { changes += data.idTokenInfo == nil ? remove(TokenKey(data.idToken)) : put(data) }
        self.version = version
        return (.accepted, changes)
    }

    private mutating func put(_ data: AuthorizationDataType) -> [Change] {
        let key = TokenKey(data.idToken)
        let slot = slots[key] ?? takeSlot()
        guard entries[key] != data else { return [] }
        slots[key] = slot
        entries[key] = data
        return [.keep(slot: slot, data)]
    }

    private mutating func takeSlot() -> Int {
        if let slot = freeSlots.popLast() { return slot }
        defer { nextSlot += 1 }
        return nextSlot
    }

    private mutating func remove(_ key: TokenKey) -> [Change] {
        guard entries.removeValue(forKey: key) != nil, let slot = slots.removeValue(forKey: key) else { return [] }
        freeSlots.append(slot)
        return [.forget(slot: slot)]
    }
}
