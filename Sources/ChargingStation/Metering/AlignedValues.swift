// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Intervals that divide the day from midnight UTC on (block J, 2.2).
enum ClockAlignment {
    /// The start of the interval that `seconds` since 1970 falls into. An interval that does not divide the day ends with it.
    static func slot(_ seconds: Int64, every interval: Int) -> Int64 {
        let interval = Int64(max(1, interval))
        let second = ((seconds % 86_400) + 86_400) % 86_400
        return seconds - second % interval
    }

    static func next(after seconds: Int64, every interval: Int) -> Int64 {
        let slot = slot(seconds, every: interval)
        let midnight = Self.slot(seconds, every: 86_400) + 86_400
        return min(slot + Int64(max(1, interval)), midnight)
    }
}

extension Station {
    /// Takes the clock-aligned values if an interval of the clock on the wall has begun. A clock set back takes none twice.
    mutating func advanceAlignedValues() {
        if beginsSlot(.aligned) { takeAlignedValues() }
        if beginsSlot(.alignedEnded) { collectAlignedValues() }
    }

    private mutating func beginsSlot(_ use: MeterUse) -> Bool {
        guard let interval = alignedInterval(use) else {
            metering.slots[use] = nil
            return false
        }
        let slot = ClockAlignment.slot(now.seconds, every: interval)
        let last = metering.slots[use]
        // Set back by less than an interval, the clock will come to this one again; set back further, it begins anew.
        if let last, slot <= last, last - slot <= Int64(interval) { return false }
        metering.slots[use] = slot
        // The first one is only noted: the station was not there when it began, unless it begins right now.
        guard let last else { return slot == now.seconds }
        return slot > last
    }

    private func alignedInterval(_ use: MeterUse) -> Int? {
        MeteringVariables.interval(use).flatMap { variables.integer($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// J01.FR.14, J01.FR.22: in a transaction as an event, which is not lost offline, otherwise as MeterValues.
    private mutating func takeAlignedValues() {
        guard !(variables.flag(MeteringVariables.idleOnly) && hasTransaction()) else { return }
        let time = alignedTime(.aligned)
        for index in evses.indices where !isSilenced(index) {
            guard let value = meterValue(index, for: .aligned, .sampleClock, at: time) else { continue }
            if evses[index].transaction != nil {
                sendEvent(.updated, index, because: .meterValueClock) { $0.meterValue = [value] }
                markRegisters(index, for: .aligned)
            } else {
                call(.meterValues(MeterValuesRequest(evseId: evses[index].id, meterValue: [value])))
                metering.before[evses[index].id] = Registers(
                    imported: evses[index].report.imported, exported: evses[index].report.exported)
            }
        }
        if let value = stationValue(.sampleClock, at: time) {
            call(.meterValues(MeterValuesRequest(evseId: 0, meterValue: [value])))
        }
    }

    /// J01.FR.19.
    private func isSilenced(_ index: Int) -> Bool {
        evses[index].transaction?.isInterrupted == true
            || evses[index].transaction != nil && variables.flag(MeteringVariables.idleOnly(evse: evses[index].id))
    }

    private mutating func collectAlignedValues() {
        for index in evses.indices where evses[index].transaction?.isInterrupted == false {
            guard let value = meterValue(index, for: .alignedEnded, .sampleClock, at: alignedTime(.alignedEnded)) else {
                continue
            }
            collect(value, index)
            markRegisters(index, for: .alignedEnded)
        }
    }

    /// The begin of the interval, if the values were taken within its first second.
    private func alignedTime(_ use: MeterUse) -> DateTime {
        guard let slot = metering.slots[use], now.wall.milliseconds - slot * 1_000 < 1_000 else { return now.dateTime }
        return DateTime(WallTime(milliseconds: slot * 1_000))
    }

    /// At the connection point, which stands for the whole station (J01.FR.03).
    func stationValue(_ context: ReadingContextEnumType, at time: DateTime) -> MeterValueType? {
        guard let grid = metering.grid else { return nil }
        let wanted = variables.list(MeteringVariables.measurands(.aligned)).compactMap(MeasurandEnumType.init(word:))
            .filter { [.powerActiveImport, .powerActiveExport, .frequency].contains($0) }
        var reading = MeterReading()
        reading.report.power = grid.load
        reading.frequency = grid.frequency
        var values = reading.values(of: wanted, context)
        for index in values.indices { values[index].location = .inlet }
        return values.isEmpty ? nil : MeterValueType(sampledValue: values, timestamp: time)
    }

    var alignedDeadline: Instant? {
        [MeterUse.aligned, .alignedEnded].compactMap { use in
            guard let interval = alignedInterval(use) else { return nil }
            let next = ClockAlignment.next(after: now.seconds, every: interval)
            return now.monotonic + .milliseconds(Int(next * 1_000 - now.wall.milliseconds))
        }.min()
    }
}
