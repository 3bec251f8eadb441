// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension DecimalNumber {
    /// As a rate, in thousandths. Beyond a terawatt it stays there, so that sums cannot overflow.
    public var rate: Int64 {
        let most: Int64 = 1_000_000_000_000_000
        guard let thousandths else { return significand < 0 ? -most : most }
        return min(most, max(-most, thousandths))
    }

    /// A rate for a schema that allows one decimal, rounded toward zero.
    public init(tenthsOf rate: Int64) { self.init(thousandths: rate / 100 * 100) }
}

extension PhaseRates {
    /// Nil without a base: L2 and L3 alone say nothing (V2X.07).
    public init?(wire base: DecimalNumber?, _ l2: DecimalNumber? = nil, _ l3: DecimalNumber? = nil) {
        guard let base else { return nil }
        self.init(base.rate, l2: l2?.rate, l3: l3?.rate)
    }
}

extension SchedulePeriod {
    /// Older systems say with a negative limit that the vehicle shall discharge. For a transaction that is a setpoint; elsewhere
    /// it stays what it is and is refused.
    public func readingNegativeLimit(for purpose: ChargingProfile.Purpose) -> SchedulePeriod {
        guard purpose == .tx || purpose == .txDefault, mode == .chargingOnly, setpoint == nil, let limit, limit.base < 0
        else {
            return self
        }
        var period = self
        period.mode = .centralSetpoint
        period.setpoint = limit
        period.limit = nil
        return period
    }
}

extension CompositePeriod {
    /// The one number of versions without setpoints: the setpoint if there is one, negative for discharging.
    public var rate: Int64 { setpoint?.base ?? limit?.base ?? 0 }
}
