// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// For which message values are taken; each has measurands and an interval of its own (block J, chapter 2).
enum MeterUse: String, CaseIterable, Sendable {
    case started, updated, ended, aligned, alignedEnded

    var isAligned: Bool {
        switch self {
        case .started, .updated, .ended: false
        case .aligned, .alignedEnded: true
        }
    }
}

/// Variables of metering (OCPP 2.1 part 2, referenced components, 2.8).
enum MeteringVariables {
    static func measurands(_ use: MeterUse) -> VariableKey {
        switch use {
        case .started: VariableKey("SampledDataCtrlr", "TxStartedMeasurands")
        case .updated: VariableKey("SampledDataCtrlr", "TxUpdatedMeasurands")
        case .ended: VariableKey("SampledDataCtrlr", "TxEndedMeasurands")
        case .aligned: VariableKey("AlignedDataCtrlr", "Measurands")
        case .alignedEnded: VariableKey("AlignedDataCtrlr", "TxEndedMeasurands")
        }
    }

    /// Nil where values are taken once.
    static func interval(_ use: MeterUse) -> VariableKey? {
        switch use {
        case .started: nil
        case .updated: VariableKey("SampledDataCtrlr", "TxUpdatedInterval")
        case .ended: VariableKey("SampledDataCtrlr", "TxEndedInterval")
        case .aligned: VariableKey("AlignedDataCtrlr", "Interval")
        case .alignedEnded: VariableKey("AlignedDataCtrlr", "TxEndedInterval")
        }
    }

    static func enabled(_ use: MeterUse) -> VariableKey {
        VariableKey(use.isAligned ? "AlignedDataCtrlr" : "SampledDataCtrlr", "Enabled")
    }

    static let idleOnly = VariableKey("AlignedDataCtrlr", "SendDuringIdle")
    static func idleOnly(evse: Int) -> VariableKey { VariableKey("AlignedDataCtrlr", "SendDuringIdle", evse: evse) }
    static let signsSampled = VariableKey("SampledDataCtrlr", "SignReadings")
    static let signsStarted = VariableKey("SampledDataCtrlr", "SignStartedReadings")
    static let signsUpdated = VariableKey("SampledDataCtrlr", "SignUpdatedReadings")
    static let signsAligned = VariableKey("AlignedDataCtrlr", "SignReadings")
    static let signsAlignedUpdated = VariableKey("AlignedDataCtrlr", "SignUpdatedReadings")
    static let publicKey = VariableKey("OCPPCommCtrlr", "PublicKeyWithSignedMeterValue")

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        MeterUse.allCases.flatMap(definitions) + switches
            + setup.evses.map { VariableDefinition(idleOnly(evse: $0.id), .boolean, .readWrite, standard: "false") }
            + (setup.hasSigningMeter ? signing : [])
    }

    private static func definitions(_ use: MeterUse) -> [VariableDefinition] {
        let measurands = VariableDefinition(
            measurands(use), .members(Measurands.supported.map(\.word)), .readWrite,
            standard: standard(use).joined(separator: ","))
        guard let interval = interval(use) else { return [measurands] }
        // No slower than a day, which is what clock-aligned values divide.
        return [
            measurands,
            VariableDefinition(
                interval, .integer(0...86_400), unit: "s", .readWrite,
                standard: use == .updated ? "60" : use == .aligned ? "900" : "0"),
        ]
    }

    private static func standard(_ use: MeterUse) -> [String] {
        let registers = ["Energy.Active.Import.Register", "Energy.Active.Export.Register"]
        switch use {
        case .started, .ended: return registers
        case .updated: return registers + ["Power.Active.Import", "Power.Active.Export", "SoC"]
        case .aligned: return registers
        case .alignedEnded: return []
        }
    }

    private static var switches: [VariableDefinition] {
        let flags = ["SampledDataCtrlr", "AlignedDataCtrlr"].flatMap {
            [
                VariableDefinition(VariableKey($0, "Enabled"), .boolean, .readWrite, standard: "true"),
                VariableDefinition(VariableKey($0, "Available"), .boolean, .readOnly, standard: "true"),
            ]
        }
        return flags + [
            VariableDefinition(idleOnly, .boolean, .readWrite, standard: "false"),
            // The meters count all phases together.
            VariableDefinition(
                VariableKey("SampledDataCtrlr", "RegisterValuesWithoutPhases"), .boolean, .readOnly, standard: "true"),
        ]
    }

    /// Not reported by a station whose meter does not sign.
    private static var signing: [VariableDefinition] {
        [signsSampled, signsStarted, signsUpdated, signsAligned, signsAlignedUpdated].map {
            VariableDefinition($0, .boolean, .readWrite, standard: "false")
        } + [
            VariableDefinition(
                publicKey, .option(["Never", "OncePerTransaction", "EveryMeterValue"]), .readWrite,
                standard: "EveryMeterValue")
        ]
    }
}
