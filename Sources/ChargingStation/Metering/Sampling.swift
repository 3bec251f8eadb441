// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    // MARK: Sampled values of a transaction

    /// Starts the intervals of a transaction that has begun or goes on.
    mutating func beginSampling(_ index: Int) {
        setDue(due(.updated, index), due(.ended, index), index)
        for use in MeterUse.allCases where evses[index].transaction?.sampling.before[use] == nil {
            markRegisters(index, for: use)
        }
    }

    private mutating func setDue(_ updated: Instant?, _ ended: Instant?, _ index: Int) {
        evses[index].transaction?.sampling.updatedDue = updated
        evses[index].transaction?.sampling.endedDue = ended
    }

    private func due(_ use: MeterUse, _ index: Int) -> Instant? {
        interval(of: use, at: index).map { now.monotonic + .seconds($0) }
    }

    /// Takes the values that are due.
    mutating func advanceSampling() {
        for index in evses.indices where evses[index].transaction?.isInterrupted == false {
            adoptIntervals(index)
            if let at = evses[index].transaction?.sampling.updatedDue, now.monotonic >= at { sampleUpdated(index, at) }
            if let at = evses[index].transaction?.sampling.endedDue, now.monotonic >= at { sampleEnded(index, at) }
        }
    }

    /// An interval that was switched on or made shorter in between counts from now.
    private mutating func adoptIntervals(_ index: Int) {
        func adopted(_ at: Instant?, _ use: MeterUse) -> Instant? {
            guard let due = due(use, index) else { return nil }
            return at.map { min($0, due) } ?? due
        }
        let sampling = evses[index].transaction?.sampling
        setDue(adopted(sampling?.updatedDue, .updated), adopted(sampling?.endedDue, .ended), index)
    }

    /// J02.FR.11.
    private mutating func sampleUpdated(_ index: Int, _ at: Instant) {
        let next = following(at, .updated, index)
        evses[index].transaction?.sampling.updatedDue = next
        guard let value = meterValue(index, for: .updated, .samplePeriodic) else { return }
        sendEvent(.updated, index, because: .meterValuePeriodic) { $0.meterValue = [value] }
        markRegisters(index, for: .updated)
    }

    private mutating func sampleEnded(_ index: Int, _ at: Instant) {
        let next = following(at, .ended, index)
        evses[index].transaction?.sampling.endedDue = next
        guard evses[index].transaction?.sampling.takesNext() == true,
            let value = meterValue(index, for: .ended, .samplePeriodic)
        else { return }
        collect(value, index)
        markRegisters(index, for: .ended)
    }

    /// Keeps the beat; what was missed while the host slept is not made up.
    private func following(_ at: Instant, _ use: MeterUse, _ index: Int) -> Instant? {
        guard let seconds = interval(of: use, at: index) else { return nil }
        let next = at + .seconds(seconds)
        return next > now.monotonic ? next : now.monotonic + .seconds(seconds)
    }

    /// A value for the event Ended. It is kept by itself, so that what is written does not grow with the transaction.
    mutating func collect(_ value: MeterValueType, _ index: Int) {
        guard let result = evses[index].transaction?.sampling.collect(value) else { return }
        for key in result.dropped { emit(.keep(key: sampleKey(index, key), nil)) }
        emit(.keep(key: sampleKey(index, result.key), value.keptBytes))
    }

    func sampleKey(_ index: Int, _ key: Int) -> String { "transaction-sample/\(evses[index].id)/\(key)" }

    /// Everything collected, and the value at the end (E06.FR.11).
    mutating func finalValues(_ index: Int) -> [MeterValueType]? {
        let collected = evses[index].transaction?.sampling.collected ?? []
        for sample in collected { emit(.keep(key: sampleKey(index, sample.key), nil)) }
        let last = meterValue(index, for: .ended, .transactionEnd)
        let values = collected.map(\.value) + (last.map { [$0] } ?? [])
        return values.isEmpty ? nil : values
    }

    var samplingDeadline: Instant? {
        evses.compactMap { evse in
            guard evse.transaction?.isInterrupted == false else { return nil }
            return [evse.transaction?.sampling.updatedDue, evse.transaction?.sampling.endedDue].compactMap(\.self).min()
        }.min()
    }
}
