// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct LogUploadsTests {
    private func request(
        _ id: Int = 5, _ type: LogEnumType = .securityLog, to location: String = "https://files.example/logs/",
        retries: Int? = 1
    ) -> GetLogRequest {
        GetLogRequest(
            log: LogParametersType(remoteLocation: location), logType: type, requestId: id, retries: retries,
            retryInterval: 10)
    }

    private func response(_ answer: StationResponse?) -> GetLogResponse? {
        if case .getLog(let response)? = answer { response } else { nil }
    }

    /// N01.FR.01, N01.FR.02, N01.FR.03, N01.FR.07, N01.FR.08, N01.FR.09.
    @Test func `the security log is uploaded under the name that was answered`() throws {
        var bench = StationBench.booted()
        _ = bench.handle(.security(.invalidMessages, detail: "x"))
        let (answer, rest) = bench.ask(.getLog(request()))
        let answered = try #require(response(answer))
        let name = try #require(answered.filename)
        #expect(answered.status == .accepted)
        #expect(rest.logStatuses == [.uploading])
        let order = try #require(rest.logOrders.first)
        #expect(order.filename == name && order.location == "https://files.example/logs/\(name)")
        guard case .file(let bytes) = order.content else {
            Issue.record("no file")
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self).contains("InvalidMessages"))
        let outputs = bench.told(.uploaded(requestID: 5))
        #expect(outputs.logStatuses == [.uploaded])
        for case .logStatusNotification(let request) in outputs.requests { #expect(request.requestId == 5) }
        #expect(bench.told(.uploaded(requestID: 5)).logStatuses.isEmpty)
    }

    /// N01.FR.21, N01.FR.29.
    @Test func `a location without a slash at its end is used as it is`() throws {
        var bench = StationBench.booted()
        let rest = bench.ask(.getLog(request(to: "https://files.example/logs?name=a"))).rest
        #expect(rest.logOrders.first?.location == "https://files.example/logs?name=a")
    }

    /// N01.FR.04, N01.FR.05, N01.FR.24.
    @Test func `diagnostics are the host's, a data collector there is none`() throws {
        var bench = StationBench.booted()
        let rest = bench.ask(.getLog(request(5, .diagnosticsLog))).rest
        #expect(rest.logOrders.first?.content == .diagnostics(from: nil, until: nil))
        let (answer, none) = bench.ask(.getLog(request(6, .dataCollectorLog)))
        #expect(response(answer)?.status == .rejected && none.logOrders.isEmpty)
        #expect(bench.station.logUpload?.request.requestId == 5, "the other upload goes on")
    }

    /// N01.FR.10.
    @Test(arguments: [
        (LogReport.Failure.badMessage, UploadLogStatusEnumType.badMessage), (.permissionDenied, .permissionDenied),
        (.notSupportedOperation, .notSupportedOperation), (.uploadFailure, .uploadFailure),
    ])
    func `a failure is said once no attempt is left`(failure: LogReport.Failure, status: UploadLogStatusEnumType) {
        var bench = StationBench.booted()
        _ = bench.ask(.getLog(request()))
        #expect(bench.told(.failed(requestID: 5, failure, reason: "no")).logStatuses.isEmpty)
        #expect(bench.wait(.seconds(9)).logOrders.isEmpty)
        #expect(bench.wait(.seconds(2)).logOrders.count == 1)
        #expect(bench.told(.failed(requestID: 5, failure, reason: "no")).logStatuses == [status])
        #expect(bench.wait(.seconds(60)).logOrders.isEmpty)
    }

    /// N01.FR.12, N01.FR.20.
    @Test func `a new request gives the former upload up`() {
        var bench = StationBench.booted()
        _ = bench.ask(.getLog(request(5)))
        let (answer, rest) = bench.ask(.getLog(request(6)))
        #expect(response(answer)?.status == .acceptedCanceled && response(answer)?.filename != nil)
        #expect(rest.tasks.contains(.log(.cancel(requestID: 5))))
        let said = rest.requests.compactMap { request -> String? in
            guard case .logStatusNotification(let status) = request else { return nil }
            return "\(status.requestId ?? -1) \(status.status.word)"
        }
        #expect(said == ["5 AcceptedCanceled", "6 Uploading"])
        #expect(bench.told(.uploaded(requestID: 5)).logStatuses.isEmpty)
    }

    /// N01.FR.13.
    @Test func `a trigger is told Uploading with its request, or Idle`() {
        func triggered(_ bench: inout StationBench) -> (UploadLogStatusEnumType?, Int?) {
            bench.station.triggerLogStatus()
            for case .logStatusNotification(let request) in bench.handle(.tick).requests {
                return (request.status, request.requestId)
            }
            return (nil, nil)
        }
        var bench = StationBench.booted()
        #expect(triggered(&bench) == (.idle, nil))
        _ = bench.ask(.getLog(request()))
        #expect(triggered(&bench) == (.uploading, 5))
    }

    @Test func `an upload begins anew after a restart, and its end is told`() {
        var bench = StationBench.booted()
        _ = bench.ask(.getLog(request()))
        let name = bench.station.logUpload?.filename
        var restarted = bench.afterRestart()
        let orders = restarted.handle(.tick).logOrders
        #expect(orders.map(\.filename) == [name])
        #expect(restarted.told(.uploaded(requestID: 5)).logStatuses == [.uploaded])
        #expect(restarted.afterRestart().station.logUpload == nil)
    }

    @Test func `a file name holds nothing that a path or a URL would take amiss`() {
        var bench = StationBench.booted { $0.serialNumber = "../a b/ü?#\n1" }
        let name = response(bench.ask(.getLog(request())).answer)?.filename ?? ""
        #expect(name == "SecurityLog-ab1-\(bench.time.seconds)-5.log")
    }
}

