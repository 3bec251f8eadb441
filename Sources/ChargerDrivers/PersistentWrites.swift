// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Spares EEPROM and flash: registers that keep their value are written on change only, 60 s apart and so many times a
/// day. Survives the loss of a link, because the cells remember too.
struct PersistentWrites {
    private struct Record {
        var registers: [UInt16]
        var times: [Instant]
    }
    private var records: [String: Record] = [:]
    let dailyBudget: Int

    static let spacing = Interval.seconds(60)
    private static let day = Interval.seconds(86_400)

    init(dailyBudget: Int) { self.dailyBudget = dailyBudget }

    enum Verdict: Equatable { case write, isThere, later(Instant), spent }

    /// - Parameter isProtective: A write that lowers power is neither delayed nor counted out: each needs a rise before
    ///   it, and rises are bounded.
    func verdict(_ registers: [UInt16], to point: String, at now: Instant, isProtective: Bool) -> Verdict {
        guard let record = records[point] else { return .write }
        if record.registers == registers { return .isThere }
        if isProtective { return .write }
        if let last = record.times.last, now < last + Self.spacing { return .later(last + Self.spacing) }
        return record.times.filter { $0 > now - Self.day }.count < dailyBudget ? .write : .spent
    }

    /// What the point held before anything was written.
    mutating func found(_ registers: [UInt16], in point: String) {
        if records[point] != nil {
            records[point]?.registers = registers
        } else {
            records[point] = Record(registers: registers, times: [])
        }
    }

    func knows(_ point: String) -> Bool { records[point] != nil }

    mutating func wrote(_ registers: [UInt16], to point: String, at now: Instant) {
        var times = records[point]?.times.filter { $0 > now - Self.day } ?? []
        times.append(now)
        records[point] = Record(registers: registers, times: times)
    }

    /// The link was lost: what the registers hold now has to be read again.
    mutating func forgetContents() { for name in records.keys { records[name]?.registers = [] } }
}
