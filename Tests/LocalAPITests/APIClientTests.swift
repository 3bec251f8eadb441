// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import NIOCore
import NIOPosix
import Testing

@testable import LocalAPI

struct APIClientTests {
    /// Answers the first bytes of every connection with `text`, then closes it unless `staysOpen`.
    private final class Peer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        let text: String
        let staysOpen: Bool
        private var hasAnswered = false

        init(text: String, staysOpen: Bool) {
            self.text = text
            self.staysOpen = staysOpen
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !hasAnswered else { return }
            hasAnswered = true
            let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)))
            if !staysOpen { written.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
        }
    }

    private func withPeer(
        saying text: String, staysOpen: Bool = false, _ body: (ListenAddress) async throws -> Void
    ) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Peer(text: text, staysOpen: staysOpen))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = server.localAddress?.port ?? 0
        do {
            try await body(ListenAddress(host: "127.0.0.1", port: port))
        } catch {
            try await server.close()
            throw error
        }
        try await server.close()
    }

    @Test func `a daemon that is not there is said to be so`() async throws {
        var address = ListenAddress.standard
        try await withPeer(saying: "") { address = $0 }
        let error = await #expect(throws: APIClientError.self) { try await APIClient(address).status() }
        #expect(error == .unreachable(address, reason: "connection refused"))
        #expect(error?.isUnavailable == true)
        #expect(error?.description.hasPrefix("No Sluice daemon answers at \(address) (connection refused).") == true)
    }

    @Test func `a daemon that says nothing is waited for only so long`() async throws {
        try await withPeer(saying: "", staysOpen: true) { address in
            let client = APIClient(address, patience: .milliseconds(50))
            await #expect(throws: APIClientError.silent(address, waited: .milliseconds(50))) {
                try await client.status()
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n{",
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno",
    ])
    func `another program is recognised`(answer: String) async throws {
        try await withPeer(saying: answer) { address in
            let error = await #expect(throws: APIClientError.self) { try await APIClient(address).status() }
            guard case .notUnderstood = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `an endless answer is cut off`() async throws {
        let body = String(repeating: "x", count: APIClient.maxAnswer + 1)
        try await withPeer(saying: "HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n" + body) { address in
            await #expect(throws: APIClientError.tooLarge(limit: APIClient.maxAnswer)) {
                try await APIClient(address).status()
            }
        }
    }
}

struct ServerSentEventsTests {
    private static let stream =
        ": hello\r\nevent: status\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\ndata: b\n\nevent: none\n\ndata\n\n"

    @Test(arguments: 1...12)
    func `events are cut out of any chunks`(chunk: Int) throws {
        var events = ServerSentEvents(maxEvent: 100)
        var found: [ServerSentEvents.Event] = []
        var rest = Array(Self.stream.utf8)[...]
        while !rest.isEmpty {
            found += try events.take(ByteBuffer(bytes: rest.prefix(chunk)))
            rest = rest.dropFirst(chunk)
        }
        #expect(
            found == [
                .init(name: "status", data: "{\"a\":\n1}"), .init(name: "message", data: "b"),
                .init(name: "message", data: ""),
            ])
    }

    @Test func `comments for ever are no event too large`() throws {
        var events = ServerSentEvents(maxEvent: 100)
        for _ in 0..<1_000 { #expect(try events.take(ByteBuffer(string: ": still here\n\n")) == []) }
        #expect(throws: APIClientError.tooLarge(limit: 100)) {
            try events.take(ByteBuffer(string: "data: " + String(repeating: "x", count: 100)))
        }
    }
}

struct PercentCodingTests {
    @Test(arguments: ["abc-._~", "car 1", "ä/ö?&=+%", "日本"])
    func `what is encoded decodes again`(text: String) {
        #expect(PercentCoding.decode(PercentCoding.encode(text)) == text)
    }

    @Test(arguments: ["%", "%4", "%zz", "%ff", "%c3%"])
    func `broken escapes are no text`(text: String) { #expect(PercentCoding.decode(text) == nil) }
}
