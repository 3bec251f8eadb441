// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials
import Logging
import NIOHTTP1
import Synchronization
import Testing

@testable import LocalAPI

struct DisplayTests {
    @Test func `every language has every word, and no two states read the same`() {
        for words in DisplayWords.all {
            let texts = DisplayWord.allCases.map { words[$0] }
            #expect(texts.allSatisfy { !$0.isEmpty }, "\(words.language)")
            let states = Set(DriverDisplay.State.allCases.map { words[$0.word] })
            #expect(states.count == DriverDisplay.State.allCases.count, "\(words.language)")
            let causes = Set(DriverDisplay.Limit.Cause.allCases.map { words[$0.word] })
            #expect(causes.count == DriverDisplay.Limit.Cause.allCases.count, "\(words.language)")
            #expect(words.labels.count == DisplayWord.labels.count)
        }
        #expect(DisplayWords.of("DE-at")?.language == "de")
        #expect(DisplayWords.of("pl") == nil)
    }

    @Test func `the page shows only what it knows how to label`() {
        let used = DisplayScript.text.matches(of: /[^a-zA-Z](?:l|labels)\.([a-zA-Z]+)/).map { String($0.output.1) }
        #expect(Set(used).subtracting(DisplayWord.labels.map(\.rawValue)) == [])
        #expect(used.count > 8)
    }

    @Test func `page, values and stream are served for EVSEs there are`() async throws {
        let gateway = FakeGateway()
        try await withServedSite(gateway) { client in
            let page = try await client.raw(.GET, "/display/1?lang=de")
            #expect(page.status == 200)
            #expect(page.headers.first(name: "content-type") == "text/html; charset=utf-8")
            #expect(page.headers.first(name: "content-security-policy")?.contains("default-src 'none'") == true)
            #expect(page.body == DisplayPage.html)
            let display: DriverDisplay = try await client.get("/api/display/1?lang=de")
            #expect(display == .sample)
            for path in ["/display/2", "/api/display/2", "/api/display/2/stream"] {
                #expect(try await client.raw(.GET, path).status == 404)
            }
            #expect(try await client.raw(.PUT, "/api/display/1", "{}").status == 405)
        }
        #expect(gateway.calls.withLock { $0 }.prefix(2) == ["display de", "display de"])
    }

    @Test func `what is too long for a language is nobody's`() async throws {
        let gateway = FakeGateway()
        try await withServedSite(gateway) { client in
            _ = try await client.raw(.GET, "/api/display/1?lang=" + String(repeating: "a", count: 36))
        }
        #expect(gateway.calls.withLock { $0 } == ["display any"])
    }

    /// A tablet names the machine as it likes, and nothing but displays is there.
    @Test func `an address of their own serves displays alone, to any host`() async throws {
        let (addresses, continuation) = AsyncStream.makeStream(of: ListenAddress.self)
        let server = LocalAPIServer(
            displaysOn: ListenAddress(open: "127.0.0.1", port: 0), gateway: FakeGateway(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { continuation.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await server.run()
            }
            for await address in addresses {
                let client = APIClient(address, patience: .seconds(20))
                let host = HTTPHeaders([("host", "depot.example:8090")])
                for (path, status) in [
                    ("/api/display/1", 200), ("/display/1", 200), ("/", 404), ("/api/status", 404), ("/metrics", 404),
                    ("/openapi.json", 404),
                ] {
                    let answer = try await client.raw(.GET, path, headers: host)
                    #expect(answer.status == status, "\(path)")
                }
                let change = try await client.raw(.PUT, "/api/setpoint", "{}", headers: host)
                #expect(change.status == 404)
                break
            }
            group.cancelAll()
        }
    }
}
