// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP16
import OCPP201
import OCPP21
import Testing

/// A small repeatable generator (SplitMix64).
struct Dice {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    /// One to four bytes changed, removed, doubled or moved elsewhere.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let special = Array("{}[]\",:\\0-9eE.nulltrue \u{0}\u{7F}é".utf8)
        for _ in 0...below(4) where !bytes.isEmpty {
            let place = below(bytes.count)
            switch below(5) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: next())
            case 1: bytes.remove(at: place)
            case 2: bytes[place] = special[below(special.count)]
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + below(20)))
            case _: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + below(12))], at: below(bytes.count))
            }
        }
        return bytes
    }
}

@Suite struct MutationTests {
    /// 200,000 damaged frames in all; none may trap, and what is accepted can be written and read again.
    @Test(arguments: OCPPVersion.allCases)
    func `damaged frames are answered and never trap`(version: OCPPVersion) throws {
        var dice = Dice(state: 7)
        let vectors = try Vector.all(version)
        var answered = 0
        for round in 0..<(version == .v16 ? 66_668 : 66_666) {
            let vector = vectors[round % vectors.count]
            let start = vector.isResponse ? "[3,\"p-1\"," : "[2,\"a\",\"\(vector.action)\","
            let frame = dice.damage(Array(start.utf8) + vector.bytes + Array("]".utf8))
            answered += outputs(frame, version)
        }
        #expect(answered > 10_000)
    }

    private func outputs(_ frame: [UInt8], _ version: OCPPVersion) -> Int {
        switch version {
        case .v16: outputs(frame, Conversation<OCPP16.StationRequest, OCPP16.CSMSRequest>(idPrefix: "p"))
        case .v201: outputs(frame, Conversation<OCPP201.StationRequest, OCPP201.CSMSRequest>(idPrefix: "p"))
        case .v21: outputs(frame, Conversation<OCPP21.StationRequest, OCPP21.CSMSRequest>(idPrefix: "p"))
        }
    }

    private func outputs<Station, CSMS>(_ frame: [UInt8], _ station: Conversation<Station, CSMS>) -> Int {
        var station = station
        var csms = Conversation<CSMS, Station>(idPrefix: "p")
        return station.handle(frame, at: .distantPast).count + csms.handle(frame, at: .distantPast).count
    }
}
