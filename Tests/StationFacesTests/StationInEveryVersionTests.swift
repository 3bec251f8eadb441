// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import JSONText
import OCPP
import OCPP21
import Testing

@testable import StationFaces

/// The one station behind each face.
@Suite struct StationInEveryVersionTests {
    private static let time = StationTime(start, WallTime(milliseconds: 1_772_366_400_000))

    private func station() -> Station {
        let evse = StationSetup.EVSE(id: 1, supply: .direct(volts: 400), ratings: .unbounded)
        let setup = StationSetup(
            model: "M", vendor: "V", serialNumber: "S", firmware: "1", evses: [evse], seed: 7)
        return Station(setup, kept: [:], at: Self.time)
    }

    /// What the station wants, said by the face; the frames.
    private func carry(_ outputs: [StationOutput], _ bench: inout FaceBench) -> [String] {
        outputs.flatMap { output -> [String] in
            switch output {
            case .call(let request, _): bench.call(request).frames
            case .answer(let id, let response): bench.answer(id.text, response).frames
            case .refuse(let id, let refusal): bench.refuse(id.text, refusal).frames
            case .keep, .command, .host, .reconnect, .notice: []
            }
        }
    }

    @Test(arguments: [
        (OCPPVersion.v16, #"{"chargePointVendor":"V","chargePointModel":"M""#), (.v201, #""reason":"PowerUp""#),
        (.v21, #""reason":"PowerUp""#),
    ])
    func `the station boots in every version`(_ version: OCPPVersion, _ said: String) throws {
        var bench = FaceBench(version)
        var station = station()
        let frames = carry(station.handle(.connected(version), at: Self.time), &bench)
        #expect(frames.first?.contains("BootNotification") == true && frames.first?.contains(said) == true)
        let events = bench.hear(#"{"status":"Accepted","currentTime":"2026-03-01T12:00:00Z","interval":60}"#)
        guard case .answered(let request, let response) = events.last else {
            Issue.record("no answer: \(events)")
            return
        }
        _ = carry(station.handle(.answered(request, response), at: Self.time), &bench)
    }

    @Test func `configuration of 1_6 is the device model of the station`() throws {
        var bench = FaceBench(.v16)
        var station = station()
        _ = station.handle(.connected(.v16), at: Self.time)
        let boot = BootNotificationResponse(currentTime: noon, interval: 60, status: .accepted)
        let request = BootNotificationRequest(
            chargingStation: .init(model: "M", vendorName: "V"), reason: .powerUp)
        _ = station.handle(.answered(.bootNotification(request), .bootNotification(boot)), at: Self.time)
        var events = bench.receive(#"[2,"c","GetConfiguration",{}]"#)
        while case .asked(let id, let request)? = events.first {
            let outputs = station.handle(.asked(id, request), at: Self.time)
            events = outputs.flatMap { output -> [StationConversation.Event] in
                switch output {
                case .answer(let id, let response): bench.answer(id.text, response)
                case .refuse(let id, let refusal): bench.refuse(id.text, refusal)
                case .call, .keep, .command, .host, .reconnect, .notice: []
                }
            }
        }
        let keys = try JSON.parse(events.payload ?? "")["configurationKey"]?.items?.compactMap { $0["key"]?.text } ?? []
        #expect(keys.contains("NumberOfConnectors") && keys.contains("HeartbeatInterval"))
    }
}
