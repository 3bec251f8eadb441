// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

@testable import ChargingStation

extension StationBench {
    /// A transaction is authorised and the car connected.
    @discardableResult
    mutating func charge(_ id: String = "T", on evse: Int = 1) -> [StationOutput] {
        if let index = station.index(ofEVSE: evse) {
            var transaction = Transaction(id: id)
            transaction.since = time.seconds
            transaction.isAuthorized = true
            station.evses[index].report.connector = .occupied
            station.evses[index].conditions.isConnected = true
            station.evses[index].conditions.isAuthorized = true
            transaction.conditions = station.evses[index].conditions
            station.evses[index].transaction = transaction
        }
        station.profilesBegin(evse: evse)
        return handle(.tick)
    }

    mutating func finish(on evse: Int = 1) -> [StationOutput] {
        guard let index = station.index(ofEVSE: evse), let id = station.evses[index].transaction?.id else { return [] }
        station.evses[index].transaction = nil
        station.evses[index].conditions.isAuthorized = false
        station.profilesEnd(transaction: id)
        return handle(.tick)
    }

    /// The station anew, with what it has kept and what its transactions have.
    mutating func restart() {
        let transactions = station.evses.map(\.transaction)
        station = Station(station.setup, kept: kept.compactMapValues(\.self), at: time)
        for (index, transaction) in transactions.enumerated() { station.evses[index].transaction = transaction }
    }

    @discardableResult
    mutating func set(_ profile: ChargingProfileType, on evse: Int = 1) -> String {
        guard
            case .setChargingProfile(let response)? = ask(
                .setChargingProfile(SetChargingProfileRequest(evseId: evse, chargingProfile: profile))
            ).answer
        else { return "no answer" }
        return response.statusInfo?.reasonCode ?? response.status.word
    }

    mutating func setVariable(_ key: VariableKey, _ value: String) {
        station.variables.report(value, as: key)
        _ = handle(.tick)
    }

    func command(_ evse: Int = 1) -> EVSECommand {
        station.index(ofEVSE: evse).flatMap { station.evses[$0].command } ?? EVSECommand(limits: .zero)
    }

    func hostTasks(in outputs: [StationOutput]) -> [HostTask] {
        outputs.compactMap { if case .host(let task) = $0 { task } else { nil } }
    }
}

extension EVSECommand {
    /// “-10000…11000 @ -5000” in watts.
    var text: String {
        "\(limits.lower.milli / 1_000)…\(limits.upper.milli / 1_000)"
            + (setpoint.map { " @ \($0.milli / 1_000)" } ?? "")
    }
}

/// Short ways to write what a backend sends. Rates in watts.
enum Wire {
    static func limit(_ watts: Int, from start: Int = 0) -> ChargingSchedulePeriodType {
        var period = ChargingSchedulePeriodType(startPeriod: start)
        period.limit = DecimalNumber(watts)
        return period
    }

    static func setpoint(
        _ watts: Int, from start: Int = 0, mode: OperationModeEnumType = .centralSetpoint
    ) -> ChargingSchedulePeriodType {
        var period = ChargingSchedulePeriodType(startPeriod: start)
        period.setpoint = DecimalNumber(watts)
        period.operationMode = mode
        return period
    }

    static func mode(_ mode: OperationModeEnumType, from start: Int = 0) -> ChargingSchedulePeriodType {
        var period = ChargingSchedulePeriodType(startPeriod: start)
        period.operationMode = mode
        return period
    }

    static func profile(
        _ id: Int, _ purpose: ChargingProfilePurposeEnumType, level: Int = 0, for transaction: String? = nil,
        _ periods: [ChargingSchedulePeriodType], _ change: (inout ChargingProfileType) -> Void = { _ in }
    ) -> ChargingProfileType {
        profile(id, purpose, level: level, .relative, for: transaction, periods, change)
    }

    static func profile(
        _ id: Int, _ purpose: ChargingProfilePurposeEnumType, level: Int = 0,
        _ kind: ChargingProfileKindEnumType, for transaction: String? = nil,
        _ periods: [ChargingSchedulePeriodType], _ change: (inout ChargingProfileType) -> Void = { _ in }
    ) -> ChargingProfileType {
        var schedule = ChargingScheduleType(id: 1, chargingRateUnit: .w, chargingSchedulePeriod: periods)
        if kind == .absolute { schedule.startSchedule = DateTime(StationBench.start.wall) }
        var profile = ChargingProfileType(
            id: id, stackLevel: level, chargingProfilePurpose: purpose, chargingProfileKind: kind,
            chargingSchedule: [schedule], transactionId: transaction)
        change(&profile)
        return profile
    }
}
