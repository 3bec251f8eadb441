// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

/// One step of a charging session, in a way that a table can name.
enum SessionStep: String, CaseIterable, Sendable {
    case arrive, plugIn, authorize, charge, pause, stop, unplug, leave

    /// Its event, if it is one (TriggerReasonEnumType).
    var trigger: String {
        switch self {
        case .arrive: "EVDetected"
        case .plugIn: "CablePluggedIn"
        case .authorize: "Authorized"
        case .charge, .pause: "ChargingStateChanged"
        case .stop: "StopAuthorized"
        case .unplug: "EVCommunicationLost"
        case .leave: "EVDeparted"
        }
    }

    mutating func take(_ bench: inout StationBench) -> [StationOutput] {
        switch self {
        case .arrive: bench.report { $0.isBayOccupied = true }
        case .plugIn: bench.plugIn()
        case .authorize, .stop: bench.present()
        case .charge: bench.flow(.charging)
        case .pause: bench.flow(.none)
        case .unplug: bench.unplug()
        case .leave: bench.report { $0.isBayOccupied = false }
        }
    }
}

@Suite struct TransactionPointTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var start: String
        var stop: String
        var steps: [SessionStep]
        var told: [String]
        var testDescription: String { "\(start) to \(stop): \(steps.map(\.rawValue).joined(separator: ", "))" }

        init(_ start: String, _ stop: String, _ steps: [SessionStep], _ told: [String]) {
            self.start = start
            self.stop = stop
            self.steps = steps
            self.told = told
        }
    }

    static let session: [SessionStep] = [.plugIn, .authorize, .charge, .stop, .pause, .unplug]

    /// E01.FR.01 to .06, E06.FR.01 to .07, E07.
    static let rows = [
        Row(
            "EVConnected", "EVConnected", session,
            [
                "Started CablePluggedIn EVConnected", "Updated Authorized", "Updated ChargingStateChanged Charging",
                "Updated StopAuthorized", "Updated ChargingStateChanged EVConnected",
                "Ended EVCommunicationLost Idle",
            ]),
        Row(
            "PowerPathClosed", "EVConnected,Authorized", session,
            [
                "Started Authorized EVConnected", "Updated ChargingStateChanged Charging",
                "Ended StopAuthorized Charging",
            ]),
        Row(
            "PowerPathClosed", "PowerPathClosed", [.authorize, .plugIn, .charge, .unplug],
            [
                "Started CablePluggedIn EVConnected", "Updated ChargingStateChanged Charging",
                "Ended EVCommunicationLost Idle",
            ]),
        Row(
            "Authorized", "Authorized", [.authorize, .plugIn, .charge, .stop],
            [
                "Started Authorized Idle", "Updated CablePluggedIn EVConnected",
                "Updated ChargingStateChanged Charging", "Ended StopAuthorized Charging",
            ]),
        Row(
            "EnergyTransfer", "EnergyTransfer", session,
            [
                "Started ChargingStateChanged Charging", "Updated StopAuthorized",
                "Ended ChargingStateChanged EVConnected",
            ]),
        Row(
            "EnergyTransfer", "EnergyTransfer", [.plugIn, .authorize, .charge, .pause],
            ["Started ChargingStateChanged Charging", "Ended ChargingStateChanged EVConnected"]),
        Row(
            "ParkingBayOccupancy", "ParkingBayOccupancy", [.arrive] + session + [.leave],
            [
                "Started EVDetected Idle", "Updated CablePluggedIn EVConnected", "Updated Authorized",
                "Updated ChargingStateChanged Charging", "Updated StopAuthorized",
                "Updated ChargingStateChanged EVConnected", "Updated EVCommunicationLost Idle",
                "Ended EVDeparted Idle",
            ]),
        Row(
            "EVConnected,Authorized", "EVConnected", [.authorize, .plugIn, .unplug],
            ["Started Authorized Idle", "Updated CablePluggedIn EVConnected", "Ended EVCommunicationLost Idle"]),
        // No bay detector: what is not known never begins anything.
        Row("ParkingBayOccupancy", "EVConnected", session, []),
        // E05 and C: nobody plugged in, nothing begins.
        Row("PowerPathClosed", "Authorized", [.authorize, .stop], []),
        // A cable that stays begins no second transaction.
        Row(
            "EVConnected", "Authorized", [.plugIn, .authorize, .stop],
            ["Started CablePluggedIn EVConnected", "Updated Authorized", "Ended StopAuthorized EVConnected"]),
    ]

    @Test(arguments: rows)
    func `a session tells its events at its points`(row: Row) {
        var bench = StationBench.with(StationBench.points(start: row.start, stop: row.stop))
        var outputs: [StationOutput] = []
        for var step in row.steps { outputs += step.take(&bench) }
        #expect(bench.told(outputs) == row.told)
        expectWhole(bench.events(in: outputs))
    }

    /// Every start point with every stop point in every order of steps that can happen, against a naive reading of the rules.
    @Test func `every start point with every stop point begins and ends where its condition does`() {
        var count = 0
        for order in Self.orders {
            for start in TransactionPoint.allCases where start != .dataSigned {
                for stop in TransactionPoint.ends {
                    var bench = StationBench.with(StationBench.points(start: start.rawValue, stop: stop.rawValue))
                    var outputs: [StationOutput] = []
                    for var step in order { outputs += step.take(&bench) }
                    let events = bench.events(in: outputs)
                    let marks = events.filter { $0.eventType != .updated }.map {
                        "\($0.eventType.word) \($0.triggerReason.word)"
                    }
                    #expect(marks == Self.expected(order, start, stop), "\(start) to \(stop): \(order)")
                    expectWhole(events)
                    count += 1
                }
            }
        }
        #expect(count >= 5 * 5 * 8)
    }

    static let orders: [[SessionStep]] = [
        session, [.plugIn, .authorize, .charge, .unplug], [.plugIn, .authorize, .charge, .pause, .charge, .unplug],
        [.authorize, .plugIn, .charge, .stop, .pause, .unplug], [.authorize, .plugIn, .charge, .unplug],
        [.authorize, .stop], [.plugIn, .unplug], [.arrive, .leave],
        [.arrive] + session + [.leave], [.arrive, .authorize, .plugIn, .charge, .pause, .stop, .unplug, .leave],
        [.arrive, .plugIn, .authorize, .charge, .leave],
    ]

    /// The rules of E01 and E06 read one after the other, with a flag for each condition.
    static func expected(_ steps: [SessionStep], _ start: TransactionPoint, _ stop: TransactionPoint) -> [String] {
        var holds: [TransactionPoint: Bool] = [:]
        var isRunning = false
        var marks: [String] = []
        for step in steps {
            let old = holds
            switch step {
            case .arrive: holds[.parkingBayOccupancy] = true
            case .leave: holds[.parkingBayOccupancy] = false
            case .plugIn: holds[.evConnected] = true
            case .authorize: holds[.authorized] = true
            // The flow is refused to nobody here: a bench charges when told to.
            case .charge: holds[.energyTransfer] = true
            case .pause: holds[.energyTransfer] = false
            case .stop: holds[.authorized] = !(old[.authorized] ?? false)
            case .unplug:
                holds[.evConnected] = false
                holds[.authorized] = false
            }
            holds[.powerPathClosed] = holds[.evConnected] == true && holds[.authorized] == true
            var trigger = step.trigger
            if step == .stop, holds[.authorized] == true { trigger = "Authorized" }
            if !isRunning, holds[start] == true, old[start] != true {
                isRunning = true
                marks.append("Started \(trigger)")
            } else if isRunning, old[stop] == true, holds[stop] != true {
                isRunning = false
                holds[.authorized] = false
                holds[.powerPathClosed] = false
                marks.append("Ended \(trigger)")
            }
            guard step == .unplug, holds[.energyTransfer] == true else { continue }
            // The flow ends with the cable; its own event comes second.
            holds[.energyTransfer] = false
            guard stop == .energyTransfer, isRunning else { continue }
            isRunning = false
            holds[.authorized] = false
            marks.append("Ended ChargingStateChanged")
        }
        return marks
    }

    /// E01.FR.07 and block E, 1.5: numbers without gaps from 0 in each transaction, what goes once goes once.
    private func expectWhole(_ events: [TransactionEventRequest]) {
        for (id, own) in Dictionary(grouping: events, by: \.transactionInfo.transactionId) {
            #expect(own.map(\.seqNo) == Array(0..<own.count), "\(id)")
            #expect(own.first?.eventType == .started)
            #expect(own.dropFirst().allSatisfy { $0.eventType != .started })
            #expect(own.dropLast().allSatisfy { $0.eventType != .ended })
            #expect(own.count { $0.evse?.connectorId != nil } <= 1)
            #expect(own.first?.transactionInfo.chargingState != nil)
        }
    }
}
