// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOHTTP1
import Synchronization
import Testing

@testable import LocalAPI

struct SiteGuardTests {
    @Test(arguments: [
        ("GET", "127.0.0.1:8080", nil, 200), ("GET", "localhost", nil, 200), ("GET", "[::1]:8080", nil, 200),
        ("GET", "evil.example:8080", nil, 403), ("GET", "127.0.0.1.evil.example", nil, 403),
        ("GET", "192.168.1.5:8080", nil, 403), ("GET", "0.0.0.0:8080", nil, 403), ("GET", "", nil, 403),
        ("PUT", "localhost:8080", "http://localhost:8080", 200), ("PUT", "localhost:8080", "http://evil.example", 403),
        ("PUT", "localhost:8080", "http://localhost:3000", 403), ("PUT", "localhost:8080", "null", 403),
        ("PUT", "evil.example", "http://evil.example", 403),
        ("DELETE", "localhost:8080", "https://localhost:8080", 403),
        ("DELETE", "localhost:8080", nil, 200),
    ])
    func `only this machine's own pages and programs get in`(
        method: String, host: String, origin: String?, status: Int
    ) async throws {
        let gateway = FakeGateway()
        try await withServedSite(gateway) { client in
            var headers = HTTPHeaders([("Host", host)])
            if let origin { headers.add(name: "Origin", value: origin) }
            let (path, body) =
                method == "GET"
                ? ("/api/status", nil) : ("/api/setpoint", method == "PUT" ? #"{"power": "1 kW"}"# : nil)
            let answer = try await client.raw(HTTPMethod(rawValue: method), path, body, headers: headers)
            #expect(answer.status == status)
        }
        #expect(gateway.calls.withLock { $0.count } == (status == 200 && method != "GET" ? 1 : 0))
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1:8080"), ("localhost:80", "127.0.0.1:80"), ("[::1]:8080", "[::1]:8080"),
        ("127.8.8.8:1", "127.8.8.8:1"),
    ])
    func `loopback addresses may be listened on`(text: String, address: String) throws {
        #expect(try ListenAddress(parsing: text).description == address)
    }

    @Test(arguments: [
        "0.0.0.0:8080", "192.168.1.5:8080", "[::]:8080", "example.com:80", "127.0.0.1", "127.0.0.1:70000", ":8080",
        "::1:8080", "127.1:8080", "127.0.0.01:80", "",
    ])
    func `any other address is refused`(text: String) {
        #expect(throws: APIProblem.self) { try ListenAddress(parsing: text) }
    }
}
