// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// A running transaction as it is kept through a restart (E17.FR.01).
struct TransactionRecord: OCPPObject {
    var transaction: Transaction

    init(_ transaction: Transaction) { self.transaction = transaction }

    static let fields: [StaticString] = [
        "id", "nextNumber", "startedAt", "since", "chargingState", "idToken", "groupIdToken", "remoteStartId",
        "hasNamedConnector", "stoppedReason", "holds", "limit", "backendLimit", "totalCost", "startImported",
        "startExported", "invalidSince", "secondsCharging", "phases", "conditions", "stride", "before", "keptAt",
        "heldUntil",
    ]

    func write(to writer: inout PayloadWriter) {
        let it = transaction
        writer.beginObject()
        writer.text("id", it.id)
        writer.integer("nextNumber", it.nextNumber)
        writer.integer("startedAt", Int(it.startedAt))
        writer.integer("since", it.since.map { Int($0) })
        writer.word("chargingState", it.chargingState)
        writer.object("idToken", it.idToken)
        writer.object("groupIdToken", it.groupIdToken)
        writer.integer("remoteStartId", it.remoteStartId)
        writer.boolean("hasNamedConnector", it.hasNamedConnector)
        writer.word("stoppedReason", it.stoppedReason)
        writer.texts("holds", it.holds.subtracting([.reset]).map(\.rawValue).sorted())
        writer.object("limit", it.limit)
        writer.object("backendLimit", it.backendLimit)
        writer.decimal("totalCost", it.totalCost)
        writer.integer("startImported", it.startImported.map { Int($0.milli) })
        writer.integer("startExported", it.startExported.map { Int($0.milli) })
        writer.integer("invalidSince", it.invalidSince.map { Int($0.milli) })
        writer.integer("secondsCharging", Int(it.secondsCharging))
        writer.integer("phases", it.phases)
        writer.integer("conditions", it.conditions.bits)
        writer.integer("stride", it.sampling.stride)
        writer.objects("before", it.sampling.before.map(KeptRegisters.init).sorted { $0.use < $1.use })
        writer.integer("keptAt", Int(it.keptAt))
        writer.integer("heldUntil", it.heldUntil.map { Int($0) })
        writer.endObject()
    }

    init(from reader: inout PayloadReader) throws(Violation) {
        var members = try reader.object()
        var it = Transaction(id: "")
        var id: String?
        while let field = try reader.field(of: Self.fields, &members) {
            switch field {
            case 0: id = try reader.text(36)
            case 1: it.nextNumber = try reader.integer(0)
            case 2: it.startedAt = Int64(try reader.integer())
            case 3: it.since = Int64(try reader.integer())
            case 4: it.chargingState = try reader.word(ChargingStateEnumType.self)
            case 5: it.idToken = try IdTokenType(from: &reader)
            case 6: it.groupIdToken = try IdTokenType(from: &reader)
            case 7: it.remoteStartId = try reader.integer()
            case 8: it.hasNamedConnector = try reader.boolean()
            case 9: it.stoppedReason = try reader.word(ReasonEnumType.self)
            case 10: it.holds = Set(try reader.texts(20, 0, 3).compactMap(Transaction.Hold.init(rawValue:)))
            case 11: it.limit = try TransactionLimitType(from: &reader)
            case 12: it.backendLimit = try TransactionLimitType(from: &reader)
            case 13: it.totalCost = try reader.decimal()
            case 14: it.startImported = Energy(milli: Int64(try reader.integer()))
            case 15: it.startExported = Energy(milli: Int64(try reader.integer()))
            case 16: it.invalidSince = Energy(milli: Int64(try reader.integer()))
            case 17: it.secondsCharging = Int64(try reader.integer(0))
            case 18: it.phases = try reader.integer(0, 3)
            case 19: it.conditions = TransactionConditions(bits: try reader.integer(0, 31))
            case 20: it.sampling = TransactionSampling(restoring: [], stride: try reader.integer(1, 1 << 20))
            case 21:
                for kept in try reader.objects(KeptRegisters.self, 0, 5) { kept.restore(&it.sampling.before) }
            case 22: it.keptAt = Int64(try reader.integer())
            case _: it.heldUntil = Int64(try reader.integer())
            }
        }
        guard let id else { throw reader.missing("id", members) }
        it.id = id
        it.isInterrupted = true
        transaction = it
    }
}

extension TransactionConditions {
    var bits: Int {
        [isBayOccupied, isConnected, isAuthorized, isSigned, isTransferring].enumerated()
            .reduce(0) { $0 | ($1.element ? 1 << $1.offset : 0) }
    }

    init(bits: Int) {
        isBayOccupied = bits & 1 != 0
        isConnected = bits & 2 != 0
        isAuthorized = bits & 4 != 0
        isSigned = bits & 8 != 0
        isTransferring = bits & 16 != 0
    }
}

/// What the registers read when the interval of one use began.
private struct KeptRegisters: OCPPObject {
    var use: String
    var registers: Registers

    init(_ pair: (key: MeterUse, value: Registers)) {
        use = pair.key.rawValue
        registers = pair.value
    }

    func restore(_ before: inout [MeterUse: Registers]) {
        if let use = MeterUse(rawValue: use) { before[use] = registers }
    }

    static let fields: [StaticString] = ["use", "imported", "exported"]

    func write(to writer: inout PayloadWriter) {
        writer.beginObject()
        writer.text("use", use)
        writer.integer("imported", registers.imported.map { Int($0.milli) })
        writer.integer("exported", registers.exported.map { Int($0.milli) })
        writer.endObject()
    }

    init(from reader: inout PayloadReader) throws(Violation) {
        var members = try reader.object()
        use = ""
        registers = Registers()
        while let field = try reader.field(of: Self.fields, &members) {
            switch field {
            case 0: use = try reader.text(20)
            case 1: registers.imported = Energy(milli: Int64(try reader.integer()))
            case _: registers.exported = Energy(milli: Int64(try reader.integer()))
            }
        }
    }
}