@Suite struct CustomerInformationTests {
    private static let token = IdTokenType(idToken: "1234", type: "ISO14443")

    private func ask(_ bench: inout StationBench, _ request: CustomerInformationRequest)
        -> (CustomerInformationStatusEnumType?, [NotifyCustomerInformationRequest])
    {
        let (answer, rest) = bench.ask(.customerInformation(request))
        let parts = rest.requests.compactMap { request -> NotifyCustomerInformationRequest? in
            if case .notifyCustomerInformation(let part) = request { part } else { nil }
        }
        guard case .customerInformation(let response)? = answer else { return (nil, parts) }
        return (response.status, parts)
    }

    /// N09.FR.09, N09.FR.07, N10.FR.07.
    @Test func `exactly one reference, and something to do`() {
        var bench = StationBench.booted()
        var request = CustomerInformationRequest(requestId: 1, report: true, clear: false)
        #expect(ask(&bench, request).0 == .invalid)
        request.idToken = Self.token
        request.customerIdentifier = "me"
        #expect(ask(&bench, request).0 == .invalid)
        request.customerIdentifier = nil
        request.report = false
        #expect(ask(&bench, request).0 == .rejected)
    }

    /// N09.FR.05, N10.FR.03, N10.FR.06.
    @Test(arguments: [true, false])
    func `what is known of a token is told and forgotten, but not what the local list says`(reports: Bool) {
        var bench = StationBench.booted()
        bench.station.variables.report("true", as: AuthorizationVariables.cacheEnabled)
        bench.station.cacheToken(Self.token, IdTokenInfoType(status: .accepted))
        let list = SendLocalListRequest(
            versionNumber: 1, updateType: .full,
            localAuthorizationList: [AuthorizationDataType(idToken: Self.token, idTokenInfo: .init(status: .accepted))])
        bench.station.variables.report("true", as: AuthorizationVariables.listEnabled)
        _ = bench.ask(.sendLocalList(list))
        var request = CustomerInformationRequest(requestId: 9, report: reports, clear: true, idToken: Self.token)
        var (status, parts) = ask(&bench, request)
        #expect(status == .accepted)
        #expect(
            parts.map(\.data)
                == [reports ? "Authorization cache: Accepted\nLocal authorization list" : "Cleared"])
        #expect(bench.station.authorization.cache.entries.isEmpty)
        #expect(bench.afterRestart().station.authorization.cache.entries.isEmpty)
        request.report = true
        (status, parts) = ask(&bench, request)
        #expect(parts.map(\.data) == ["Local authorization list"])
        request.idToken = IdTokenType(idToken: "other", type: "ISO14443")
        #expect(ask(&bench, request).1.map(\.data) == [""])
    }

    /// N09.FR.02, N09.FR.06, N10.FR.01, N10.FR.04.
    @Test func `somebody unknown is an empty report`() {
        var bench = StationBench.booted()
        let request = CustomerInformationRequest(requestId: 9, report: true, clear: true, customerIdentifier: "me")
        let (status, parts) = ask(&bench, request)
        #expect(status == .accepted)
        #expect(parts.map(\.data) == [""] && parts.map(\.requestId) == [9])
        #expect(parts.map(\.seqNo) == [0] && parts.map(\.tbc) == [false])
    }

    /// N09.FR.05.
    @Test func `a long report is cut into parts that fit, without losing a character, up to a bound`() {
        let text = String(repeating: "ä€🚗x", count: 400)
        let parts = CustomerReport.parts(of: text)
        #expect(parts.allSatisfy { $0.unicodeScalars.count <= 512 })
        #expect(parts.joined() == text && parts.count == 4)
        let endless = CustomerReport.parts(of: String(repeating: "y", count: 100_000))
        #expect(endless.count == CustomerReport.mostParts && endless.last?.hasSuffix("(cut)") == true)
        #expect(endless.allSatisfy { $0.unicodeScalars.count <= 512 })
        #expect(CustomerReport.parts(of: "") == [""])
        #expect(CustomerReport.parts(of: String(repeating: "z", count: 512 * 64)).joined().count == 512 * 64)
    }
}
