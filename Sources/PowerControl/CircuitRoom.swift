// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What the EVSEs of a circuit together may draw and, as a magnitude, deliver; and who says so.
struct CircuitRoom: Sendable, BitwiseCopyable {
    var drawing: Draw
    var delivering: Draw
    var importSource: SIMD4<UInt16>
    var exportSource: SIMD4<UInt16>

    /// - Parameters:
    ///   - load: What the others draw, as counted against import; below zero where they deliver.
    ///   - delivered: The same as counted against export.
    ///   - free: Kept free of what depends on the others.
    @_noLocks init(
        _ bounds: CircuitBounds, voltage: PerPhase<Voltage>, load: Draw, delivered: Draw, keeping free: Draw
    ) {
        drawing = bounds.importDraw(voltage) &- free &- load
        delivering = bounds.exportDraw(voltage) &- free &+ delivered
        importSource = bounds.importSource
        exportSource = bounds.exportSource
    }

    @_noLocks mutating func narrow(to bound: ControllableBound, load: Int64, delivered: Int64, keeping free: Int64) {
        let together = bound.importRoom(besides: load &+ free)
        if together < drawing[0] {
            drawing[0] = together
            importSource[0] = bound.importSource
        }
        let back = bound.exportRoom(besides: delivered &- free)
        if back < delivering[0] {
            delivering[0] = back
            exportSource[0] = bound.exportSource
        }
    }
}

extension Controller {
    /// Sets what the circuit leaves for targets, and what of it may be claimed anew.
    @_noLocks mutating func setRooms(_ index: Int, _ bounds: CircuitBounds, isSilent: Bool) {
        let model = circuitModels[index]
        let isMeasured = model.isMetered && !isSilent
        let reserve = isMeasured ? drawEverywhere(model.reserve) : .zero
        let margin = isMeasured ? drawEverywhere(model.hysteresis) : .zero
        circuits[index].calm.follow(circuits[index], within: drawEverywhere(model.hysteresis))
        let now = room(index, bounds, isSilent: isSilent, keeping: reserve, circuits[index].calm)
        sharing.circuits[index].importRoom = now.drawing
        sharing.circuits[index].exportRoom = now.delivering
        sharing.circuits[index].importSource = now.importSource
        sharing.circuits[index].exportSource = now.exportSource
        sharing.circuits[index].meterIsSilent = isSilent
        let anew = room(index, bounds, isSilent: isSilent, keeping: reserve &+ margin, Tremble(circuits[index]))
        claims.circuits[index].importRoom = anew.drawing &- circuits[index].claimedHigh
        claims.circuits[index].exportRoom = anew.delivering &+ circuits[index].claimedLow
    }

    private func room(
        _ index: Int, _ bounds: CircuitBounds, isSilent: Bool, keeping free: Draw, _ others: Tremble
    ) -> CircuitRoom {
        let model = circuitModels[index]
        let isMeasured = model.isMetered && !isSilent
        let unmetered = isSilent ? Draw.zero : drawEverywhere(model.assumedLoad)
        let load = isMeasured ? others.load : unmetered
        let delivered = isMeasured ? others.delivered : .zero
        var room = CircuitRoom(
            bounds, voltage: others.voltage, load: load, delivered: delivered, keeping: free)
        if index == 0 {
            room.narrow(to: controllable, load: load[0], delivered: delivered[0], keeping: free[0])
        }
        return room
    }
}
