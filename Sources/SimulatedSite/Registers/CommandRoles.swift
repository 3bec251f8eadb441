// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// What a profile's commands say about its writable points: the simulated device is their counterpart.
struct CommandRoles: Sendable {
    enum Part: Hashable, Sendable { case setpoint, chargeMagnitude, dischargeMagnitude }

    /// Where the setpoint arrives.
    private(set) var setpoints: [String: Part] = [:]
    private(set) var timeouts: Set<String> = []
    private(set) var fallbacks: Set<String> = []
    private(set) var phaseCounts: Set<String> = []
    private(set) var tokens: Set<String> = []
    /// What must have been written before a setpoint counts: the numbers of `takeControl`.
    private(set) var control: [String: Set<Double>] = [:]
    /// What must have been written for power to flow: the numbers of `setPower`.
    private(set) var running: [String: Set<Double>] = [:]

    init(_ charger: ChargerProfile?) {
        guard let charger else { return }
        let commands = charger.commands
        for step in charger.watchdog.feed { note(step) { name, _, roles in roles.tokens.insert(name) } }
        if let point = charger.watchdog.timeoutPoint { timeouts.insert(point) }
        if let point = charger.watchdog.fallbackPoint { fallbacks.insert(point) }
        for step in commands.takeControl where step.when.isEmpty {
            note(step) { name, number, roles in roles.control[name, default: []].insert(number) }
        }
        for step in commands.setPower {
            note(step) { name, number, roles in roles.running[name, default: []].insert(number) }
        }
        for step in commands.setZero + commands.setPhases + commands.release { note(step) { _, _, _ in } }
        for name in Set(setpoints.keys).union(timeouts).union(fallbacks).union(tokens) {
            control[name] = nil
            running[name] = nil
        }
    }

    private mutating func note(
        _ step: Commands.Step, number: (String, Double, inout CommandRoles) -> Void
    ) {
        guard case .write(let point, let value) = step.action else { return }
        switch value {
        case .number(let constant): number(point, constant, &self)
        case .setpoint: setpoints[point] = .setpoint
        case .chargeMagnitude: setpoints[point] = .chargeMagnitude
        case .dischargeMagnitude: setpoints[point] = .dischargeMagnitude
        case .timeout: timeouts.insert(point)
        case .fallbackPower: fallbacks.insert(point)
        case .phaseCount: phaseCounts.insert(point)
        }
    }
}
