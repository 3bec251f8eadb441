// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

/// Something that bounds the connection, beside a slow model that says what is safe. The room's machines conform one by
/// one; what composes them conforms in the same way, with the overlap of the models as what is safe.
protocol Boundary: ~Copyable {
    init(_ random: inout Seeded, at time: HostileTime)
    /// Sends it something, sensible or not.
    /// - Returns: What was wrong with the answer, if anything.
    mutating func disturb(_ random: inout Seeded, at time: HostileTime) -> String?
    /// Everything but the memory is lost.
    mutating func restart(at time: HostileTime)
    mutating func advance(to time: HostileTime)
    /// By place: what is in force, and the widest that is safe.
    var inForce: [PowerLimits] { get }
    var safe: [PowerLimits] { get }
}

/// `SLUICE_PROPERTY_STEPS=1000000 swift test -c release -Xswiftc -enable-testing` runs the long version; a failure names its
/// seed, and `SLUICE_PROPERTY_SEED` replays it alone.
enum NeverWider {
    static let steps = ProcessInfo.processInfo.environment["SLUICE_PROPERTY_STEPS"].flatMap(Int.init) ?? 50_000
    static let seed = ProcessInfo.processInfo.environment["SLUICE_PROPERTY_SEED"].flatMap(UInt64.init)
    static let stepsOfSeed = 250

    /// - Returns: The first step at which something was wider than what is safe, or otherwise wrong.
    static func firstFault<Bounds: Boundary & ~Copyable>(of bounds: Bounds.Type) -> String? {
        let seeds = seed.map { $0...$0 } ?? 0...UInt64(max(0, steps - 1) / stepsOfSeed)
        for seed in seeds {
            if let fault = firstFault(of: bounds, seed: seed) { return "seed \(seed), \(fault)" }
        }
        return nil
    }

    private static func firstFault<Bounds: Boundary & ~Copyable>(of _: Bounds.Type, seed: UInt64) -> String? {
        var random = Seeded(seed)
        var time = HostileTime(&random)
        var bounds = Bounds(&random, at: time)
        let restartChance = random.int(0...5)
        let disturbChance = random.int(5...90)
        for step in 0..<stepsOfSeed {
            time.pass(&random)
            if random.chance(restartChance) { bounds.restart(at: time) }
            while random.chance(disturbChance) {
                if let fault = bounds.disturb(&random, at: time) { return "step \(step): \(fault)" }
            }
            bounds.advance(to: time)
            for (place, (limit, safe)) in zip(bounds.inForce, bounds.safe).enumerated() {
                guard safe.contains(limit.lower), safe.contains(limit.upper) else {
                    return "step \(step), place \(place): \(limit) is wider than \(safe)"
                }
            }
            let before = bounds.inForce
            bounds.advance(to: time)
            if bounds.inForce != before { return "step \(step): advancing twice to the same time makes a difference" }
        }
        return nil
    }
}
