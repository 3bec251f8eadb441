// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

@testable import ChargingStation

/// A station under test with a clock that the test moves.
struct StationBench {
    /// 2026-03-01T12:00:00Z.
    static let start = StationTime(Instant(nanoseconds: 0), WallTime(milliseconds: 1_772_366_400_000))

    var station: Station
    var time = StationBench.start
    /// What the station has kept so far, for a restart.
    var kept: [String: [UInt8]] = [:]
    private var asked = 0

    static var setup: StationSetup {
        StationSetup(
            model: "Gateway", vendor: "Sluice", serialNumber: "SN-1", firmware: "1.0",
            evses: [1, 2].map {
                StationSetup.EVSE(
                    id: $0, supply: .direct(volts: 400),
                    ratings: PowerLimits(from: .watts(-10_000), to: .watts(11_000)))
            }, seed: 7)
    }

    init(_ setup: StationSetup = StationBench.setup) { station = Station(setup, kept: [:], at: time) }

    mutating func handle(_ input: StationInput) -> [StationOutput] {
        let outputs = station.handle(input, at: time)
        for case .keep(let key, let value) in outputs { kept[key] = value }
        return outputs
    }

    /// Lets time pass, stopping wherever the station asked to.
    mutating func wait(_ interval: Interval) -> [StationOutput] {
        let end = time.monotonic + interval
        var outputs: [StationOutput] = []
        while let deadline = station.deadline, deadline <= end {
            move(to: max(deadline, time.monotonic))
            let count = outputs.count
            outputs += handle(.tick)
            if station.deadline == deadline, outputs.count == count { break }
        }
        move(to: end)
        return outputs + handle(.tick)
    }

    private mutating func move(to instant: Instant) {
        time = StationTime(instant, time.wall + (instant - time.monotonic))
    }

    /// Brings the station to where the backend has accepted it.
    @discardableResult
    mutating func boot(_ version: OCPPVersion = .v21, interval: Int = 300) -> [StationOutput] {
        let outputs = handle(.connected(version))
        guard case .bootNotification(let request)? = calls(in: outputs).first else { return outputs }
        return handle(
            .answered(
                .bootNotification(request),
                .bootNotification(
                    BootNotificationResponse(currentTime: DateTime(time.wall), interval: interval, status: .accepted))))
    }

    /// Asks, and returns the answer besides everything else.
    mutating func ask(_ request: StationRequest) -> (answer: StationResponse?, rest: [StationOutput]) {
        asked += 1
        let id = MessageID("test-\(asked)")
        var answer: StationResponse?
        let rest = handle(.asked(id, request)).filter {
            guard case .answer(id, let response) = $0 else { return true }
            answer = response
            return false
        }
        return (answer, rest)
    }

    func calls(in outputs: [StationOutput]) -> [CSMSRequest] {
        outputs.compactMap { if case .call(let request, _) = $0 { request } else { nil } }
    }
}
