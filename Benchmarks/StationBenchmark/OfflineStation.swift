// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import Glibc
import OCPP
import OCPP21
import StationStore

/// A station with two cars in transactions that loses its backend; what it would have written down meanwhile.
struct OfflineStation {
    /// What is not written yet.
    private(set) var appended: [StationStore.StoredCall] = []
    /// Nanoseconds of this thread spent in the station.
    private(set) var handled = 0.0

    private var station: Station
    private var now: StationTime
    private var kept: [String: [UInt8]?] = [:]
    private var number: UInt64 = 0
    private var reports = [EVSEReport(), EVSEReport()]
    private var minutes = 0
    private let token = IdTokenType(idToken: "04A2B9C7D1E2F3", type: "ISO14443")

    init(endingAt end: WallTime, days: Int) {
        now = StationTime(Instant(nanoseconds: 0), end + .seconds(-days * 86_400))
        let evses = [1, 2].map {
            StationSetup.EVSE(
                id: $0, supply: .alternating(phases: 3),
                ratings: PowerLimits(from: .watts(-22_000), to: .watts(22_000)))
        }
        let setup = StationSetup(
            model: "Gateway", vendor: "Sluice", serialNumber: "SN-1", firmware: "1.0", evses: evses, seed: 11)
        station = Station(setup, kept: [:], at: now)
        begin()
    }

    private mutating func begin() {
        take(.connected(.v21))
        let boot = BootNotificationRequest(
            chargingStation: ChargingStationType(model: "Gateway", vendorName: "Sluice"), reason: .powerUp)
        let accepted = BootNotificationResponse(currentTime: DateTime(now.wall), interval: 300, status: .accepted)
        take(.answered(.bootNotification(boot), .bootNotification(accepted)))
        for evse in 1...2 {
            reports[evse - 1].connector = .occupied
            take(.evse(evse, reports[evse - 1]))
            take(.presented(token, evse: evse))
        }
        take(.disconnected)
    }

    /// Both cars charge on, and a sample of each is due.
    mutating func passMinute() {
        minutes += 1
        for second in [30, 60] {
            now = StationTime(now.monotonic + .seconds(30), now.wall + .seconds(30))
            for evse in 1...2 {
                let watts = 7_000 + (minutes * 37 + evse * 11 + second) % 900
                reports[evse - 1].flow = .charging
                reports[evse - 1].power = .watts(watts)
                reports[evse - 1].voltage = PerPhase(.volts(230), .volts(231), .volts(229))
                reports[evse - 1].imported = .wattHours(minutes * 120 + evse)
                reports[evse - 1].exported = .wattHours(minutes)
                reports[evse - 1].soc = 20 + minutes % 60
                take(.evse(evse, reports[evse - 1]))
            }
        }
    }

    mutating func unplug() {
        for evse in 1...2 {
            reports[evse - 1].connector = .available
            reports[evse - 1].flow = .none
            take(.evse(evse, reports[evse - 1]))
        }
    }

    /// - Returns: How many events were written.
    mutating func write(to store: StationStore) throws -> Int {
        var changes = StationStore.Changes()
        (changes.appended, changes.kept) = (appended, kept)
        try store.commit(changes)
        defer { (appended, kept) = ([], [:]) }
        return appended.count
    }

    private mutating func take(_ input: StationInput) {
        var inputs = [input]
        while !inputs.isEmpty {
            var outputs: [StationOutput] = []
            let input = inputs.removeFirst()
            let start = nanoseconds(of: CLOCK_THREAD_CPUTIME_ID)
            outputs = station.handle(input, at: now)
            handled += nanoseconds(of: CLOCK_THREAD_CPUTIME_ID) - start
            for output in outputs { inputs += carryOut(output) }
        }
    }

    private mutating func carryOut(_ output: StationOutput) -> [StationInput] {
        switch output {
        case .keep(let key, let value): kept["station/" + key] = .some(value)
        case .call(let request, .durable):
            number += 1
            var topic: String?
            if case .transactionEvent(let event) = request { topic = event.transactionInfo.transactionId }
            appended.append(
                StationStore.StoredCall(
                    number: number, body: StoredCall.bytes(request), topic: topic,
                    isThinnable: StoredCall.isThinnable(request)))
        case .call(.authorize(let request), _):
            let info = IdTokenInfoType(status: .accepted)
            return [.answered(.authorize(request), .authorize(AuthorizeResponse(idTokenInfo: info)))]
        case .call, .answer, .refuse, .command, .host, .reconnect, .notice: break
        }
        return []
    }
}
