// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers

/// Finds the models of a SunSpec device, one read at a time: the marker “SunS” at one of the bases or one register
/// below, then the chain of ID and length up to the end model (SunSpec Device Information Model Specification).
package struct SunSpecDiscovery: Equatable, Sendable {
    package enum Phase: Equatable, Sendable {
        case seekingMarker(candidate: Int)
        case walking(at: Int)
        /// Model ID → address of its ID register; of models that repeat, the first.
        case found([Int: Int])
        case failed(String)
    }
    package private(set) var phase: Phase
    private let candidates: [Int]
    private var models: [Int: Int] = [:]
    private var modelCount = 0

    /// More models than any device has; a chain that is longer runs in a circle or through random data.
    private static let longestChain = 100

    package init(bases: [Int]) {
        candidates = bases.flatMap { [$0, $0 - 1] }.filter { (0...0xFFFE).contains($0) }
        phase = candidates.isEmpty ? .failed("the profile names no base address") : .seekingMarker(candidate: 0)
    }

    /// The address of the two holding registers to read next; nil when found or failed.
    package var nextAddress: UInt16? {
        switch phase {
        case .seekingMarker(let candidate): UInt16(exactly: candidates[candidate])
        case .walking(let address): UInt16(exactly: address)
        case .found, .failed: nil
        }
    }

    /// Takes the answer to a read of two registers at `nextAddress`.
    package mutating func take(_ registers: [UInt16]) {
        guard registers.count >= 2 else { return takeRefusal() }
        switch phase {
        case .seekingMarker(let candidate):
            // “SunS”
            guard registers[0] == 0x5375, registers[1] == 0x6E53 else { return takeRefusal() }
            walk(to: candidates[candidate] + 2)
        case .walking(let address): takeModel(id: Int(registers[0]), length: Int(registers[1]), at: address)
        case .found, .failed: break
        }
    }

    /// Takes a Modbus exception: nothing is there.
    package mutating func takeRefusal() {
        switch phase {
        case .seekingMarker(let candidate):
            phase =
                candidate + 1 < candidates.count
                ? .seekingMarker(candidate: candidate + 1)
                : .failed("no “SunS” marker at \(candidates.map(String.init).joined(separator: ", "))")
        // Some devices end the chain by refusing what follows instead of with the end model.
        case .walking: finish()
        case .found, .failed: break
        }
    }

    private mutating func takeModel(id: Int, length: Int, at address: Int) {
        modelCount += 1
        guard id != 0xFFFF, id != 0, modelCount <= Self.longestChain else { return finish() }
        if models[id] == nil { models[id] = address }
        walk(to: address + 2 + length)
    }

    private mutating func walk(to address: Int) {
        if address <= 0xFFFE { phase = .walking(at: address) } else { finish() }
    }

    private mutating func finish() {
        phase = models.isEmpty ? .failed("the “SunS” marker is followed by no model") : .found(models)
    }
}
