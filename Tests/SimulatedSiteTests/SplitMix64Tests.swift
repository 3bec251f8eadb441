// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Testing

@testable import SimulatedSite

@Suite struct SplitMix64Tests {
    /// The reference sequence of the published C code for seed 1234567.
    @Test func `follows the published sequence`() {
        var generator = SplitMix64(seed: 1_234_567)
        let first = (0..<3).map { _ in generator.next() }
        #expect(first == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }

    @Test(arguments: [(0.0, 1.0), (0.02, 0.980198673), (1, 0.367879441), (3, 0.049787068), (50, 0)])
    func `the decay is the exponential function`(x: Double, expected: Double) {
        #expect(abs(exponentialDecay(x) - expected) < 1e-8)
    }
}
