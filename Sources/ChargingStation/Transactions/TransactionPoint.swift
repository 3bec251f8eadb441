// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A condition at which a transaction begins or ends (`TxStartPoint`, `TxStopPoint`).
package enum TransactionPoint: String, CaseIterable, Sendable {
    case parkingBayOccupancy = "ParkingBayOccupancy"
    case evConnected = "EVConnected"
    case authorized = "Authorized"
    case dataSigned = "DataSigned"
    case powerPathClosed = "PowerPathClosed"
    case energyTransfer = "EnergyTransfer"

    /// A signature does not go away again, so no transaction ends by it (E06).
    static let ends = allCases.filter { $0 != .dataSigned }
}

/// What holds at an EVSE now.
struct TransactionConditions: Equatable, Sendable {
    /// A vehicle stands in the bay; false without a detector.
    var isBayOccupied = false
    var isConnected = false
    var isAuthorized = false
    /// The meter has signed a value, and that was asked for (`SignReadings`).
    var isSigned = false
    var isTransferring = false

    subscript(point: TransactionPoint) -> Bool {
        switch point {
        case .parkingBayOccupancy: isBayOccupied
        case .evConnected: isConnected
        case .authorized: isAuthorized
        case .dataSigned: isSigned
        case .powerPathClosed: isConnected && isAuthorized
        case .energyTransfer: isTransferring
        }
    }
}

/// What a change of conditions means for the transaction of the EVSE.
enum TransactionStep: Equatable, Sendable {
    case nothing, start, update, end

    /// A transaction begins with the first of its start points that comes true (E01.FR.01 to .06) and ends with the first of
    /// its stop points that ceases to be (E06.FR.01 to .07). Only changes count: a cable that is still plugged in when a
    /// transaction ends does not begin the next one.
    init(
        from before: TransactionConditions, to after: TransactionConditions, isRunning: Bool,
        starts: [TransactionPoint], stops: [TransactionPoint]
    ) {
        if isRunning {
            self = stops.contains { before[$0] && !after[$0] } ? .end : .update
        } else {
            self = starts.contains { !before[$0] && after[$0] } ? .start : .nothing
        }
    }
}
