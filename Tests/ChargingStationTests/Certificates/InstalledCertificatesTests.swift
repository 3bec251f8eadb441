// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct InstalledCertificatesTests {
    private static let hash = CertificateHashDataType(
        hashAlgorithm: .sha256, issuerNameHash: "aa", issuerKeyHash: "bb", serialNumber: "1")

    /// M05.FR.01, M05.FR.02, M05.FR.03, M05.FR.06, M05.FR.07.
    @Test(arguments: InstallCertificateStatusEnumType.allCases)
    func `a root goes to the host, and its verdict to the backend`(status: InstallCertificateStatusEnumType) {
        var bench = StationBench.booted()
        let request = InstallCertificateRequest(certificateType: .v2GRootCertificate, certificate: "pem")
        let (answer, rest) = bench.ask(.installCertificate(request))
        #expect(answer == nil)
        guard case .install(let reply, .v2GRootCertificate, "pem", false, let most)? = rest.keyTasks.first else {
            Issue.record("not installed: \(rest)")
            return
        }
        #expect(most == SecurityVariables.mostCertificates)
        let outputs = bench.told(.installed(reply: reply, status, .v2GRootCertificate, reason: nil))
        #expect(outputs.answers == [.installCertificate(InstallCertificateResponse(status: status))])
        #expect(outputs.tasks.contains(.keys(.inspect)) == (status == .accepted))
    }

    /// M05.FR.09, M05.FR.10.
    @Test(arguments: [true, false])
    func `a CSMS root replaces the one before only with the additional check`(checks: Bool) {
        var bench = StationBench.booted { $0.checksAdditionalRoots = checks }
        let request = InstallCertificateRequest(certificateType: .csmsRootCertificate, certificate: "pem")
        let tasks = bench.ask(.installCertificate(request)).rest.keyTasks
        guard case .install(_, _, _, let replaces, _)? = tasks.first else {
            Issue.record("not installed")
            return
        }
        #expect(replaces == checks)
    }

    /// M04.FR.01, M04.FR.02, M04.FR.03, M04.FR.04, M04.FR.06.
    @Test(arguments: DeleteCertificateStatusEnumType.allCases, [1, 2])
    func `a certificate is deleted by the host, never the last CSMS root that TLS needs`(
        status: DeleteCertificateStatusEnumType, profile: Int
    ) {
        var bench = StationBench.booted()
        bench.station.securityProfileIsInForce(profile)
        let request = DeleteCertificateRequest(certificateHashData: Self.hash)
        let tasks = bench.ask(.deleteCertificate(request)).rest.keyTasks
        guard case .delete(let reply, Self.hash, let keepsLastRoot)? = tasks.first else {
            Issue.record("not deleted")
            return
        }
        #expect(keepsLastRoot == (profile == 2))
        let outputs = bench.told(.deleted(reply: reply, status, reason: nil))
        #expect(outputs.answers == [.deleteCertificate(DeleteCertificateResponse(status: status))])
    }

    /// M03.FR.01, M03.FR.02, M03.FR.03, M03.FR.04.
    @Test func `what is installed is listed, and nothing is NotFound`() {
        var bench = StationBench.booted()
        let kinds: [GetCertificateIdUseEnumType] = [.moRootCertificate]
        let request = GetInstalledCertificateIdsRequest(certificateType: kinds)
        guard case .list(let reply, kinds)? = bench.ask(.getInstalledCertificateIds(request)).rest.keyTasks.first
        else {
            Issue.record("not listed")
            return
        }
        #expect(
            bench.told(.listed(reply: reply, [])).answers
                == [.getInstalledCertificateIds(GetInstalledCertificateIdsResponse(status: .notFound))])
        let chain = CertificateHashDataChainType(
            certificateHashData: Self.hash, certificateType: .moRootCertificate)
        guard
            case .getInstalledCertificateIds(let response)? = bench.told(.listed(reply: reply, [chain])).answers.first
        else {
            Issue.record("not answered")
            return
        }
        #expect(response.status == .accepted && response.certificateHashDataChain == [chain])
    }

    @Test func `the number of certificates is a variable`() {
        var bench = StationBench.booted()
        bench.install { $0.entries = 7 }
        #expect(bench.station.variables.text(SecurityVariables.entries) == "7")
    }

    @Test func `everything is looked at on connecting and once a day`() {
        var bench = StationBench.booted()
        let outputs = bench.wait(.seconds(3 * 86_400 + 10))
        #expect(outputs.tasks.filter { $0 == .keys(.inspect) }.count == 3)
        _ = bench.handle(.disconnected)
        #expect(bench.handle(.connected(.v21)).tasks.contains(.keys(.inspect)))
    }
}

