// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

@testable import ISO15118

/// Whole conversations. Ours lie beside this file and must come out byte for byte; those of other implementations are read
/// from the folder `SLUICE_V2G_SESSIONS` names, one JSON object with `from`, `name`, `kind` and `exi` a line.
struct RecordingTests {
    @Test(arguments: Course.all) func `a session says what it said when it was recorded`(course: Course) throws {
        var plan = course.plan
        plan.turns = 3
        var pair = Pair(.bench, plan)
        pair.tell(.target(.watts(5_000)))
        pair.plugIn()
        pair.run(for: .seconds(30))
        let text = pair.frames.map { ($0.fromCar ? "EV " : "SE ") + hexadecimal($0.bytes) + "\n" }.joined()
        let name = "\(course)".replacing(" ", with: "-") + ".txt"
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/\(name)")
        if ProcessInfo.processInfo.environment["SLUICE_UPDATE_RECORDINGS"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let recorded = try String(contentsOf: file, encoding: .utf8)
        #expect(recorded == text, "Vectors/\(name)")
    }

    static let foreign = ProcessInfo.processInfo.environment["SLUICE_V2G_SESSIONS"]

    struct Line: Decodable {
        let from: String
        let name: String
        let ns: String
        let kind: String
        let exi: String

        var isSent: Bool { kind == "document" }

        var frame: V2GTPFrame? {
            let type: PayloadType =
                if ns.hasSuffix("CommonMessages") { .common } else if ns.hasSuffix(":AC") {
                    .ac
                } else if ns.hasSuffix(
                    ":DC")
                { .dc } else { .exi }
            return bytes(hexadecimal: exi).map { V2GTPFrame(type: type, payload: $0) }
        }
    }

    static func lines(_ name: String) throws -> [Line] {
        let file = URL(filePath: foreign ?? "").appending(path: name + ".jsonl")
        let text = try String(contentsOf: file, encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    @Test(
        .enabled(if: foreign != nil),
        arguments: [
            ("din-dc", Standard.din), ("2-dc-eim", .iso2), ("2-ac-pnc-tls12", .iso2), ("20-dc_bpt-dynamic", .iso20DC),
            ("20-ac_bpt-dynamic", .iso20AC), ("20-dc-pnc-tls13", .iso20DC),
        ])
    func `every message of a foreign session is understood`(name: String, standard: Standard) throws {
        for line in try Self.lines(name).dropFirst(2) where line.isSent {
            let frame = try #require(line.frame)
            if line.from == "EV" {
                #expect(throws: Never.self, "\(line.name)") { try Translation.request(frame, standard) }
            } else {
                #expect(throws: Never.self, "\(line.name)") { try Translation.answer(frame, standard) }
            }
        }
    }

    @Test(.enabled(if: foreign != nil), arguments: ["din-dc", "2-dc-eim", "20-dc_bpt-dynamic", "20-ac_bpt-dynamic"])
    func `a foreign car's session runs through to its end`(name: String) throws {
        let lines = try Self.lines(name).filter(\.isSent)
        let standard: Standard =
            switch name {
            case "din-dc": .din
            case "2-dc-eim": .iso2
            case "20-dc_bpt-dynamic": .iso20DC
            case _: .iso20AC
            }
        // The station takes the session identifier the recorded one gave, and its order of parameter sets.
        let setup = try #require(lines.first { $0.name == "SessionSetupRes" }?.frame)
        var offer = StationOffer.bench
        offer.controlModes = [.scheduled, .dynamic]
        let now = Instant(nanoseconds: 0)
        var station = StationSession(
            offer: offer, sessionID: try Translation.answer(setup, standard).sessionID, at: now,
            wallTime: WallTime(milliseconds: 0))
        for input: StationInput in [
            .authorisation(.granted), .charger(voltage: .volts(400), current: .amperes(1)),
            .target(.watts(3_000)),
        ] { _ = station.handle(input, at: now) }
        var end: StationEnd?
        for line in lines where line.from == "EV" {
            try #require(end == nil, "\(line.name)")
            for output in station.receive(try #require(line.frame).bytes, at: now) {
                switch output {
                case .contactors(let state): _ = station.handle(.contactors(state), at: now)
                case .checkCable: _ = station.handle(.insulation(.valid), at: now)
                case .end(let reason): end = reason
                case .send, .authorise, .operate, .need: break
                }
            }
        }
        #expect(end == .finished)
    }
}
