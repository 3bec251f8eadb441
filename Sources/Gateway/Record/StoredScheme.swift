// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// What a limitation scheme must know after a restart.
struct StoredScheme: Codable {
    var isLockedOut: Bool
    var isSensorReversed: Bool
    /// The oldest first.
    var excursionAges_ns: [Int64]
    /// False: the limits of the configuration.
    var isChanged: Bool
    var import_mA: Int64?
    var export_mA: Int64?

    init(_ memory: LimitationScheme.Memory) {
        isLockedOut = memory.isLockedOut
        isSensorReversed = memory.isSensorReversed
        excursionAges_ns = (0..<memory.excursions.count).map { memory.excursions.ages[$0].nanoseconds }
        isChanged = memory.limits != nil
        import_mA = memory.limits?.maximumImport?.milli
        export_mA = memory.limits?.maximumExport?.milli
    }

    var memory: LimitationScheme.Memory {
        var excursions = ExcursionHistory.Ages()
        for age in excursionAges_ns.suffix(ExcursionHistory.capacity) {
            excursions.ages[excursions.count] = Interval(nanoseconds: age)
            excursions.count += 1
        }
        let changed = SchemeLimits(
            maximumImport: import_mA.map(Current.init(milli:)), maximumExport: export_mA.map(Current.init(milli:)))
        return LimitationScheme.Memory(
            isLockedOut: isLockedOut, isSensorReversed: isSensorReversed, excursions: excursions,
            limits: isChanged ? changed : nil)
    }
}

/// How far power had come back.
struct StoredReturn: Codable {
    struct Ramp: Codable {
        var level_mW: Int64
        var delay_ns: Int64
    }
    var draw: Ramp?
    var delivery: Ramp?
    var devices: Ramp?

    init(_ memory: ReturnRamps.Memory) {
        draw = memory.draw.map(Ramp.init)
        delivery = memory.delivery.map(Ramp.init)
        devices = memory.devices.map(Ramp.init)
    }

    var memory: ReturnRamps.Memory {
        var memory = ReturnRamps.Memory()
        memory.draw = draw?.memory
        memory.delivery = delivery?.memory
        memory.devices = devices?.memory
        return memory
    }
}

extension StoredReturn.Ramp {
    init(_ memory: GradualRelease.Memory) {
        self.init(level_mW: memory.level.milli, delay_ns: memory.delay.nanoseconds)
    }

    var memory: GradualRelease.Memory {
        GradualRelease.Memory(level: Power(milli: level_mW), delay: Interval(nanoseconds: delay_ns))
    }
}
