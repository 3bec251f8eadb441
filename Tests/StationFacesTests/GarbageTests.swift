// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP
import Testing

@testable import StationFaces

/// Frames that are almost right, from a printed seed.
@Suite struct GarbageTests {
    @Test(arguments: OCPPVersion.allCases)
    func `no frame traps, and nothing grows without bound`(_ version: OCPPVersion) throws {
        let seed: UInt64 = 20_260_301
        var chance = Chance(state: seed)
        let name = "ocpp" + version.rawValue.dropFirst(4).filter { $0 != "." }
        var bench = FaceBench(version)
        for vector in try Vector.all(name) {
            let action = vector.message.hasSuffix("Request") ? vector.action : vector.message
            for round in 0..<10 {
                var frame = Array(#"[2,"\#(round)","\#(action)",\#(vector.tree.compact)]"#.utf8)
                for _ in 0..<Int(chance.next() % 4) {
                    let place = Int(chance.next() % UInt64(frame.count))
                    switch chance.next() % 3 {
                    case 0: frame[place] = UInt8(truncatingIfNeeded: chance.next())
                    case 1: frame.remove(at: place)
                    case _: frame.removeLast(min(frame.count - 1, Int(chance.next() % 8)))
                    }
                }
                let events = bench.face.receive(frame, at: start)
                let asked = events.filter { if case .asked = $0 { true } else { false } }
                #expect(asked.count <= 1, "seed \(seed), \(vector.message)")
                // The station leaves out what it is asked; every other call stays open, up to the bound.
                for case .asked(let id, _) in events where chance.next() % 2 == 0 {
                    _ = bench.face.refuse(id, Refusal(.notSupported, "no"))
                }
            }
        }
        #expect(bench.face.canCall)
    }

    @Test(arguments: OCPPVersion.allCases)
    func `a frame that is too long ends the connection`(_ version: OCPPVersion) {
        var settings = StationConversation.Settings()
        settings.longestFrame = 100
        var bench = FaceBench(version, settings: settings)
        let events = bench.receive(String(repeating: " ", count: 101))
        #expect(events.contains(.close(1009)))
    }
}

private struct Chance: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
