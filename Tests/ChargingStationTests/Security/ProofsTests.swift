// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct ProofsTests {
    private static let password = "0123456789abcdef"

    private func booted(password: String? = nil) -> StationBench {
        var bench = StationBench.booted()
        if let password {
            _ = bench.station.setVariable(SecurityVariables.password, to: password)
            _ = bench.handle(.tick)
            _ = bench.handle(.connected(.v21))
        }
        return bench
    }

    /// A01.FR.01, A01.FR.10, A01.FR.11, A01.FR.12.
    @Test func `a new password is kept, logged without its content, and the station reconnects`() {
        var bench = StationBench.booted()
        _ = bench.station.setVariable(SecurityVariables.password, to: Self.password)
        let outputs = bench.handle(.tick)
        #expect(outputs.last == .reconnect)
        #expect(bench.station.credentials.password == Self.password)
        let log = String(decoding: bench.station.security.log.file(from: nil, until: nil), as: UTF8.self)
        #expect(log.contains("BasicAuthPassword") && !log.contains(Self.password))
        #expect(bench.afterRestart().station.credentials.password == Self.password)
        #expect(bench.station.variables.text(SecurityVariables.password) == nil)
    }

    @Test func `a password that is refused alternates with the former until one connects`() {
        var bench = booted(password: Self.password)
        _ = bench.station.setVariable(SecurityVariables.password, to: "fedcba9876543210")
        _ = bench.handle(.tick)
        _ = bench.handle(.disconnected)
        var used: [String?] = [bench.station.credentials.password]
        for _ in 1...3 {
            _ = bench.handle(.refused(.password))
            used.append(bench.station.credentials.password)
        }
        #expect(used == ["fedcba9876543210", Self.password, "fedcba9876543210", Self.password])
        let outputs = bench.handle(.connected(.v21))
        #expect(bench.station.credentials.password == Self.password)
        #expect(outputs.contains { if case .notice = $0 { true } else { false } })
        #expect(bench.afterRestart().station.credentials.password == Self.password)
        _ = bench.handle(.refused(.password))
        #expect(bench.station.credentials.password == Self.password, "nothing to alternate with any more")
    }

    @Test func `the way back survives a restart and a second change`() {
        var bench = booted(password: Self.password)
        _ = bench.station.setVariable(SecurityVariables.password, to: "second-0123456789")
        _ = bench.station.setVariable(SecurityVariables.password, to: "third-01234567890")
        _ = bench.handle(.tick)
        var restarted = bench.afterRestart()
        #expect(restarted.station.credentials.password == "third-01234567890")
        _ = restarted.handle(.refused(.password))
        #expect(restarted.station.credentials.password == Self.password)
    }

    /// A00.FR.205, A00.FR.304.
    @Test(arguments: [
        ("0123456789abcde", false), ("0123456789abcdef", true), (String(repeating: "x", count: 64), true),
        (String(repeating: "x", count: 65), false), ("0123456789abcdef\n", false), ("pässwörter-sind-lang", true),
        ("", false),
    ])
    func `a password has 16 to 64 characters and no control character`(password: String, isGood: Bool) {
        #expect(SecurityVariables.isPassword(password) == isGood)
        let refusal = StationBench.booted().station.securityRefuses(SecurityVariables.password, password)
        #expect((refusal == nil) == isGood)
    }

    /// A02.FR.10, A02.FR.28, A02.FR.29, A03.FR.10, A03.FR.24, A03.FR.25.
    @Test(arguments: [false, true])
    func `of two certificates the one that connects stays`(newerFails: Bool) {
        var bench = StationBench.booted()
        bench.station.security.proofs.certificateChange.begin()
        #expect(bench.station.credentials.usesRenewedCertificate)
        _ = bench.handle(.disconnected)
        if newerFails { _ = bench.handle(.refused(.stationCertificate)) }
        #expect(bench.station.credentials.usesRenewedCertificate == !newerFails)
        let outputs = bench.handle(.connected(.v21))
        #expect(outputs.keyTasks == [.settleStationCertificate(keepsRenewed: !newerFails)])
        #expect(outputs.securityEvents == (newerFails ? ["DiscardedRenewedClientCertificate"] : []))
        #expect(!bench.station.credentials.usesRenewedCertificate)
    }

    /// M05.FR.13, M05.FR.14.
    @Test func `the former root stays for as long as only it connects`() {
        var bench = StationBench.booted { $0.checksAdditionalRoots = true }
        _ = bench.told(.installed(reply: MessageID("1"), .accepted, .csmsRootCertificate, reason: nil))
        #expect(!bench.station.credentials.usesFormerRoot)
        _ = bench.handle(.disconnected)
        _ = bench.handle(.refused(.backendCertificate))
        #expect(bench.station.credentials.usesFormerRoot)
        #expect(bench.handle(.connected(.v21)).keyTasks.isEmpty)
        _ = bench.handle(.disconnected)
        #expect(!bench.station.credentials.usesFormerRoot, "the newer one is tried first again")
        #expect(bench.handle(.connected(.v21)).keyTasks == [.dropFormerRoot])
        _ = bench.handle(.refused(.backendCertificate))
        #expect(!bench.station.credentials.usesFormerRoot)
    }
}

@Suite struct SecurityProfilesTests {
    struct Row: Sendable {
        var now: Int
        var wanted: Int
        var roots = false
        var own = false
        var downgrade = false
        var refusal: SecurityProfileRefusal?
    }

    /// A05.FR.02, A05.FR.03, A05.FR.04, A05.FR.08, A05.FR.09, A05.FR.10; A00.FR.005.
    @Test(arguments: [
        Row(now: 1, wanted: 1), Row(now: 1, wanted: 2, refusal: .noCSMSRoot), Row(now: 1, wanted: 2, roots: true),
        Row(now: 1, wanted: 3, roots: true, refusal: .noStationCertificate),
        Row(now: 1, wanted: 3, own: true, refusal: .noCSMSRoot), Row(now: 1, wanted: 3, roots: true, own: true),
        Row(now: 2, wanted: 3, roots: true, own: true), Row(now: 2, wanted: 1, refusal: .lowerProfile),
        Row(now: 2, wanted: 1, downgrade: true, refusal: .lowerProfile), Row(now: 2, wanted: 2),
        Row(now: 3, wanted: 2, refusal: .lowerProfile), Row(now: 3, wanted: 2, downgrade: true),
        Row(now: 3, wanted: 1, downgrade: true, refusal: .lowerProfile), Row(now: 3, wanted: 3),
        Row(now: 3, wanted: 0, downgrade: true, refusal: .lowerProfile),
    ])
    func `a profile is only gone up to, with what it needs`(row: Row) {
        var bench = StationBench.booted()
        bench.station.securityProfileIsInForce(row.now)
        bench.install {
            $0.hasCSMSRoot = row.roots
            $0.hasStationCertificate = row.own
        }
        bench.station.variables.report(row.downgrade ? "true" : "false", as: SecurityVariables.allowsDowngrade)
        #expect(bench.station.refusal(ofSecurityProfile: row.wanted) == row.refusal)
    }

    /// A05.FR.06.
    @Test func `the profile of a connection is reported and logged`() {
        var bench = StationBench.booted()
        bench.station.securityProfileIsInForce(2)
        #expect(bench.station.variables.text(SecurityVariables.profile) == "2")
        #expect(bench.station.security.log.entries.last?.event.techInfo == "SecurityProfile = 2")
    }
}
