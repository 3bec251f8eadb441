// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials
import Logging
import NIOHTTP1
import ServiceLifecycle
import Synchronization
import Testing

@testable import LocalAPI

struct LocalAPIServerTests {
    @Test func `the status arrives as it was sent`() async throws {
        try await withServedSite { client in
            let status = try await client.status()
            #expect(status == .sample)
        }
    }

    @Test func `numbers are whole where they can be and carry their unit in the key`() async throws {
        try await withServedSite { client in
            let text = try await client.text("/api/status")
            #expect(text.contains(#""power_W":12400,"#))
            #expect(text.contains(#""frequency_Hz":49.98,"#))
            #expect(text.contains(#""cost_us":{"max":1000,"p50":8.25,"p99":20}"#))
            #expect(text.contains(#""time":"2026-03-29T14:02:07.250Z""#))
        }
    }

    @Test func `commands reach the gateway with their quantities`() async throws {
        let gateway = FakeGateway()
        try await withServedSite(gateway) { client in
            _ = try await client.setSetpoint("-7 kW", evse: 1, for: "15 min")
            _ = try await client.setSetpoint("4200W", evse: nil)
            _ = try await client.releaseSetpoint(evse: 1)
            _ = try await client.releaseSetpoint(evse: nil)
            _ = try await client.setLimit(.import, to: "4.2 kW", for: "2 h")
            _ = try await client.releaseLimit(.export)
            _ = try await client.releaseLimit(nil)
            _ = try await client.why(evse: nil)
            _ = try await client.why(evse: 1, at: "2026-03-29T16:02:00+02:00")
        }
        let calls = gateway.calls.withLock { $0 }
        #expect(
            calls == [
                "set 1 -7 kW 15 min", "set site 4.2 kW on", "release 1", "release site", "limit import 4.2 kW 2 h",
                "unlimit export", "unlimit both", "why all now", "why 1 2026-03-29T14:02:00.000Z",
            ])
    }

    struct Refusal: Sendable {
        var method = HTTPMethod.PUT
        var path = "/api/setpoint"
        var body: String?
        let status: Int
        let error: String
    }

    @Test(arguments: [
        Refusal(method: .GET, path: "/nothing", status: 404, error: "There is nothing at /nothing."),
        Refusal(
            method: .POST, path: "/api/status", body: "{}", status: 405, error: "POST is not possible at /api/status."),
        Refusal(method: .GET, path: "/api/setpoint", status: 405, error: "GET is not possible at /api/setpoint."),
        Refusal(body: "{", status: 400, error: "The body is not a JSON object."),
        Refusal(body: "[1]", status: 400, error: "The body is not a JSON object."),
        Refusal(status: 400, error: "The request has no body."),
        Refusal(body: "{}", status: 400, error: "“power” is missing."),
        Refusal(body: #"{"power": -7000}"#, status: 400, error: "“power” is a bare number."),
        Refusal(
            body: #"{"power": "-7000"}"#, status: 400, error: "“power”: “-7000” has no unit; write it like 7.4 kW."),
        Refusal(body: #"{"power": "1 kW", "four": "1 h"}"#, status: 400, error: "The member “four” is unknown here."),
        Refusal(body: #"{"power": "1 kW", "for": "0 s"}"#, status: 400, error: "“for” is 0 ms: it would end at once."),
        Refusal(
            path: "/api/limits/export", body: #"{"power": "-4 kW"}"#, status: 400,
            error: "“power” is -4 kW: a limit has a direction and a size."),
        Refusal(path: "/api/limits/up", body: #"{"power": "4 kW"}"#, status: 404, error: "“up” is not a direction."),
        Refusal(
            path: "/api/evses/left/setpoint", body: #"{"power": "4 kW"}"#, status: 404,
            error: "“left” is not an EVSE: they are numbered."),
        Refusal(
            path: "/api/evses/2/setpoint", body: #"{"power": "4 kW"}"#, status: 409, error: "EVSE 2 has no vehicle."),
        Refusal(method: .GET, path: "/api/why/2", status: 404, error: "There is no EVSE 2."),
        Refusal(method: .GET, path: "/api/why?at=noon", status: 400, error: "“noon” is not a time."),
        Refusal(method: .GET, path: "/bench", status: 404, error: "There is nothing at /bench."),
        Refusal(
            body: #"{"power": ""# + String(repeating: "9", count: 20_000) + #""}"#, status: 413,
            error: "The body is larger than 16384 bytes."),
    ])
    func `what cannot be served is refused with a reason and a remedy`(_ refusal: Refusal) async throws {
        let gateway = FakeGateway()
        try await withServedSite(gateway) { client in
            let answer = try await client.raw(refusal.method, refusal.path, refusal.body)
            let problem = try WireJSON.decode(APIProblem.self, from: Data(answer.body.utf8))
            #expect(answer.status == refusal.status)
            #expect(problem.error == refusal.error)
            #expect(!problem.remedy.isEmpty)
            #expect(answer.headers.first(name: "content-type") == "application/json")
        }
        #expect(gateway.calls.withLock { $0 }.isEmpty)
    }

    @Test func `a refused method names those that are possible`() async throws {
        try await withServedSite { client in
            let answer = try await client.raw(.POST, "/api/setpoint")
            #expect(answer.headers.first(name: "allow") == "PUT, DELETE")
        }
    }

    @Test func `a head request is answered without a body`() async throws {
        try await withServedSite { client in
            let answer = try await client.raw(.HEAD, "/healthz")
            #expect(answer.status == 200)
            #expect(answer.body.isEmpty)
        }
    }

    @Test func `readiness says what is missing`() async throws {
        try await withServedSite(FakeGateway(ready: .bad("The meter never answered."))) { client in
            let problem = APIProblem(
                status: 503, "The meter never answered.", remedy: "`sluice status` shows what is missing.")
            await #expect(throws: APIClientError.refused(problem)) { try await client.text("/readyz") }
            let health = try await client.text("/healthz")
            #expect(health == #"{"status":"ok"}"#)
        }
    }

    @Test func `metrics are Prometheus text`() async throws {
        try await withServedSite { client in
            let answer = try await client.raw(.GET, "/metrics")
            #expect(answer.headers.first(name: "content-type") == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.body.contains("sluice_evse_power_watts{evse=\"2\"} -5000\n"))
        }
    }

    @Test func `the event stream begins with the present status and stays open`() async throws {
        try await withServedSite { client in
            var seen: [SiteStatus] = []
            try await client.watch { status in
                seen.append(status)
                return false
            }
            #expect(seen == [.sample])
            let again = try await client.status()
            #expect(again == .sample)
        }
    }

    @Test func `a reader that leaves ends its stream at the gateway`() async throws {
        let gateway = FakeGateway()
        try await withServedSite(gateway) { client in
            try await client.watch { _ in false }
            var ended = gateway.streamsEnded.makeAsyncIterator()
            #expect(await ended.next() != nil)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `an open stream does not hold up a shutdown`() async throws {
        let (addresses, listening) = AsyncStream.makeStream(of: ListenAddress.self)
        let server = LocalAPIServer(
            listen: try ListenAddress(parsing: "127.0.0.1:0"), gateway: FakeGateway(), logger: Logger(label: "test")
        ) { listening.yield($0) }
        let services = ServiceGroup(services: [server], logger: Logger(label: "test"))
        async let running: Void = services.run()
        var iterator = addresses.makeAsyncIterator()
        let client = APIClient(try #require(await iterator.next()), patience: .seconds(50))
        try await client.watch { _ in
            Task { await services.triggerGracefulShutdown() }
            return true
        }
        try await running
    }

    @Test func `the bench answers only where there is one`() async throws {
        try await withServedSite(bench: FakeBench()) { client in
            let cut = try await client.bench("cut-meter")
            #expect(cut.message == "cut-meter -")
            let answer = try await client.bench("soc", device: "car 1", parameters: ["soc": "80 %"])
            #expect(answer.message == "soc car 1 soc=80 %")
            #expect(
                try await client.raw(.POST, "/bench/grid", #"{"steps": 3}"#).body == #"{"message":"grid - steps=3"}"#)
            let state = try await client.text("/bench")
            #expect(state == #"{"devices":["charger-1"]}"#)
            let unknown = try await client.raw(.POST, "/bench/explode")
            #expect(unknown.status == 404)
        }
    }

    @Test func `the dashboard loads nothing from elsewhere`() async throws {
        try await withServedSite { client in
            let answer = try await client.raw(.GET, "/")
            #expect(answer.headers.first(name: "content-type") == "text/html; charset=utf-8")
            #expect(answer.headers.first(name: "content-security-policy")?.hasPrefix("default-src 'none'") == true)
            #expect(answer.body.contains("EventSource"))
            for foreign in ["http://", "https://", "src=", "@import", "innerHTML"] {
                #expect(!answer.body.contains(foreign), "\(foreign)")
            }
        }
    }

    @Test func `an address that is taken is named with a remedy`() async throws {
        try await withServedSite { client in
            let second = LocalAPIServer(listen: client.address, gateway: FakeGateway(), logger: .init(label: "test"))
            let problem = await #expect(throws: APIProblem.self) { try await second.run() }
            #expect(problem?.error.contains("cannot listen on \(client.address)") == true)
        }
    }
}
