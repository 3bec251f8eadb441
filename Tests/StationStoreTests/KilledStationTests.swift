// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import Foundation
import JSONText
import OCPP
import OCPP21
import StationFaces
import StationStore
import Testing

/// Ends the process at random places, the torn ones between a commit and what leaves after it among them, through days with
/// and without a backend, cars that come and go, and answers that are late or never come.
///
/// $SLUICE_KILL_POINTS is how often in all, 120 without it; 10,000 are meant for a proof. $SLUICE_SEED repeats a run.
@Suite struct KilledStationTests {
    private static let kills = ProcessInfo.processInfo.environment["SLUICE_KILL_POINTS"].flatMap { Int($0) } ?? 120
    private static let seed = ProcessInfo.processInfo.environment["SLUICE_SEED"].flatMap { UInt64($0) } ?? 20_260_301

    @Test(arguments: [OCPPVersion.v21, .v201])
    func `a process that ends anywhere loses no event, and repeats them only exactly`(_ version: OCPPVersion) throws {
        var world = try KilledWorld(version, seed: Self.seed)
        defer { world.removeFile() }
        try world.run(kills: Self.kills / 2)
        let words = "seed \(Self.seed), \(version), \(world.story)"
        #expect(world.kills == Self.kills / 2 && world.desk?.waiting == 0 && world.desk?.stored == 0, "\(words)")
        var heard: [String: [String]] = [:]
        for event in world.backend.events {
            let earlier = heard[event.transaction, default: []]
            guard event.number == earlier.count else {
                #expect(
                    earlier.indices.contains(event.number) && earlier[event.number] == event.text, "\(words): \(event)")
                continue
            }
            heard[event.transaction, default: []].append(event.text)
        }
        for (transaction, texts) in heard {
            let kinds = texts.map {
                $0.contains(#""eventType":"Started""#) ? "S" : $0.contains(#""eventType":"Ended""#) ? "E" : "U"
            }
            #expect(kinds.first == "S" && kinds.last == "E", "\(words): \(transaction) \(kinds)")
            #expect(!kinds.dropFirst().contains("S") && !kinds.dropLast().contains("E"), "\(words): \(transaction)")
        }
        // Whatever was on disk was heard.
        for (transaction, count) in world.written {
            #expect(heard[transaction]?.count == count, "\(words): \(transaction)")
        }
        #expect(heard.count > Self.kills / 100 && world.backend.events.count > Self.kills, "\(words)")
    }

    @Test func `1_6: a process that ends anywhere loses no transaction and closes each with its own number`() throws {
        var world = try KilledWorld(.v16, seed: Self.seed)
        defer { world.removeFile() }
        try world.run(kills: Self.kills / 2)
        let words = "seed \(Self.seed), 1.6, \(world.story)"
        #expect(world.kills == Self.kills / 2 && world.desk?.waiting == 0, "\(words)")
        #expect(world.backend.starts.count == world.written.count, "\(words)")
        let stopped = Dictionary(grouping: world.backend.stops, by: \.transaction)
        #expect(Set(stopped.keys) == Set(world.backend.starts.values), "\(words)")
        for (transaction, stops) in stopped {
            #expect(Set(stops.map(\.text)).count == 1, "\(words): \(transaction) \(stops)")
        }
    }
}

/// Chance that can be repeated (Steele, Lea, Flood 2014).
struct Chance: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    mutating func happens(in hundred: Int) -> Bool { below(100) < hundred }
}

/// A backend that notes what it hears, once for all connections.
struct NotingBackend {
    struct Event: CustomStringConvertible {
        let transaction: String
        let number: Int
        /// Without `offline`, which may change.
        let text: String
        var description: String { text }
    }
    struct Stop {
        let transaction: Int
        let text: String
    }
    private(set) var events: [Event] = []
    /// 1.6: the number it gave, by what was said; a repetition gets the same.
    private(set) var starts: [String: Int] = [:]
    private(set) var stops: [Stop] = []

    /// - Returns: The answer, nil for an answer of the station.
    mutating func hear(_ frame: [UInt8]) throws -> [UInt8]? {
        let items = try #require(try JSON.parse(frame).items)
        guard items.first?.integer == 2, items.count == 4, let id = items[1].text, let action = items[2].text else {
            return nil
        }
        let payload = items[3]
        return Array(#"[3,"\#(id)",\#(answer(action, payload))]"#.utf8)
    }

    private mutating func answer(_ action: String, _ payload: JSON) -> String {
        let now = #""currentTime":"2026-03-01T12:00:00Z""#
        switch action {
        case "BootNotification": return #"{"status":"Accepted",\#(now),"interval":86400}"#
        case "Heartbeat": return "{\(now)}"
        case "Authorize":
            return payload["idTag"] == nil
                ? #"{"idTokenInfo":{"status":"Accepted"}}"# : #"{"idTagInfo":{"status":"Accepted"}}"#
        case "TransactionEvent":
            let text = payload.without("offline").compact
            let transaction = payload["transactionInfo"]?["transactionId"]?.text ?? ""
            events.append(Event(transaction: transaction, number: payload["seqNo"]?.integer ?? -1, text: text))
            return "{}"
        case "StartTransaction":
            let number = starts[payload.compact] ?? starts.count + 1
            starts[payload.compact] = number
            return #"{"idTagInfo":{"status":"Accepted"},"transactionId":\#(number)}"#
        case "StopTransaction":
            stops.append(Stop(transaction: payload["transactionId"]?.integer ?? -1, text: payload.compact))
            return "{}"
        case _: return "{}"
        }
    }
}

extension JSON {
    fileprivate var compact: String {
        var writer = JSONWriter()
        writer.tree(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    fileprivate func without(_ key: String) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.key != key })
    }
}
