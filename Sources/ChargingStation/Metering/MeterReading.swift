// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// The energy registers at one moment.
struct Registers: Equatable, Sendable {
    var imported: Energy?
    var exported: Energy?
}

/// What is known of an EVSE at one moment, as the values of a meter.
struct MeterReading: Equatable, Sendable {
    var report = EVSEReport()
    /// What the car may take and give: the least of car, charger and what the backend leaves.
    var offered: PowerLimits?
    /// What the power shall be.
    var setpoint: Power?
    var frequency: Frequency?
    /// What the registers read when the interval began.
    var before = Registers()
    /// In volts; what a power is divided by for a current on offer.
    var nominalVoltage = 230
    /// 1…3 on AC, nil on DC.
    var phases: Int?
    /// Put beside the register it signs (E02.FR.14).
    var signature: SignedMeterValueType?

    /// Nothing for what is not known (J02.FR.02 to .06). Values with a direction are never negative (measurands, note 4).
    func values(of measurands: [MeasurandEnumType], _ context: ReadingContextEnumType) -> [SampledValueType] {
        measurands.flatMap { measurand in
            readings(of: measurand).map { reading in
                SampledValueType(
                    value: DecimalNumber(thousandths: reading.milli), measurand: measurand, context: context,
                    phase: reading.phase, location: measurand == .soC ? .ev : .outlet,
                    signedMeterValue: measurand == .energyActiveImportRegister ? signature : nil,
                    unitOfMeasure: UnitOfMeasureType(unit: reading.unit))
            }
        }
    }

    struct Reading: Equatable {
        var milli: Int64
        var unit: String
        var phase: PhaseEnumType?
    }

    private func readings(of measurand: MeasurandEnumType) -> [Reading] {
        switch measurand {
        case .energyActiveImportRegister: one(report.imported?.milli, "Wh")
        case .energyActiveExportRegister: one(report.exported?.milli, "Wh")
        case .energyActiveImportInterval: one(difference(report.imported, before.imported), "Wh")
        case .energyActiveExportInterval: one(difference(report.exported, before.exported), "Wh")
        case .energyActiveNet: one(difference(report.imported, report.exported ?? .zero), "Wh")
        case .powerActiveImport: one(report.power.map { max($0.milli, 0) }, "W")
        case .powerActiveExport: one(report.power.map { max(0 - $0.milli, 0) }, "W")
        case .powerActiveSetpoint: one(setpoint?.milli, "W")
        case .powerActiveResidual: one(residual, "W")
        case .powerOffered, .powerImportOffered: one(offered?.upper.milli, "W")
        case .powerExportOffered: one(offered.map { 0 - $0.lower.milli }, "W")
        case .currentOffered, .currentImportOffered: one(offered.flatMap { current($0.upper) }, "A")
        case .currentExportOffered: one(offered.flatMap { current($0.lower.magnitude) }, "A")
        case .currentImport: perPhase { max($0.milli, 0) }
        case .currentExport: perPhase { max(0 - $0.milli, 0) }
        case .voltage: voltages
        case .soC: one(report.soc.map { Int64($0) * 1_000 }, "Percent")
        case .frequency: one(frequency?.milli, "Hz")
        case .currentExportMinimum, .currentImportMinimum, .displayPresentSOC, .displayMinimumSOC, .displayTargetSOC,
            .displayMaximumSOC, .displayRemainingTimeToMinimumSOC, .displayRemainingTimeToTargetSOC,
            .displayRemainingTimeToMaximumSOC, .displayChargingComplete, .displayBatteryEnergyCapacity,
            .displayInletHot, .energyActiveImportCableLoss, .energyActiveImportLocalGenerationRegister,
            .energyActiveSetpointInterval, .energyApparentExport, .energyApparentImport, .energyApparentNet,
            .energyReactiveExportInterval, .energyReactiveExportRegister, .energyReactiveImportInterval,
            .energyReactiveImportRegister, .energyReactiveNet, .energyRequestTarget, .energyRequestMinimum,
            .energyRequestMaximum, .energyRequestMinimumV2X, .energyRequestMaximumV2X, .energyRequestBulk,
            .powerExportMinimum, .powerFactor, .powerImportMinimum, .powerReactiveExport, .powerReactiveImport,
            .voltageMinimum, .voltageMaximum:
            []
        }
    }

    private func one(_ milli: Int64?, _ unit: String) -> [Reading] {
        milli.map { [Reading(milli: $0, unit: unit)] } ?? []
    }

    private func difference(_ later: Energy?, _ earlier: Energy?) -> Int64? {
        guard let later, let earlier else { return nil }
        let (difference, overflow) = later.milli.subtractingReportingOverflow(earlier.milli)
        return overflow ? nil : difference
    }

    /// Positive where more flows than the setpoint asks for, whatever the direction (part 2, Q 2.4).
    private var residual: Int64? {
        guard let power = report.power?.milli else { return nil }
        guard let setpoint = setpoint?.milli else { return 0 }
        let (imported, exported) = (max(0, power), max(0, 0 - power))
        if setpoint == 0 { return imported.adding(exported) }
        return setpoint > 0 ? imported.adding(-setpoint) : exported.adding(setpoint)
    }

    /// Per phase on AC; on DC the session's own voltage decides, which is not known here.
    private func current(_ power: Power) -> Int64? {
        guard let phases, phases > 0, nominalVoltage > 0 else { return nil }
        return power.milli / Int64(phases * nominalVoltage)
    }

    private func perPhase(_ milli: (Current) -> Int64) -> [Reading] {
        guard let current = report.current else { return [] }
        return zip(Phase.allCases, [PhaseEnumType.l1, .l2, .l3]).prefix(phases ?? 3).map {
            Reading(milli: milli(current[$0]), unit: "A", phase: $1)
        }
    }

    private var voltages: [Reading] {
        guard let voltage = report.voltage else { return [] }
        return zip(Phase.allCases, [PhaseEnumType.l1N, .l2N, .l3N]).prefix(phases ?? 3).map {
            Reading(milli: voltage[$0].milli, unit: "V", phase: $1)
        }
    }
}
