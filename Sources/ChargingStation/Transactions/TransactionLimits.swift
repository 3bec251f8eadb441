// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Limits of cost, energy, time and state of charge (E16).
extension TransactionLimitType {
    /// With what `other` says in place of what was said before; a limit once set is never unset (E16.FR.17).
    func changed(by other: TransactionLimitType) -> TransactionLimitType {
        TransactionLimitType(
            maxCost: other.maxCost ?? maxCost, maxEnergy: other.maxEnergy ?? maxEnergy,
            maxTime: other.maxTime ?? maxTime,
            maxSoC: other.maxSoC ?? maxSoC)
    }

    /// No higher than `other` where that says something (E16.FR.04).
    func capped(by other: TransactionLimitType) -> TransactionLimitType {
        TransactionLimitType(
            maxCost: least(maxCost, other.maxCost), maxEnergy: least(maxEnergy, other.maxEnergy),
            maxTime: least(maxTime, other.maxTime), maxSoC: least(maxSoC, other.maxSoC))
    }

    private func least<Value: Comparable>(_ mine: Value?, _ other: Value?) -> Value? {
        guard let mine else { return nil }
        return other.map { min(mine, $0) } ?? mine
    }
}

/// What a transaction has used of what its limit bounds.
struct TransactionUse: Equatable {
    /// In thousandths of a watt-hour.
    var imported: Int64?
    /// Since the event Started (E16.FR.09).
    var seconds: Int64
    var cost: DecimalNumber?
    var soc: Int?
    /// What another second at this power would add, so that a limit is met and not exceeded (E16.FR.19).
    var nextSecond: Int64 = 0

    /// The first limit that is reached, and what its end of the transaction is called.
    func reached(_ limit: TransactionLimitType) -> (trigger: TriggerReasonEnumType, reason: ReasonEnumType)? {
        if let maxCost = limit.maxCost, let cost, cost >= maxCost || maxCost < 0 {
            return (.costLimitReached, .localOutOfCredit)
        }
        if let maxEnergy = limit.maxEnergy?.thousandths, let imported {
            let (next, overflow) = imported.addingReportingOverflow(nextSecond)
            if overflow || next >= maxEnergy { return (.energyLimitReached, .energyLimitReached) }
        }
        if let maxTime = limit.maxTime, seconds >= Int64(maxTime) { return (.timeLimitReached, .timeLimitReached) }
        if let maxSoC = limit.maxSoC, let soc, soc >= maxSoC { return (.soCLimitReached, .socLimitReached) }
        return nil
    }
}

extension Station {
    /// A limit of the backend (E16.FR.02), told back as far as it is supported (E16.FR.03).
    mutating func setBackendLimit(_ index: Int, _ limit: TransactionLimitType) {
        guard let transaction = evses[index].transaction else { return }
        let backend = transaction.backendLimit?.changed(by: limit) ?? limit
        evses[index].transaction?.backendLimit = backend
        setLimit(index, limit)
    }

    /// A limit of the driver, within that of the backend (E16.FR.01, E16.FR.04).
    mutating func setDriverLimit(_ index: Int, _ limit: TransactionLimitType) {
        guard let transaction = evses[index].transaction else { return }
        setLimit(index, transaction.backendLimit.map { limit.capped(by: $0) } ?? limit)
    }

    private mutating func setLimit(_ index: Int, _ limit: TransactionLimitType) {
        let old = evses[index].transaction?.limit ?? TransactionLimitType()
        let new = old.changed(by: limit)
        guard new != old else { return }
        evses[index].transaction?.limit = new
        evses[index].transaction?.unreported.limit = limit
        sendEvent(.updated, index, because: .limitSet)
        meetLimits(index)
    }

    /// Withholds energy where a limit is reached, and lets it flow where it no longer is (E16.FR.05, .06, .10, .14).
    mutating func meetLimits(_ index: Int) {
        meetInvalidToken(index)
        guard let transaction = evses[index].transaction, let limit = transaction.limit else { return }
        let isHeld = transaction.holds.contains(.limit)
        guard let reached = use(of: transaction, index).reached(limit) else {
            guard isHeld else { return }
            evses[index].transaction?.holds.remove(.limit)
            return tellHold(index, because: .chargingStateChanged)
        }
        guard !isHeld else { return }
        evses[index].transaction?.holds.insert(.limit)
        if variables.list(TransactionVariables.stopPoint).contains(TransactionPoint.energyTransfer.rawValue) {
            return endTransaction(index, stopped: reached.reason, because: reached.trigger)
        }
        tellHold(index, because: reached.trigger)
    }

    func use(of transaction: Transaction, _ index: Int) -> TransactionUse {
        let report = evses[index].report
        var use = TransactionUse(
            seconds: max(0, now.seconds - transaction.startedAt), cost: transaction.totalCost, soc: report.soc)
        if let imported = report.imported, let start = transaction.startImported {
            use.imported = imported.milli.subtractingReportingOverflow(start.milli).partialValue
        }
        if let power = report.power, power > .zero { use.nextSecond = power.milli / 3_600 }
        return use
    }

    mutating func tellHold(_ index: Int, because trigger: TriggerReasonEnumType) {
        refreshAuthorization(index)
        sendEvent(.updated, index, because: trigger) { [state = chargingState(index)] in
            $0.transactionInfo.chargingState = state
        }
    }

    /// When a limit of time is reached.
    var limitDeadline: Instant? {
        evses.compactMap { evse in
            guard let transaction = evse.transaction, !transaction.holds.contains(.limit),
                let maxTime = transaction.limit?.maxTime
            else { return nil }
            let left = transaction.startedAt.addingReportingOverflow(Int64(maxTime)).partialValue - now.seconds
            return left > 0 ? now.monotonic + .seconds(Int(min(left, 1 << 30))) : nil
        }.min()
    }

    mutating func advanceLimits() {
        for index in evses.indices where evses[index].transaction?.isInterrupted == false { meetLimits(index) }
    }
}
