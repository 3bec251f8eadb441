// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Testing

@testable import ConfigurationFiles

/// Texts a person might damage in an editor, from a fixed seed: reading one must never trap, and what is wrong must be
/// said.
struct MutationTests {
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static let shards = [
        "{", "}", "[", "]", ":", "-", "\n", "  ", "\t", "\"", "'", "#", "&a", "*a", "|", ">", "%", "@", "0", "-1",
        "1e999",
        "99999999999999999999", "0xFFFFFFFFFFFFFFFF", "9223372036854775807", "NaN", "é", "\u{0}", "\u{2028}", "null",
        "~",
        "<<", "true", "!!binary", "kW", "A", "?",
    ]

    private func mutated(_ text: [Character], _ dice: inout Dice) -> String {
        var text = text
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
            let place = Int.random(in: 0..<text.count, using: &dice)
            switch Int.random(in: 0..<4, using: &dice) {
            case 0: text.remove(at: place)
            case 1: text.insert(contentsOf: Self.shards.randomElement(using: &dice) ?? "", at: place)
            case 2:
                let end = min(text.count, place + Int.random(in: 1...12, using: &dice))
                text.replaceSubrange(place..<end, with: Self.shards.randomElement(using: &dice) ?? "")
            default:
                let end = min(text.count, place + Int.random(in: 1...60, using: &dice))
                text.insert(contentsOf: text[place..<end], at: Int.random(in: 0..<text.count, using: &dice))
            }
        }
        return String(text)
    }

    @Test func `a damaged configuration is read or explained`() {
        var dice = Dice(state: 7)
        let text = Array(
            Samples.minimal.replacing("evtec/bidipro-10", with: "test/unguarded")
                .replacing("eastron/sdm630", with: "sluice/simulated-meter") + Samples.backends)
        for _ in 0..<1_000 {
            let check = ConfigurationReader.read(text: mutated(text, &dice), file: "m", profiles: Samples.library)
            #expect((check.site == nil) == !check.errors.isEmpty)
        }
    }

    @Test func `a damaged agreement is read or explained`() {
        var dice = Dice(state: 13)
        let rules = Array(Samples.rules)
        for _ in 0..<1_000 {
            let text = Samples.agreement(mutated(rules, &dice))
            let check = ConfigurationReader.read(text: text, file: "m", profiles: Samples.library)
            #expect((check.site == nil) == !check.errors.isEmpty)
        }
    }

    @Test func `a damaged profile is read or explained`() {
        var dice = Dice(state: 11)
        let text = Array(Samples.profile)
        for _ in 0..<2_000 {
            let check = ProfileReader.read(text: mutated(text, &dice), file: "m")
            #expect((check.profile == nil) == !check.errors.isEmpty)
        }
    }
}
