// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct SecurityEventsTests {
    @Test func `sixteen of the twenty-one events are critical`() {
        #expect(SecurityEvent.allCases.filter(\.isCritical).count == 16)
        #expect(SecurityEvent.allCases.count == 21)
    }

    /// A04.FR.01, A04.FR.02, A04.FR.04.
    @Test(arguments: SecurityEvent.allCases)
    func `every event is logged, and the backend is told durably of the critical ones`(event: SecurityEvent) {
        var bench = StationBench.booted()
        let outputs = bench.handle(.security(event, detail: "because"))
        let calls = outputs.compactMap { output -> SecurityEventNotificationRequest? in
            guard case .call(.securityEventNotification(let request), .durable) = output else { return nil }
            return request
        }
        #expect(calls.map(\.type) == (event.isCritical ? [event.rawValue] : []))
        #expect(calls.allSatisfy { $0.techInfo == "because" && $0.timestamp == bench.time.dateTime })
        #expect(bench.station.security.log.entries.last?.event.type == event.rawValue)
        #expect(bench.afterRestart().station.security.log == bench.station.security.log)
    }

    /// A00.FR.316, A00.FR.419.
    @Test func `what fails with every attempt to connect is said once an outage`() {
        var bench = StationBench.booted()
        for _ in 1...2 {
            _ = bench.handle(.disconnected)
            let outputs = (1...50).flatMap { _ in bench.handle(.security(.invalidTLSVersion, detail: nil)) }
            #expect(outputs.securityEvents == ["InvalidTLSVersion"])
            #expect(outputs.filter { if case .keep = $0 { true } else { false } }.count == 1)
            _ = bench.handle(.connected(.v21))
        }
    }

    @Test func `other events are said as often as they happen`() {
        var bench = StationBench.booted()
        _ = bench.handle(.disconnected)
        let outputs = (1...3).flatMap { _ in bench.handle(.security(.tamperDetectionActivated, detail: nil)) }
        #expect(outputs.securityEvents.count == 3)
    }

    @Test func `technical information longer than the message allows is cut`() {
        var bench = StationBench.booted()
        let outputs = bench.handle(.security(.memoryExhaustion, detail: String(repeating: "é", count: 400)))
        guard case .securityEventNotification(let request)? = outputs.requests.first else {
            Issue.record("nothing said")
            return
        }
        #expect(request.techInfo?.unicodeScalars.count == 255)
        let restored = SecurityEventNotificationRequest(keptBytes: request.keptBytes)
        #expect(restored == request)
    }
}

@Suite struct SecurityLogTests {
    private func event(_ number: Int, _ type: String = "InvalidMessages") -> SecurityEventNotificationRequest {
        SecurityEventNotificationRequest(
            type: type, timestamp: DateTime(WallTime(milliseconds: Int64(number) * 1_000)), techInfo: "\(number)")
    }

    @Test func `the newest entries take the place of the oldest, in memory and on disk`() {
        var kept: [String: [UInt8]] = [:]
        var log = SecurityLog(kept: kept)
        for number in 0..<(SecurityLog.size * 2 + 7) {
            let entry = log.append(event(number))
            kept[entry.key] = entry.bytes
        }
        #expect(log.entries.count == SecurityLog.size)
        #expect(log.entries.first?.event.techInfo == "\(SecurityLog.size + 7)")
        #expect(kept.count == SecurityLog.size)
        #expect(SecurityLog(kept: kept) == log)
    }

    @Test func `an entry that cannot be read is left out and the order stays`() {
        var kept: [String: [UInt8]] = [:]
        var log = SecurityLog(kept: kept)
        for number in 0..<3 {
            let entry = log.append(event(number))
            kept[entry.key] = entry.bytes
        }
        kept["security-log/1"] = Array("{\"number\":".utf8)
        #expect(SecurityLog(kept: kept).entries.map(\.number) == [0, 2])
    }

    @Test func `its file is one JSON object a line, between two times`() {
        var log = SecurityLog(kept: [:])
        for number in 0..<10 { _ = log.append(event(number, "A\nB")) }
        let from = DateTime(WallTime(milliseconds: 3_000))
        let until = DateTime(WallTime(milliseconds: 5_000))
        let lines = log.file(from: from, until: until).split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 3)
        #expect(
            lines.compactMap { SecurityEventNotificationRequest(keptBytes: Array($0))?.techInfo } == ["3", "4", "5"])
        #expect(log.file(from: nil, until: nil).split(separator: UInt8(ascii: "\n")).count == 10)
    }
}
