// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// An EVSE held free for somebody (block H).
struct Reservation: Equatable, Sendable, OCPPObject {
    var id: Int
    /// Seconds since 1970.
    var expiresAt: Int64
    /// When it was made, in seconds since 1970.
    var madeAt: Int64
    var idToken: IdTokenType
    var groupIdToken: IdTokenType?
    /// Nil: any EVSE, or any of the connector type.
    var evse: Int?
    var connectorType: String?

    init(_ request: ReserveNowRequest, at now: Int64) {
        id = request.id
        madeAt = now
        expiresAt = request.expiryDateTime.time.seconds
        idToken = request.idToken
        groupIdToken = request.groupIdToken
        evse = request.evseId.flatMap { $0 == 0 ? nil : $0 }
        connectorType = request.connectorType
    }

    /// H03.FR.01 to .06.
    func isFor(_ token: IdTokenType?, _ group: IdTokenType?) -> Bool {
        if let token, idToken.matches(token) { return true }
        guard let groupIdToken, let group else { return false }
        return groupIdToken.matches(group)
    }

    func fits(_ evse: StationSetup.EVSE) -> Bool {
        (self.evse ?? evse.id) == evse.id && (connectorType ?? evse.connectorType) == evse.connectorType
    }

    static let fields: [StaticString] = [
        "id", "expiresAt", "idToken", "groupIdToken", "evse", "connectorType", "madeAt",
    ]

    init(from reader: inout PayloadReader) throws(Violation) {
        var members = try reader.object()
        var id: Int?
        var idToken: IdTokenType?
        expiresAt = 0
        madeAt = 0
        while let field = try reader.field(of: Self.fields, &members) {
            switch field {
            case 0: id = try reader.integer(0)
            case 1: expiresAt = Int64(try reader.integer())
            case 2: idToken = try IdTokenType(from: &reader)
            case 3: groupIdToken = try IdTokenType(from: &reader)
            case 4: evse = try reader.integer(0)
            case 5: connectorType = try reader.text(20)
            case _: madeAt = Int64(try reader.integer())
            }
        }
        guard let id else { throw reader.missing("id", members) }
        guard let idToken else { throw reader.missing("idToken", members) }
        self.id = id
        self.idToken = idToken
    }

    func write(to writer: inout PayloadWriter) {
        writer.beginObject()
        writer.integer("id", id)
        writer.integer("expiresAt", Int(expiresAt))
        writer.object("idToken", idToken)
        writer.object("groupIdToken", groupIdToken)
        writer.integer("evse", evse)
        writer.text("connectorType", connectorType)
        writer.integer("madeAt", Int(madeAt))
        writer.endObject()
    }
}

/// All reservations, at most as many as there are EVSEs.
struct Reservations: Equatable, Sendable {
    private(set) var all: [Reservation] = []

    init() {}

    init(kept: [String: [UInt8]]) {
        all = kept.filter { $0.key.hasPrefix("reservation/") }.compactMap { Reservation(keptBytes: $0.value) }
            .sorted { $0.id < $1.id }
    }

    mutating func put(_ reservation: Reservation) {
        _ = remove(reservation.id)
        all.append(reservation)
    }

    mutating func remove(_ id: Int) -> Reservation? {
        all.firstIndex { $0.id == id }.map { all.remove(at: $0) }
    }

    func ofEVSE(_ id: Int) -> Reservation? { all.first { $0.evse == id } }
    var unspecific: [Reservation] { all.filter { $0.evse == nil } }
}

enum ReservationVariables {
    static let enabled = VariableKey("ReservationCtrlr", "Enabled")
    static let unspecific = VariableKey("ReservationCtrlr", "NonEvseSpecific")

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        [
            VariableDefinition(enabled, .boolean, .readWrite, standard: "true"),
            VariableDefinition(VariableKey("ReservationCtrlr", "Available"), .boolean, .readOnly, standard: "true"),
            VariableDefinition(unspecific, .boolean, .readOnly, standard: "true"),
        ]
    }
}
