// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct CertificateSigningTests {
    private static let csr = "-----BEGIN CERTIFICATE REQUEST-----\nMA==\n-----END CERTIFICATE REQUEST-----\n"

    /// A station whose request for a certificate has just left: because the backend wanted it, or by itself before the end of the
    /// present one.
    private func asking(
        _ purpose: CertificateSigningUseEnumType = .chargingStationCertificate, isTaken: Bool = true,
        byItself: Bool = false
    ) throws -> (StationBench, SignCertificateRequest) {
        var bench = StationBench.booted()
        if byItself {
            bench.install { $0.own = [.init(purpose, expiresAt: StationBench.start.seconds + 86_400)] }
        } else {
            #expect(bench.trigger(purpose) == .accepted)
        }
        _ = bench.handle(.tick)
        let outputs = bench.told(.keyMade(purpose, request: Self.csr, root: nil))
        let request = try #require(outputs.signRequests.first)
        if isTaken {
            _ = bench.handle(
                .answered(.signCertificate(request), .signCertificate(SignCertificateResponse(status: .accepted))))
        }
        return (bench, request)
    }

    /// A02.FR.02, A02.FR.03, A02.FR.13, A02.FR.22, A02.FR.23, A02.FR.24; A03.FR.20.
    @Test(arguments: CertificateSigningUseEnumType.allCases)
    func `a trigger makes a new key, and its request says what it is for`(purpose: CertificateSigningUseEnumType) throws
    {
        var bench = StationBench.booted()
        bench.station.variables.report("SECC1", as: SecurityVariables.vehicleSide)
        #expect(bench.trigger(purpose) == .accepted)
        let name = purpose == .chargingStationCertificate ? "SN-1" : "SECC1"
        let subject = CertificateSubject(commonName: name, organization: "Operator")
        #expect(bench.handle(.tick).keyTasks == [.makeKey(purpose, subject)])
        let root = CertificateHashDataType(
            hashAlgorithm: .sha256, issuerNameHash: "00", issuerKeyHash: "11", serialNumber: "1")
        let request = try #require(bench.told(.keyMade(purpose, request: Self.csr, root: root)).signRequests.first)
        #expect(request.csr == Self.csr && request.certificateType == purpose && request.requestId != nil)
        // A02.FR.27.
        #expect(request.hashRootCertificate == (purpose == .chargingStationCertificate ? nil : root))
    }

    @Test func `nothing is asked without an organisation, without ISO 15118, or where it is switched off`() {
        var bench = StationBench(StationBench.setup)
        bench.boot()
        #expect(bench.trigger(.chargingStationCertificate) == .rejected)
        #expect(bench.trigger(.v2GCertificate) == .notImplemented)
        var other = StationBench.booted()
        other.station.variables.report("false", as: SecurityVariables.signsForVehicles)
        #expect(other.trigger(.v2G20Certificate) == .rejected)
    }

    /// A02.FR.17, A02.FR.18, A02.FR.19; A03.FR.17, A03.FR.18, A03.FR.19.
    @Test func `a certificate that does not come is asked for again after 30, 60 and 120 seconds, then no more`() throws
    {
        var (bench, request) = try asking()
        let start = bench.time.monotonic
        var times: [Double] = []
        for _ in 1...3_600 {
            let again = bench.wait(.seconds(1)).signRequests
            for other in again {
                #expect(other == request, "the same request, so that a late answer counts")
                times.append((bench.time.monotonic - start).inSeconds)
            }
        }
        #expect(times == [30, 90, 210])
        #expect(bench.station.certificates.signing[.chargingStationCertificate]?.phase == .stopped)
        #expect(bench.kept["signing/ChargingStationCertificate"] == nil)
    }

    @Test func `the pauses follow CertSigningWaitMinimum and CertSigningRepeatTimes, and do not overflow`() {
        var signing = CertificateSigning()
        let request = SignCertificateRequest(csr: Self.csr, certificateType: .v2GCertificate, requestId: 1)
        var now = Instant(nanoseconds: 0)
        let isBegun = signing.begin()
        let isSent = signing.send(request, at: now, wait: 86_400)
        #expect(isBegun && isSent)
        for repetition in 1...20 {
            let deadline = signing.deadline
            now = deadline ?? now
            #expect(signing.repeated(at: now, wait: 86_400, most: 20) == request)
            let pause = ((signing.deadline ?? now) - now).inSeconds
            #expect(pause == min(86_400 * Double(1 << repetition), Double(CertificateSigning.longestWait)))
        }
        now = signing.deadline ?? now
        #expect(signing.repeated(at: now, wait: 86_400, most: 20) == nil)
        #expect(signing.phase == .stopped)
    }

    /// A02.FR.20, A02.FR.21.
    @Test func `a backend that rejects the request is not asked again by itself`() throws {
        var (bench, request) = try asking(.v2GCertificate, isTaken: false)
        let key = VariableKey("ISO15118Ctrlr", "PnCEnabled")
        bench.station.variables.report("true", as: key)
        _ = bench.handle(
            .answered(.signCertificate(request), .signCertificate(SignCertificateResponse(status: .rejected))))
        #expect(bench.wait(.seconds(86_400)).signRequests.isEmpty)
        #expect(bench.station.variables.text(key) == "false")
        #expect(bench.trigger(.v2GCertificate) == .accepted)
        #expect(!bench.handle(.tick).keyTasks.isEmpty)
    }

    @Test(arguments: [
        (CallFailure.timedOut, true), (.refused(Refusal(.notImplemented, "")), false), (.notInThisVersion, false),
    ])
    func `no answer is like no certificate; a refusal ends it`(failure: CallFailure, goesOn: Bool) throws {
        var (bench, request) = try asking(isTaken: false)
        _ = bench.handle(.failed(.signCertificate(request), failure))
        #expect(bench.wait(.seconds(60)).signRequests.isEmpty == !goesOn)
    }

    @Test func `nothing is repeated while the backend is away, and nothing spins`() throws {
        var (bench, _) = try asking()
        _ = bench.handle(.disconnected)
        #expect(bench.wait(.seconds(3_600)).signRequests.isEmpty)
        #expect(bench.station.certificatesDeadline == nil)
        _ = bench.handle(.connected(.v21))
        #expect(bench.wait(.seconds(1)).signRequests.isEmpty, "already said on connecting")
    }

    private func sign(_ bench: inout StationBench, _ id: Int?, _ type: CertificateSigningUseEnumType?)
        -> (answer: CertificateSignedStatusEnumType?, rest: [StationOutput])
    {
        let request = CertificateSignedRequest(certificateChain: "chain", certificateType: type, requestId: id)
        let (answer, rest) = bench.ask(.certificateSigned(request))
        guard case .certificateSigned(let response)? = answer else { return (nil, rest) }
        return (response.status, rest)
    }

    /// A02.FR.06, A02.FR.08, A02.FR.26, A03.FR.06, A03.FR.08, A03.FR.22.
    @Test(arguments: [true, false])
    func `a chain is checked by the host and used at once in profile 3`(byItself: Bool) throws {
        var (bench, request) = try asking(byItself: byItself)
        bench.station.securityProfileIsInForce(3)
        let number = try #require(request.requestId)
        #expect(sign(&bench, number + 1, .chargingStationCertificate).answer == .rejected)
        let (answer, rest) = sign(&bench, number, .chargingStationCertificate)
        #expect(answer == nil, "not before the host has looked")
        guard case .adopt(let reply, .chargingStationCertificate, "chain", "SN-1")? = rest.keyTasks.first else {
            Issue.record("not checked: \(rest)")
            return
        }
        let outputs = bench.told(.adopted(reply: reply, .chargingStationCertificate, reason: nil))
        #expect(outputs.contains(.answer(reply, .certificateSigned(CertificateSignedResponse(status: .accepted)))))
        #expect(outputs.last == .reconnect)
        #expect(bench.station.credentials.usesRenewedCertificate)
        #expect(bench.afterRestart().station.credentials.usesRenewedCertificate)
        #expect(sign(&bench, number, .chargingStationCertificate).answer == .rejected, "it was used up")
    }

    /// A02.FR.07, A02.FR.20, A03.FR.07.
    @Test(arguments: [true, false])
    func `a chain that is not good is rejected, reported, and not asked for again`(byItself: Bool) throws {
        var (bench, request) = try asking(byItself: byItself)
        let (_, rest) = sign(&bench, request.requestId, nil)
        guard case .adopt(let reply, let purpose, _, _)? = rest.keyTasks.first else {
            Issue.record("not checked")
            return
        }
        let outputs = bench.told(.adopted(reply: reply, purpose, reason: "It expired."))
        guard case .certificateSigned(let response)? = outputs.answers.first else {
            Issue.record("not answered")
            return
        }
        #expect(response.status == .rejected && response.statusInfo?.additionalInfo == "It expired.")
        #expect(outputs.securityEvents == ["InvalidChargingStationCertificate"])
        #expect(!outputs.contains(.reconnect))
        #expect(bench.wait(.seconds(86_400)).signRequests.isEmpty)
    }

    @Test func `without profile 3 a certificate is taken into use without a reconnection`() throws {
        var (bench, request) = try asking()
        let (_, rest) = sign(&bench, request.requestId, nil)
        guard case .adopt(let reply, let purpose, _, _)? = rest.keyTasks.first else {
            Issue.record("not checked")
            return
        }
        let outputs = bench.told(.adopted(reply: reply, purpose, reason: nil))
        #expect(outputs.keyTasks == [.settleStationCertificate(keepsRenewed: true)])
        #expect(!outputs.contains(.reconnect))
    }

    @Test func `a chain nobody asked for, and one that is too long, are rejected`() throws {
        var bench = StationBench.booted()
        #expect(sign(&bench, 7, .v2GCertificate).answer == .rejected)
        #expect(sign(&bench, nil, nil).answer == .rejected)
        for byItself in [true, false] {
            var (other, request) = try asking(byItself: byItself)
            other.station.variables.report("4", as: SecurityVariables.longestChain)  // A02.FR.16, A03.FR.16
            #expect(sign(&other, request.requestId, nil).answer == .rejected)
        }
    }

    @Test func `a request survives a restart, and its certificate is still taken`() throws {
        let (bench, request) = try asking(.v2G20Certificate)
        var restarted = bench.afterRestart()
        restarted.boot()
        let (answer, rest) = sign(&restarted, request.requestId, nil)
        #expect(answer == nil)
        guard case .adopt(_, .v2G20Certificate, _, nil)? = rest.keyTasks.first else {
            Issue.record("not checked: \(rest)")
            return
        }
    }

    /// A03.FR.03, A03.FR.13, A03.FR.23.
    @Test func `what is renewed by itself says the same as what is triggered`() throws {
        for purpose in CertificateSigningUseEnumType.allCases {
            let (_, triggered) = try asking(purpose)
            let (_, renewed) = try asking(purpose, byItself: true)
            #expect(renewed.csr == triggered.csr && renewed.certificateType == triggered.certificateType)
            #expect(renewed.requestId != nil)
        }
    }

    /// A03.FR.02.
    @Test func `a certificate is renewed a month before its end, once`() {
        var bench = StationBench.booted()
        let end = bench.time.seconds + 30 * 86_400 + 3_600
        bench.install { $0.own = [.init(.v2GCertificate, expiresAt: end)] }
        #expect(bench.wait(.seconds(3_000)).keyTasks.isEmpty)
        _ = bench.wait(.seconds(600))
        let tasks = bench.handle(.tick).keyTasks
        let outputs = bench.wait(.seconds(86_400 * 2))
        #expect(tasks.isEmpty && outputs.keyTasks.isEmpty, "made already; one at a time")
        #expect(bench.station.certificates.signing[.v2GCertificate]?.phase == .making)
    }

    @Test func `a key that cannot be made ends it`() {
        var bench = StationBench.booted()
        _ = bench.trigger(.chargingStationCertificate)
        let outputs = bench.told(.keyMade(.chargingStationCertificate, request: nil, root: nil, reason: "disk full"))
        #expect(outputs.contains { if case .notice(let words) = $0 { words.contains("disk full") } else { false } })
        #expect(bench.station.certificates.signing[.chargingStationCertificate]?.phase == .stopped)
    }
}
