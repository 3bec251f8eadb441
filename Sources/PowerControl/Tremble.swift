// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What is measured and never stands still. Targets follow it at once where it leaves less room, and otherwise only when it
/// has moved clearly: a share that is cut to a whole step would come and go with the last milliwatt.
struct Tremble: Sendable, BitwiseCopyable {
    var load: Draw
    var delivered: Draw
    var voltage: PerPhase<Voltage>

    /// As measured.
    @_noLocks init(_ circuit: CircuitState) {
        load = circuit.uncontrolledImport
        delivered = circuit.uncontrolledExport
        voltage = circuit.voltage
    }

    @_noLocks init() {
        load = .zero
        delivered = .zero
        voltage = PerPhase(.zero, .zero, .zero)
    }

    @_noLocks mutating func follow(_ circuit: CircuitState, within band: Draw) {
        let measured = Tremble(circuit)
        load = lanewiseMax(measured.load, load.replacing(with: measured.load, where: load .> measured.load &+ band))
        delivered = lanewiseMin(
            measured.delivered,
            delivered.replacing(with: measured.delivered, where: delivered .< measured.delivered &- band))
        voltage = PerPhase(
            steady(voltage.l1, measured.voltage.l1), steady(voltage.l2, measured.voltage.l2),
            steady(voltage.l3, measured.voltage.l3))
    }

    /// A bound in amperes is worth less at a lower voltage.
    private func steady(_ held: Voltage, _ measured: Voltage) -> Voltage {
        measured < held || measured > held + held / 100 ? measured : held
    }
}
