// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

/// What backends and networks do when nobody has told them how.
@Suite struct ProvisioningChaosTests {
    private static let values = [
        "", " ", "0", "-1", "1", "2", "300", "99999999999999999999999", "-9223372036854775808", "9223372036854775807",
        "1e400", "NaN", "true", "false", "TRUE", "A,B", ",", "0,1,2", "1,0", "Heartbeat", "NTP,Heartbeat", "ws://x",
        "wss://x/y",
        "2026-03-01T12:00:00Z", "\"", "\\", "\u{0}", String(repeating: "ä", count: 2_500),
    ]

    @Test func `no value for any variable breaks the station or its own rules`() {
        var bench = StationBench(NetworkProfileTests.setup())
        bench.boot()
        for key in bench.station.variables.order {
            for value in Self.values {
                let status = bench.set(key, to: value)?.attributeStatus
                guard status == .accepted || status == .rebootRequired else { continue }
                let definition = bench.station.variables.definition(key)
                #expect(definition?.kind.fault(in: value) == nil, "\(key) = \(value)")
            }
            #expect(!bench.station.connectionSettings.profiles.isEmpty)
        }
        #expect(bench.begunAgain(NetworkProfileTests.setup()).station.connectionSettings.profiles.count >= 1)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `whatever happens, the station neither stops nor spins`(_ seed: UInt64) {
        var chance = SplitMix64(state: seed)
        var setup = NetworkProfileTests.setup()
        for index in setup.evses.indices { setup.evses[index].canReset = true }
        var bench = StationBench(setup)
        for step in 0..<400 {
            let outputs = act(&bench, &chance)
            for case .call(let request, _) in outputs { #expect(isFit(request), "\(request.action)") }
            _ = bench.handle(.tick)
            if let deadline = bench.station.deadline {
                #expect(deadline > bench.time.monotonic, "seed \(seed), step \(step)")
            }
            #expect(bench.station.reports.waiting.count <= OutgoingReports.most)
            #expect(bench.station.monitoring.monitors.count <= Monitoring.most)
            #expect(bench.station.display.messages.count <= DisplayMessages.most)
        }
    }

    /// Nothing leaves that the schema forbids.
    private func isFit(_ request: CSMSRequest) -> Bool {
        var writer = PayloadWriter()
        request.write(to: &writer)
        var reader = PayloadReader(writer.bytes, version: .v21)
        return (try? CSMSRequest.read(request.action, from: &reader)) != nil
    }

    private func act(_ bench: inout StationBench, _ chance: inout SplitMix64) -> [StationOutput] {
        func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &chance) }
        func pick<Word: CaseIterable>(_: Word.Type) -> Word { Array(Word.allCases)[draw(0...Word.allCases.count - 1)] }
        switch draw(0...15) {
        case 0: return bench.handle(.connected(.v21))
        case 1: return draw(0...3) == 0 ? bench.handle(.disconnected) : bench.handle(.tick)
        case 2, 3: return bench.answerBoot(pick(RegistrationStatusEnumType.self), interval: draw(-1...400))
        case 4:
            let keys = bench.station.variables.order
            let value = Self.values[draw(0...Self.values.count - 1)]
            bench.set(keys[draw(0...keys.count - 1)], to: value)
            return []
        case 5, 6:
            let keys = bench.station.variables.order
            let stream = PeriodicEventStreamParamsType(interval: draw(0...20), values: draw(0...3))
            return bench.setMonitor(
                keys[draw(0...keys.count - 1)], pick(MonitorEnumType.self), DecimalNumber(draw(-2...60)),
                severity: draw(0...9), id: draw(0...5) == 0 ? draw(0...1_020) : nil, transaction: draw(0...3) == 0,
                stream: draw(0...2) == 0 ? stream : nil
            ).1
        case 7: return bench.ask(.setMonitoringBase(.init(monitoringBase: pick(MonitoringBaseEnumType.self)))).rest
        case 8: return bench.clearMonitor([draw(0...1_020)]).1
        case 9:
            return bench.ask(.getBaseReport(.init(requestId: step(&chance), reportBase: pick(ReportBaseEnumType.self))))
                .rest
        case 10:
            return bench.ask(
                .reset(.init(type: pick(ResetEnumType.self), evseId: draw(0...2) == 0 ? draw(0...3) : nil))
            ).rest
        case 11: return bench.handle(.done(.reset(evse: draw(0...1) == 0 ? nil : 1, succeeded: draw(0...1) == 0)))
        case 12:
            let start = DateTime(bench.time.wall + .seconds(draw(-100...100)))
            let message = MessageInfoType(
                id: draw(0...40), priority: pick(MessagePriorityEnumType.self),
                message: .init(format: .utf8, content: "x"), state: pick(MessageStateEnumType.self),
                startDateTime: start, endDateTime: DateTime(start.time + .seconds(draw(-10...200))))
            return bench.ask(.setDisplayMessage(.init(message: message))).rest
        case 13:
            return bench.sees(evse: draw(1...2)) {
                $0.power = .watts(draw(-12_000...12_000))
                $0.target = draw(0...1) == 0 ? nil : .watts(draw(-12_000...12_000))
                $0.faults = UInt64(draw(0...1))
            }
        case 14: return bench.handle(.done(.usesNetworkProfile(slot: draw(-1...4))))
        case _: return bench.wait(.seconds(draw(0...120)))
        }
    }

    private func step(_ chance: inout SplitMix64) -> Int {
        Int.random(in: -2_147_483_648...2_147_483_647, using: &chance)
    }
}
