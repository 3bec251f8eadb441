// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Logging
import NIOCore
import NIOHTTP1

@testable import LocalAPI

/// Runs `body` against a server on a real loopback socket, then stops it.
func withServedSite(
    _ gateway: FakeGateway = FakeGateway(), bench: (any BenchPort)? = nil,
    _ body: @escaping @Sendable (APIClient) async throws -> Void
) async throws {
    let (addresses, continuation) = AsyncStream.makeStream(of: ListenAddress.self)
    let server = LocalAPIServer(
        listen: try ListenAddress(parsing: "127.0.0.1:0"), gateway: gateway, bench: bench,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { continuation.yield($0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { continuation.finish() }
            try await server.run()
        }
        for await address in addresses {
            try await body(APIClient(address, patience: .seconds(20)))
            break
        }
        group.cancelAll()
    }
}

struct RawAnswer: Sendable {
    var status = 0
    var headers = HTTPHeaders()
    var body = ""
}

extension APIClient {
    /// Like `bytes`, but nothing is an error and the headers can be chosen.
    func raw(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, headers: HTTPHeaders = [:]
    ) async throws -> RawAnswer {
        var answer = RawAnswer()
        let exchange = HTTPExchange(
            address: address, method: method, path: path, body: body.map { ByteBuffer(string: $0) },
            patience: patience, extraHeaders: headers)
        _ = try await exchange.run { part throws(APIClientError) in
            switch part {
            case .head(let head):
                answer.status = Int(head.status.code)
                answer.headers = head.headers
            case .body(let bytes): answer.body += String(buffer: bytes)
            case .end: break
            }
            return true
        }
        return answer
    }
}
