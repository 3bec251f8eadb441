// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

/// Variables of transactions (OCPP 2.1 part 2, referenced components, 2.7).
enum TransactionVariables {
    static let startPoint = VariableKey("TxCtrlr", "TxStartPoint")
    static let stopPoint = VariableKey("TxCtrlr", "TxStopPoint")
    static let connectionTimeOut = VariableKey("TxCtrlr", "EVConnectionTimeOut")
    static let stopsOnDisconnect = VariableKey("TxCtrlr", "StopTxOnEVSideDisconnect")
    static let stopsOnInvalidId = VariableKey("TxCtrlr", "StopTxOnInvalidId")
    static let energyOnInvalidId = VariableKey("TxCtrlr", "MaxEnergyOnInvalidId")
    static let beforeAccepted = VariableKey("TxCtrlr", "TxBeforeAcceptedEnabled")
    static let resumptionTimeout = VariableKey("TxCtrlr", "ResumptionTimeout")
    static let resumesTransfer = VariableKey("TxCtrlr", "AllowEnergyTransferResumption")
    static let resumptionRange = VariableKey("TxCtrlr", "EnergyTransferResumptionRandomRange")
    static let unlocksOnDisconnect = VariableKey("OCPPCommCtrlr", "UnlockOnEVSideDisconnect")
    static let supportedLimits = VariableKey("TxCtrlr", "SupportedLimits")

    /// The points' defaults are those of a transaction as 1.6 knows it (block E, 1.1.2). A short interruption, such as
    /// an update of this software, does not end a transaction.
    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        points + [
            VariableDefinition(connectionTimeOut, .integer(0...86_400), unit: "s", .readWrite, standard: "120"),
            VariableDefinition(stopsOnDisconnect, .boolean, .readWrite, standard: "true"),
            // Where every cable is fixed there is nothing to unlock, so nothing to set.
            VariableDefinition(
                unlocksOnDisconnect, .boolean, setup.evses.allSatisfy(\.hasFixedCable) ? .readOnly : .readWrite,
                standard: "true"),
            VariableDefinition(stopsOnInvalidId, .boolean, .readWrite, standard: "true"),
            VariableDefinition(energyOnInvalidId, .integer(0...1_000_000), unit: "Wh", .readWrite, standard: "0"),
            VariableDefinition(beforeAccepted, .boolean, .readWrite, standard: "true"),
            VariableDefinition(resumptionTimeout, .integer(0...604_800), unit: "s", .readWrite, standard: "600"),
            VariableDefinition(resumesTransfer, .boolean, .readWrite, standard: "true"),
            VariableDefinition(resumptionRange, .integer(0...86_400), unit: "s", .readWrite, standard: "60"),
            VariableDefinition(
                supportedLimits, .members(limits), .readOnly, standard: limits.joined(separator: ",")),
        ]
    }

    private static let limits = ["maxCost", "maxEnergy", "maxTime", "maxSoC"]

    private static var points: [VariableDefinition] {
        [
            VariableDefinition(
                startPoint, .members(TransactionPoint.allCases.map(\.rawValue)), .readWrite, standard: "PowerPathClosed"
            ),
            VariableDefinition(
                stopPoint, .members(TransactionPoint.ends.map(\.rawValue)), .readWrite,
                standard: "EVConnected,Authorized"),
        ]
    }
}
