// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// W = A × V × phases (K01.FR.50, K01.FR.51), with the number of phases that is in force in the end. Limits and setpoints are rounded toward zero, so
/// that a conversion never allows more.
struct RateConversion: Equatable {
    let volts: Int64
    /// 1 on DC.
    let phases: Int64

    init(_ supply: EVSEConditions.Supply, nominalVolts: Int, phases: Int) {
        switch supply {
        case .alternating:
            volts = Int64(max(1, nominalVolts))
            self.phases = Int64(max(1, phases))
        case .direct(let sessionVolts):
            volts = Int64(max(1, sessionVolts))
            self.phases = 1
        }
    }

    func convert(_ rates: PhaseRates, from: RateUnit, to: RateUnit) -> PhaseRates {
        guard from != to else { return rates }
        let factor = rates.isPerPhase ? volts : volts * phases
        switch to {
        case .watts: return rates.map { $0.multiplied(by: factor) }
        case .amperes: return rates.map { $0 / factor }
        }
    }

    func convert(_ rate: Int64, from: RateUnit, to: RateUnit) -> Int64 {
        convert(PhaseRates(rate), from: from, to: to).base
    }
}

extension Int64 {
    /// The product, or the largest number of its sign.
    package func multiplied(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? ((self < 0) == (factor < 0) ? .max : .min) : product
    }
}

extension PhaseRates {
    /// Every phase at most as much as `cap` allows; where the cap is a sum and this is per phase, all phases shrink alike.
    func capped(to cap: PhaseRates, in unit: RateUnit) -> PhaseRates { bounded(by: cap, unit) { Swift.min($0, $1) } }

    /// Every phase at least `floor`; for discharging, where both are negative.
    func raised(to floor: PhaseRates, in unit: RateUnit) -> PhaseRates {
        bounded(by: floor, unit) { Swift.max($0, $1) }
    }

    private func bounded(by bound: PhaseRates, _ unit: RateUnit, _ choose: (Int64, Int64) -> Int64) -> PhaseRates {
        guard isPerPhase || bound.isPerPhase else { return PhaseRates(choose(base, bound.base)) }
        if unit == .amperes || isPerPhase == bound.isPerPhase { return eachPhase(bound, choose) }
        // In W one side is a sum over the phases.
        let (perPhase, sum) = isPerPhase ? (self, bound.base) : (bound, base)
        let total = perPhase.total
        guard choose(total, sum) != total else { return perPhase }
        return perPhase.map { Int64(clamping: Int128($0) * Int128(sum) / Int128(total)) }
    }

    private func eachPhase(_ bound: PhaseRates, _ choose: (Int64, Int64) -> Int64) -> PhaseRates {
        let own2 = isPerPhase ? l2 ?? 0 : base
        let own3 = isPerPhase ? l3 ?? 0 : base
        let other2 = bound.isPerPhase ? bound.l2 ?? 0 : bound.base
        let other3 = bound.isPerPhase ? bound.l3 ?? 0 : bound.base
        return PhaseRates(choose(base, bound.base), l2: choose(own2, other2), l3: choose(own3, other3))
    }

    /// Over the phases named.
    public var total: Int64 { base.adding(l2 ?? 0).adding(l3 ?? 0) }

    func plus(_ other: Int64, in unit: RateUnit) -> PhaseRates {
        guard isPerPhase, unit == .watts else { return map { $0.adding(other) } }
        return PhaseRates(
            base.adding(other - other / 3 * 2), l2: (l2 ?? 0).adding(other / 3), l3: (l3 ?? 0).adding(other / 3))
    }
}
