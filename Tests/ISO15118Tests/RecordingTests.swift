// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import EXIISO20
import Electricity
import Foundation
import Testing
import V2GKeys

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
        let text = pair.frames.map { ($0.fromCar ? "EV " : "SE ") + BinaryText.hexadecimal($0.bytes) + "\n" }.joined()
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
            return BinaryText.bytes(hexadecimal: exi).map { V2GTPFrame(type: type, payload: $0) }
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
                case .send, .authorise, .authoriseContract, .certificate, .select, .receipt, .operate, .need,
                    .schedules, .profile:
                    break
                }
            }
        }
        #expect(end == .finished)
    }

    /// Signatures of another implementation: of the car over its proof, of the operator over a tariff.
    @Test(.enabled(if: foreign != nil), arguments: [("2-ac-pnc-tls12", Standard.iso2), ("20-dc-pnc-tls13", .iso20DC)])
    func `a foreign car's signatures are verified, and no others`(name: String, standard: Standard) throws {
        let lines = try Self.lines(name).dropFirst(2).filter(\.isSent)
        let trust = ContractTrust()
        var chain: CertificateChain?
        var verified = 0
        for line in lines {
            let frame = try #require(line.frame)
            if line.name == "ChargeParameterDiscoveryRes", standard == .iso2, let chain {
                let signature = try #require(try tariffSignature(frame))
                #expect(signature.isValid(by: try #require(chain.authorities.first), in: standard, trust))
                verified += 1
            }
            guard line.from == "EV" else { continue }
            switch try Translation.request(frame, standard).request {
            case .paymentDetails(let contract): chain = contract.chain
            case .authorization(.contract(let proof)):
                let contract = try #require(proof.contract ?? chain)
                chain = contract
                var signature = try #require(proof.signature)
                #expect(signature.isValid(by: contract.leaf, in: standard, acceptsOlder: true, trust))
                signature.elements[0].fragment[4] ^= 1
                #expect(!signature.isValid(by: contract.leaf, in: standard, acceptsOlder: true, trust))
                verified += 1
            case _: break
            }
        }
        #expect(verified == (standard == .iso2 ? 2 : 1))
    }

    /// Certificates are judged by the time when they were used.
    private func recordingTime(_ setup: V2GTPFrame, _ standard: Standard) throws -> WallTime {
        if standard.isISO20 {
            guard case .sessionSetupRes(let body) = try ISO20.CommonMessagesDocument.decode(setup.payload) else {
                return WallTime(milliseconds: 0)
            }
            return WallTime(milliseconds: Int64(body.header.timeStamp) * 1_000)
        }
        guard case .v2g_Message(let message) = try ISO2.Document.decode(setup.payload),
            case .sessionSetupRes(let body)? = message.body.bodyElement
        else { return WallTime(milliseconds: 0) }
        return WallTime(milliseconds: (body.evseTimeStamp ?? 0) * 1_000)
    }

    private func tariffSignature(_ frame: V2GTPFrame) throws -> MessageSignature? {
        guard case .v2g_Message(let message) = try ISO2.Document.decode(frame.payload),
            case .chargeParameterDiscoveryRes(let body)? = message.body.bodyElement,
            case .saScheduleList(let list)? = body.saSchedules, let tariff = list.saScheduleTuple.first?.salesTariff,
            let signature = message.header.signature
        else { return nil }
        let fragment = try ISO2.Fragment.salesTariff(tariff).encode()
        return try MessageSignature(signature, over: [SignedElement(id: tariff.id ?? "", fragment: fragment)])
    }

    @Test(.enabled(if: foreign != nil), arguments: [("2-ac-pnc-tls12", Standard.iso2), ("20-dc-pnc-tls13", .iso20DC)])
    func `a foreign car's paid session runs through to its end`(name: String, standard: Standard) throws {
        let lines = try Self.lines(name).filter(\.isSent)
        let recorded = try #require(lines.first { $0.name == "SessionSetupRes" }?.frame)
        let withChallenge = standard == .iso2 ? "PaymentDetailsRes" : "AuthorizationSetupRes"
        let asked = try #require(lines.first { $0.name == withChallenge }?.frame)
        var contracts = StationContracts(
            cryptography: ContractTrust(), challenge: try Translation.answer(asked, standard).challenge ?? [])
        contracts.passesUnknownRoots = true
        contracts.acceptsOlderSignatures = true
        var offer = StationOffer.bench
        offer.controlModes = [.scheduled, .dynamic]
        let now = Instant(nanoseconds: 0)
        let time = try recordingTime(recorded, standard)
        var station = StationSession(
            offer: offer, sessionID: try Translation.answer(recorded, standard).sessionID, contracts: contracts,
            at: now, wallTime: time)
        for input: StationInput in [.charger(voltage: .volts(400), current: .amperes(1)), .target(.watts(3_000))] {
            _ = station.handle(input, at: now)
        }
        // The recorded station of ISO 15118-20 had decided at once.
        if standard.isISO20 { _ = station.handle(.authorisation(.granted), at: now) }
        var end: StationEnd?
        var hasAsked = false
        for line in lines where line.from == "EV" {
            try #require(end == nil, "\(line.name) \(String(describing: end))")
            for output in station.receive(try #require(line.frame).bytes, at: now) {
                switch output {
                case .contactors(let state): _ = station.handle(.contactors(state), at: now)
                case .checkCable: _ = station.handle(.insulation(.valid), at: now)
                case .authoriseContract:
                    hasAsked = true
                    _ = station.handle(.authorisation(.granted), at: now)
                case .end(let reason): end = reason
                case .send, .authorise, .certificate, .select, .receipt, .operate, .need, .schedules, .profile: break
                }
            }
        }
        #expect(hasAsked != standard.isISO20)
        #expect(end == .finished)
    }
}
