// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GridConnection

/// What the rules of the connection must know after a restart, as JSON: a later version reads it, or refuses it as a whole.
struct StoredMemory: Codable {
    struct Limitation: Codable {
        var state: UInt8
        var instruction: UInt64
        var failsafeLimit_mW: Int64?
        var failsafeDuration_ns: Int64?
    }
    struct Reduction: Codable {
        var power_mW: Int64
        var instruction: UInt64
        var remaining_ns: Int64?
    }
    struct Withdrawal: Codable {
        var id: UInt64
        var import_mW: Int64
        var export_mW: Int64
        var start_ms: Int64?
        var duration_ns: Int64?
        var hasBegun: Bool
    }
    struct Envelope: Codable {
        var defaults: Bounds
        var controls: [Control]
    }
    struct Bounds: Codable {
        var siteImport_mW: Int64?
        var siteExport_mW: Int64?
        var generation_mW: Int64?
        var load_mW: Int64?
        var energize: Bool?
    }
    struct Control: Codable {
        var id: UInt64
        var created_ms: Int64
        var primacy: UInt8
        var start_ms: Int64
        var duration_ns: Int64
        var randomizeStart: Int32
        var randomFraction: Int32
        var limits: Bounds
        var hasBegun: Bool
        var isCancelled: Bool
        var isOver: Bool
    }

    var consumption: Limitation?
    var production: Limitation?
    var section14a: Reduction?
    var flexible: [Withdrawal]?
    var envelope: Envelope?
    var scheme: StoredScheme?
    var returning: StoredReturn?
    var ceasedBy: UInt64?

    /// The key under which the journal keeps it.
    static let key = "connection"

    static func data(_ memory: ConnectionMemory) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try encoder.encode(StoredMemory(memory))
    }

    static func memory(_ data: Data) throws -> ConnectionMemory {
        try JSONDecoder().decode(StoredMemory.self, from: data).memory
    }
}

extension StoredMemory {
    init(_ memory: ConnectionMemory) {
        consumption = memory.consumption.map(Limitation.init)
        production = memory.production.map(Limitation.init)
        section14a = memory.section14a.map { reduction in
            Reduction(
                power_mW: reduction.power.milli, instruction: reduction.instruction.number,
                remaining_ns: reduction.remaining?.nanoseconds)
        }
        flexible = memory.flexible.map { known in
            (0..<known.count).map { Withdrawal(known.withdrawals[$0]) }
        }
        envelope = memory.envelope.map { known in
            Envelope(
                defaults: Bounds(known.defaults), controls: (0..<known.count).map { Control(known.records[$0]) })
        }
        scheme = memory.scheme.map(StoredScheme.init)
        returning = memory.returning.map(StoredReturn.init)
        ceasedBy = memory.ceasedBy?.number
    }

    var memory: ConnectionMemory {
        var memory = ConnectionMemory()
        memory.consumption = consumption?.memory
        memory.production = production?.memory
        memory.section14a = section14a.map { reduction in
            Section14a.Memory(
                power: Power(milli: reduction.power_mW), instruction: InstructionID(reduction.instruction),
                remaining: reduction.remaining_ns.map(Interval.init(nanoseconds:)))
        }
        memory.flexible = flexible.map { stored in
            var known = FlexibleCapacity.Memory()
            for withdrawal in stored.prefix(16) {
                known.withdrawals[known.count] = withdrawal.record
                known.count += 1
            }
            return known
        }
        memory.envelope = envelope.map { stored in
            var known = OperatingEnvelope.Memory()
            known.defaults = stored.defaults.limits
            for control in stored.controls.prefix(OperatingEnvelope.capacity) {
                known.records[known.count] = control.record
                known.count += 1
            }
            return known
        }
        memory.scheme = scheme?.memory
        memory.returning = returning?.memory
        memory.ceasedBy = ceasedBy.map(InstructionID.init)
        return memory
    }
}

extension StoredMemory.Limitation {
    init(_ memory: LimitationMachine.Memory) {
        self.init(
            state: memory.state.rawValue, instruction: memory.instruction.number,
            failsafeLimit_mW: memory.failsafeLimit?.milli, failsafeDuration_ns: memory.failsafeDuration?.nanoseconds)
    }

    var memory: LimitationMachine.Memory? {
        guard let state = LimitationMachine.State(rawValue: state) else { return nil }
        return LimitationMachine.Memory(
            state: state, instruction: InstructionID(instruction),
            failsafeLimit: failsafeLimit_mW.map(Power.init(milli:)),
            failsafeDuration: failsafeDuration_ns.map(Interval.init(nanoseconds:)))
    }
}

extension StoredMemory.Withdrawal {
    init(_ record: FlexibleCapacity.Memory.Record) {
        self.init(
            id: record.id.number, import_mW: record.leaves.upper.milli, export_mW: -record.leaves.lower.milli,
            start_ms: record.start?.milliseconds, duration_ns: record.duration?.nanoseconds, hasBegun: record.hasBegun)
    }

    var record: FlexibleCapacity.Memory.Record {
        var record = FlexibleCapacity.Memory.Record()
        record.id = InstructionID(id)
        record.leaves = PowerLimits(from: -Power(milli: export_mW), to: Power(milli: import_mW))
        record.start = start_ms.map(WallTime.init(milliseconds:))
        record.duration = duration_ns.map(Interval.init(nanoseconds:))
        record.hasBegun = hasBegun
        return record
    }
}

extension StoredMemory.Bounds {
    init(_ limits: EnvelopeLimits) {
        self.init(
            siteImport_mW: limits.siteImport?.milli, siteExport_mW: limits.siteExport?.milli,
            generation_mW: limits.generation?.milli, load_mW: limits.load?.milli, energize: limits.energize)
    }

    var limits: EnvelopeLimits {
        EnvelopeLimits(
            siteImport: siteImport_mW.map(Power.init(milli:)), siteExport: siteExport_mW.map(Power.init(milli:)),
            generation: generation_mW.map(Power.init(milli:)), load: load_mW.map(Power.init(milli:)),
            energize: energize)
    }
}

extension StoredMemory.Control {
    init(_ record: OperatingEnvelope.Memory.Record) {
        let control = record.control
        self.init(
            id: control.id.number, created_ms: control.created.milliseconds, primacy: control.primacy,
            start_ms: control.start.milliseconds, duration_ns: control.duration.nanoseconds,
            randomizeStart: control.randomizeStart, randomFraction: control.randomFraction,
            limits: StoredMemory.Bounds(control.limits), hasBegun: record.hasBegun, isCancelled: record.isCancelled,
            isOver: record.isOver)
    }

    var record: OperatingEnvelope.Memory.Record {
        OperatingEnvelope.Memory.Record(
            control: EnvelopeControl(
                InstructionID(id), created: WallTime(milliseconds: created_ms), primacy: primacy,
                start: WallTime(milliseconds: start_ms), duration: Interval(nanoseconds: duration_ns),
                randomizeStart: randomizeStart, randomFraction: randomFraction, limits: limits.limits),
            hasBegun: hasBegun, isCancelled: isCancelled, isOver: isOver)
    }
}