@Suite struct CertificateStatusesTests {
    private static func request(_ serial: String) -> OCSPRequestDataType {
        OCSPRequestDataType(
            hashAlgorithm: .sha256, issuerNameHash: "aa", issuerKeyHash: "bb", serialNumber: serial,
            responderURL: "http://ocsp.example")
    }

    private func asked(_ outputs: [StationOutput]) -> [GetCertificateStatusRequest] {
        outputs.requests.compactMap { if case .getCertificateStatus(let request) = $0 { request } else { nil } }
    }

    /// M06.FR.06, M06.FR.10.
    @Test func `each certificate of the chain is asked about, kept, and asked about again within a week`() {
        var bench = StationBench.booted()
        bench.install { $0.statusRequests = [Self.request("1"), Self.request("2")] }
        #expect(bench.station.deadline.map { $0 <= bench.time.monotonic } != true, "asked at once, not later")
        let requests = [Self.request("1"), Self.request("2")].map { GetCertificateStatusRequest(ocspRequestData: $0) }
        for request in requests {
            let response = GetCertificateStatusResponse(status: .accepted, ocspResult: "MA==")
            let outputs = bench.handle(.answered(.getCertificateStatus(request), .getCertificateStatus(response)))
            #expect(outputs.keyTasks == [.keepStatus(request.ocspRequestData, "MA==")])
        }
        #expect(asked(bench.wait(.seconds(5 * 86_400))).isEmpty)
        #expect(asked(bench.wait(.seconds(86_400 + 60))) == requests)
    }

    /// M06.FR.04 leaves it to the station.
    @Test func `one whose status the backend could not get is asked about again after an hour`() {
        var bench = StationBench.booted()
        bench.install { $0.statusRequests = [Self.request("1")] }
        let request = GetCertificateStatusRequest(ocspRequestData: Self.request("1"))
        let response = GetCertificateStatusResponse(status: .failed)
        #expect(
            bench.handle(.answered(.getCertificateStatus(request), .getCertificateStatus(response))).keyTasks.isEmpty)
        #expect(asked(bench.wait(.seconds(3_500))).isEmpty)
        #expect(asked(bench.wait(.seconds(200))) == [request])
    }

    /// M06.FR.07.
    @Test func `a renewed certificate is asked about at once, and no more than a chain holds`() {
        var statuses = CertificateStatuses()
        let now = Instant(nanoseconds: 0)
        statuses.watch([Self.request("1")], at: now)
        #expect(statuses.due(at: now) == [Self.request("1")])
        statuses.answered(Self.request("1"), at: now)
        statuses.refresh()
        statuses.watch((1...40).map { Self.request("\($0)") }, at: now)
        #expect(statuses.due(at: now).count == CertificateStatuses.most)
    }
}

@Suite struct VehicleCertificatesTests {
    private static func wanted(_ serial: String) -> CertificateStatusRequestInfoType {
        CertificateStatusRequestInfoType(
            certificateHashData: CertificateHashDataType(
                hashAlgorithm: .sha256, issuerNameHash: "aa", issuerKeyHash: "bb", serialNumber: serial),
            source: .ocsp, urls: ["http://ocsp.example"])
    }

    private static func status(
        _ serial: String, _ status: CertificateStatusEnumType, until: DateTime
    ) -> CertificateStatusType {
        CertificateStatusType(
            certificateHashData: wanted(serial).certificateHashData, source: .ocsp, status: status, nextUpdate: until)
    }

    private func told(_ outputs: [StationOutput]) -> [CertificateStatusType]? {
        for case .vehicleChecked(_, let statuses) in outputs.tasks { return statuses }
        return nil
    }

    /// M07.FR.09, M07.FR.10, M07.FR.11.
    @Test func `what is known is not asked again before its time, the rest is`() throws {
        var bench = StationBench.booted()
        let chain = [Self.wanted("1"), Self.wanted("2")]
        let outputs = bench.handle(.vehicleShowed(evse: 1, chain))
        guard case .getCertificateChainStatus(let request)? = outputs.requests.first else {
            Issue.record("not asked")
            return
        }
        #expect(request.certificateStatusRequests == chain && told(outputs) == nil)
        let soon = DateTime(bench.time.wall + .seconds(86_400))
        let answer = [Self.status("1", .good, until: soon), Self.status("2", .unknown, until: soon)]
        let then = bench.handle(
            .answered(
                .getCertificateChainStatus(request),
                .getCertificateChainStatus(GetCertificateChainStatusResponse(certificateStatus: answer))))
        #expect(told(then)?.map(\.status) == [.good])
        let again = bench.handle(.vehicleShowed(evse: 2, chain))
        guard case .getCertificateChainStatus(let second)? = again.requests.first else {
            Issue.record("not asked again")
            return
        }
        #expect(second.certificateStatusRequests == [Self.wanted("2")])
        _ = bench.wait(.seconds(86_401))
        #expect(bench.station.certificates.vehicles.status(of: Self.wanted("1"), at: bench.time.dateTime) == nil)
    }

