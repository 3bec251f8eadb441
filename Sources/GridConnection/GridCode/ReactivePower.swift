// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Reactive power by the mode a code or an operator selects.
///
/// Positive reactive power is injected and raises the voltage, whichever way active power flows (the signs of IEEE 1547
/// and SunSpec). Per unit of the apparent power rating.
package struct ReactivePower: Sendable, BitwiseCopyable {
    package enum Mode: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case off
        /// A fixed share of the rating.
        case fixedReactivePower
        case fixedPowerFactor
        /// Power factor by delivered active power, the cos φ(P) of the European codes.
        case powerFactorByPower
        /// Q(U).
        case voltVar
        /// Q(P).
        case wattVar
    }

    package struct Settings: Sendable, BitwiseCopyable {
        package var mode = Mode.off
        package var fixedReactivePower = PerUnit(millionths: 0)
        /// 0 to 1 per unit; `injects` tells which way.
        package var fixedPowerFactor = PerUnit(millionths: 1_000_000)
        package var injects = false
        /// Power factor by delivered power, both per unit.
        package var powerFactor = PiecewiseLinear()
        package var voltVar = PiecewiseLinear()
        package var voltVarResponse = ResponseFilter(timeConstant: Interval(nanoseconds: 0))
        /// Reactive power by delivered power; charging is negative there.
        package var wattVar = PiecewiseLinear()
        /// Of every mode but volt-var.
        package var response = ResponseFilter(timeConstant: Interval(nanoseconds: 0))
        package init() {}
    }

    package let settings: Settings
    private var filter: ResponseFilter
    private var hasValue = false

    @_noLocks package init(_ settings: Settings) {
        self.settings = settings
        filter = settings.mode == .voltVar ? settings.voltVarResponse : settings.response
    }

    /// - Parameters:
    ///   - voltage: nil keeps what is in force where it matters.
    ///   - power: Active power now, import positive.
    @_noLocks package mutating func advance(to now: Instant, voltage: LineVoltage?, power: PerUnit) {
        let target = target(voltage, delivered: -power)
        if let target, !hasValue {
            filter.restart(at: now, from: target)
            hasValue = true
        }
        filter.advance(to: now, target: target)
    }

    /// nil while the mode is off, or its voltage was never known.
    package var value: PerUnit? {
        @_noLocks get { settings.mode != .off && hasValue ? filter.value : nil }
    }

    @_noLocks private func target(_ voltage: LineVoltage?, delivered: PerUnit) -> PerUnit? {
        switch settings.mode {
        case .off: return nil
        case .fixedReactivePower: return settings.fixedReactivePower.clamped(from: -.one, to: .one)
        case .fixedPowerFactor: return reactivePower(of: delivered, powerFactor: settings.fixedPowerFactor)
        case .powerFactorByPower:
            let factor = settings.powerFactor.value(at: delivered.atLeast(.zero))
            return reactivePower(of: delivered, powerFactor: factor)
        case .voltVar:
            guard let voltage else { return nil }
            return settings.voltVar.value(at: voltage.mean)
        case .wattVar: return settings.wattVar.value(at: delivered)
        }
    }

    /// |P|·√(1 − pf²)/pf, never beyond the rating.
    @_noLocks private func reactivePower(of power: PerUnit, powerFactor: PerUnit) -> PerUnit {
        let factor = powerFactor.magnitude.clamped(from: PerUnit(millionths: 10_000), to: .one).millionths
        let sine = SquareRoot.of(1_000_000_000_000 - factor * factor)
        let amount = (power.magnitude.clamped(from: .zero, to: .one).millionths * sine).dividedRounding(by: factor)
        let bounded = PerUnit(millionths: amount).clamped(from: .zero, to: .one)
        return settings.injects ? bounded : -bounded
    }
}

enum SquareRoot {
    /// Rounded down, digit by binary digit; zero for what has none.
    @_noLocks static func of(_ value: Int64) -> Int64 {
        var rest = max(value, 0)
        var root: Int64 = 0
        var bit: Int64 = 1 << 62
        while bit > rest { bit >>= 2 }
        while bit != 0 {
            if rest >= root + bit {
                rest -= root + bit
                root = (root >> 1) + bit
            } else {
                root >>= 1
            }
            bit >>= 2
        }
        return root
    }
}
