// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP
import OCPP16
import OCPP21

/// The transactions of the station with the numbers an OCPP 1.6 backend has given them. They are remembered through restarts, since
/// what waits in the outbox knows only the station's own ids.
///
/// A transaction begins in 1.6 when a token and a car are there (4.8), which may be later than in 2.1.
struct TransactionNumbers: Sendable {
    struct Record: Equatable, Sendable {
        var evse = 0
        var idTag: String?
        /// Of whoever ended it.
        var stopTag: String?
        /// When and at what reading, in Wh, it began in the sense of 1.6.
        var begin: DateTime?
        var meterStart = 0
        /// Given by the backend with its answer.
        var number: Int?
        /// What the backend said about the token.
        var status: OCPP16.AuthorizationStatusEnumType?
        var chargingState: OCPP21.ChargingStateEnumType?
        var reservation: Int?
        /// The last reading that was seen; not remembered through restarts with every sample.
        var wh: Int?

        var hasBegun: Bool { begin != nil }
    }

    /// More at once can only be transactions whose end got lost; the oldest is forgotten.
    static let most = 64
    private static let prefix = "face16/transaction/"

    private(set) var records: [String: Record] = [:]
    private var order: [String] = []

    init(memory: [String: [UInt8]]) {
        for (key, bytes) in memory.sorted(by: { $0.key < $1.key }) where key.hasPrefix(Self.prefix) {
            guard let record = Record(bytes) else { continue }
            let id = String(key.dropFirst(Self.prefix.count))
            records[id] = record
            order.append(id)
        }
    }

    subscript(id: String) -> Record? { records[id] }

    func id(of number: Int) -> String? { records.first { $0.value.number == number }?.key }

    /// The transaction that runs at an EVSE, as far as the backend knows one.
    func running(at evse: Int) -> (id: String, record: Record)? {
        records.first { $0.value.evse == evse && $0.value.number != nil }.map { ($0.key, $0.value) }
    }

    /// - Returns: What is to be kept for it.
    mutating func set(_ id: String, _ record: Record) -> [StationConversation.Event] {
        let former = records.updateValue(record, forKey: id)
        if former == nil { order.append(id) }
        // A new reading alone is not worth a write.
        guard former?.withoutReading != record.withoutReading else { return [] }
        var kept: [StationConversation.Event] = [.keep(key: Self.prefix + id, record.bytes)]
        if order.count > Self.most, let oldest = order.first { kept += forget(oldest) }
        return kept
    }

    mutating func forget(_ id: String) -> [StationConversation.Event] {
        guard records.removeValue(forKey: id) != nil else { return [] }
        order.removeAll { $0 == id }
        return [.keep(key: Self.prefix + id, nil)]
    }
}

extension TransactionNumbers.Record {
    fileprivate var withoutReading: Self {
        var record = self
        record.wh = nil
        return record
    }

    fileprivate var bytes: [UInt8] {
        var writer = PayloadWriter()
        writer.beginObject()
        writer.integer("evse", evse)
        writer.text("idTag", idTag)
        writer.text("stopTag", stopTag)
        writer.integer("begin", begin.map { Int($0.time.milliseconds) })
        writer.integer("meterStart", meterStart)
        writer.integer("number", number)
        writer.text("status", status?.word)
        writer.text("chargingState", chargingState?.word)
        writer.integer("reservation", reservation)
        writer.integer("wh", wh)
        writer.endObject()
        return writer.bytes
    }

    fileprivate init?(_ bytes: [UInt8]) {
        guard let json = try? JSON.parse(bytes), let evse = json["evse"]?.integer else { return nil }
        self.evse = evse
        idTag = json["idTag"]?.text
        stopTag = json["stopTag"]?.text
        begin = json["begin"]?.integer.map { DateTime(WallTime(milliseconds: Int64($0))) }
        meterStart = json["meterStart"]?.integer ?? 0
        number = json["number"]?.integer
        status = json["status"]?.text.flatMap { OCPP16.AuthorizationStatusEnumType(word: $0) }
        chargingState = json["chargingState"]?.text.flatMap { OCPP21.ChargingStateEnumType(word: $0) }
        reservation = json["reservation"]?.integer
        wh = json["wh"]?.integer
    }
}
