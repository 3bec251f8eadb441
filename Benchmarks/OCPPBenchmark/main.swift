// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Glibc
import JSONText
import OCPP
import OCPP16
import OCPP201
import OCPP21

// Nanoseconds of thread time to read, validate and answer each call of a file of JSON lines with version, name, frame, answer,
// and for composite schedules of twenty profiles with 1024 periods each. scripts/benchmark-ocpp runs it.
// The best of several rounds, because whatever else the machine does only adds.

func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

func best(_ repetitions: Int, _ body: () -> Void) -> Int {
    var best = Double.infinity
    for _ in 0..<20 {
        let start = threadTime()
        for _ in 0..<repetitions { body() }
        best = min(best, (threadTime() - start) / Double(repetitions))
    }
    return Int(best)
}

/// Reads the call, hands it over, answers it: what a station does with a message, without its own work.
func measure<Station: RequestSet, CSMS: RequestSet>(
    _ frame: [UInt8], _ answer: [UInt8], _: Conversation<Station, CSMS>.Type
) -> Int? {
    var conversation = Conversation<Station, CSMS>(idPrefix: "b")
    let now = Instant(nanoseconds: 0)
    guard case .asked(let id, let request)? = conversation.handle(frame, at: now).first else { return nil }
    var reader = PayloadReader(answer, version: Station.version)
    guard let response = try? Station.readResponse(to: request.action, from: &reader),
        (try? conversation.answer(id, response)) != nil
    else { return nil }
    var bytes = 0
    let nanoseconds = best(500) {
        guard case .asked(let id, _)? = conversation.handle(frame, at: now).first else { return }
        bytes += (try? conversation.answer(id, response))?.count ?? 0
    }
    return bytes > 0 ? nanoseconds : nil
}

func measure(_ version: String, _ frame: [UInt8], _ answer: [UInt8]) -> Int? {
    switch version {
    case "1.6": measure(frame, answer, Conversation<OCPP16.StationRequest, OCPP16.CSMSRequest>.self)
    case "2.0.1": measure(frame, answer, Conversation<OCPP201.StationRequest, OCPP201.CSMSRequest>.self)
    case _: measure(frame, answer, Conversation<OCPP21.StationRequest, OCPP21.CSMSRequest>.self)
    }
}

func twentyProfiles() -> ChargingProfiles {
    let purposes: [ChargingProfile.Purpose] = [.txDefault, .stationMaximum, .tx, .externalConstraints]
    return ChargingProfiles(
        (0..<20).map { id in
            let periods = (0..<1_024).map { index in
                SchedulePeriod(start: index * 84 + id, limit: PhaseRates(Int64(6_000 + (index * 7 + id) % 20 * 1_000)))
            }.enumerated().map { index, period in
                var period = period
                if index == 0 { period.start = 0 }
                return period
            }
            let purpose = purposes[id % 4]
            let profile = ChargingProfile(
                id: id, stackLevel: id, purpose: purpose, kind: .absolute,
                schedules: [ChargingSchedule(start: .instant(0), unit: .amperes, periods: periods)],
                transactionID: purpose == .tx ? "T" : nil)
            return InstalledProfile(profile, on: purpose == .tx || purpose == .txDefault ? 1 : 0, at: 0)
        })
}

guard CommandLine.arguments.count == 2, let file = fopen(CommandLine.arguments[1], "r") else {
    fatalError("give the file of calls")
}
var text: [UInt8] = []
while case let byte = getc(file), byte != EOF { text.append(UInt8(truncatingIfNeeded: byte)) }
for line in text.split(separator: UInt8(ascii: "\n")) {
    let json = try JSON.parse(Array(line))
    guard let version = json["version"]?.text, let name = json["name"]?.text, let frame = json["frame"]?.text,
        let answer = json["answer"]?.text, let nanoseconds = measure(version, Array(frame.utf8), Array(answer.utf8))
    else { fatalError("a line is not as it should be: \(String(decoding: line, as: UTF8.self))") }
    print(version, name, frame.utf8.count, nanoseconds)
}

let profiles = twentyProfiles()
let evse = EVSEConditions(
    id: 1, supply: .alternating(phases: 3), hardware: .init(unit: .amperes, charge: 32_000),
    transaction: .init(id: "T", since: 0))
let station = StationConditions(version: .v21)
var periods = 0
let nanoseconds = best(5) {
    periods =
        profiles.compositeSchedule(for: evse, from: 0, duration: 86_400, unit: .amperes, mostPeriods: 10_000, station)
        .periods.count
}
print("composite", "20x1024x24h", periods, nanoseconds)