    @Test func `nothing is kept longer than a week, nor more than the bound`() {
        var vehicles = VehicleCertificates()
        let now = StationBench.start
        let never = DateTime(WallTime(milliseconds: 253_402_300_799_000))
        vehicles.learn((0..<200).map { Self.status("\($0)", .good, until: never) }, at: now.dateTime)
        #expect(vehicles.known.count == VehicleCertificates.most)
        let later = DateTime(now.wall + .seconds(7 * 86_400 + 1))
        #expect(vehicles.known.allSatisfy { $0.nextUpdate.time < later.time })
    }

    @Test func `a car is told when the backend is away, goes away, or does not know the message`() {
        var bench = StationBench.booted()
        let first = bench.handle(.vehicleShowed(evse: 1, [Self.wanted("1")]))
        guard let request = first.requests.first else {
            Issue.record("not asked")
            return
        }
        #expect(told(bench.handle(.failed(request, .notInThisVersion))) == [])
        _ = bench.handle(.vehicleShowed(evse: 1, [Self.wanted("1")]))
        #expect(told(bench.handle(.disconnected)) == [])
        #expect(told(bench.handle(.vehicleShowed(evse: 1, [Self.wanted("1")]))) == [])
    }

    @Test func `a ninth car in waiting sends the first away`() {
        var bench = StationBench.booted()
        for evse in 1...8 { #expect(told(bench.handle(.vehicleShowed(evse: evse, [Self.wanted("\(evse)")]))) == nil) }
        #expect(told(bench.handle(.vehicleShowed(evse: 9, [Self.wanted("9")]))) == [])
    }
}

@Suite struct ContractRequestsTests {
    private static let edition2 = "urn:iso:15118:2:2013:MsgDef"
    private static let edition20 = "urn:iso:std:iso:15118:-20:CommonMessages"

    private func request(_ schema: String, _ action: CertificateActionEnumType = .install)
        -> Get15118EVCertificateRequest
    {
        Get15118EVCertificateRequest(
            iso15118SchemaVersion: schema, action: action, exiRequest: "gA==", maximumContractCertificateChains: 2)
    }

    private func relayed(_ outputs: [StationOutput]) -> Get15118EVCertificateRequest? {
        for case .get15118EVCertificate(let request) in outputs.requests { return request }
        return nil
    }

    /// M01.FR.01, M01.FR.02, M01.FR.03, M02.FR.01, M02.FR.02.
    @Test func `the request is relayed in the words of its edition`() {
        var bench = StationBench.booted()
        let older = relayed(bench.handle(.contractWanted(evse: 1, request(Self.edition2, .update))))
        #expect(older?.action == .update && older?.maximumContractCertificateChains == nil)
        let newer = relayed(bench.handle(.contractWanted(evse: 1, request(Self.edition20, .update))))
        #expect(newer?.action == .install && newer?.maximumContractCertificateChains == 2)
    }

    /// M01.FR.05, M01.FR.06.
    @Test func `the answer goes back with what remains, and the next request is relayed again`() throws {
        var bench = StationBench.booted()
        for remaining in [1, 0] {
            let asked = try #require(relayed(bench.handle(.contractWanted(evse: 1, request(Self.edition20)))))
            let answer = Get15118EVCertificateResponse(
                status: .accepted, exiResponse: "gA==", remainingContracts: remaining)
            let outputs = bench.handle(.answered(.get15118EVCertificate(asked), .get15118EVCertificate(answer)))
            #expect(outputs.tasks == [.contractAnswered(evse: 1, answer)])
        }
    }

    @Test func `a car is told when there is nobody to ask`() throws {
        let nothing = [HostTask.contractAnswered(evse: 1, nil)]
        var bench = StationBench.booted()
        let asked = try #require(relayed(bench.handle(.contractWanted(evse: 1, request(Self.edition2)))))
        #expect(bench.handle(.failed(.get15118EVCertificate(asked), .timedOut)).tasks == nothing)
        _ = bench.handle(.contractWanted(evse: 1, request(Self.edition2)))
        #expect(bench.handle(.disconnected).tasks == nothing)
        #expect(bench.handle(.contractWanted(evse: 1, request(Self.edition2))).tasks == nothing)
        var other = StationBench.booted()
        other.station.variables.report("false", as: SecurityVariables.installsContracts)
        #expect(other.handle(.contractWanted(evse: 1, request(Self.edition2))).tasks == nothing)
    }
}
