// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Who may charge (blocks C and D).
struct Authorization: Equatable, Sendable {
    /// A question to the backend about a token.
    struct Asking: Equatable, Sendable {
        var idToken: IdTokenType
        /// Where it was shown; nil is the station's own reader.
        var evse: Int?
        /// From RequestStartTransaction.
        var remoteStartId: Int?
        var groupIdToken: IdTokenType?
        var profile: ChargingProfileType?
        /// From a car (C07): the host waits for an answer.
        var isContract = false
        /// Its chain ends at a root that is not known here: only the backend can say whether it is good.
        var isUnverified = false
    }

    /// A grant for whichever EVSE a car is plugged in at.
    struct Waiting: Equatable, Sendable {
        var grant: Grant
        var until: Instant?
    }

    static let mostAsking = 16

    var cache = AuthorizationCache()
    var list = LocalAuthorizationList()
    private(set) var asking: [Asking] = []
    var waiting: Waiting?

    init() {}

    init(kept: [String: [UInt8]]) {
        func entries<Object: OCPPObject>(_ prefix: String, _: Object.Type) -> [(slot: Int, data: Object)] {
            kept.compactMap { key, bytes in
                guard key.hasPrefix(prefix), let slot = Int(key.dropFirst(prefix.count)),
                    let object = Object(keptBytes: bytes)
                else { return nil }
                return (slot, object)
            }.sorted { $0.slot < $1.slot }
        }
        cache = AuthorizationCache(
            restoring: entries("authorization-cache/", AuthorizationCache.Entry.self).map(\.data))
        let version = kept["local-list-version"].flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
        list = LocalAuthorizationList(
            restoring: entries("local-list/", AuthorizationDataType.self), version: version)
    }

    /// Notes a question; the oldest one without an answer gives way.
    mutating func ask(_ question: Asking) {
        if asking.count >= Self.mostAsking { asking.removeFirst() }
        asking.append(question)
    }

    /// Takes back the question that `token` was asked for.
    mutating func answered(_ token: IdTokenType) -> Asking? {
        guard let index = asking.firstIndex(where: { $0.idToken == token }) else { return nil }
        return asking.remove(at: index)
    }
}
