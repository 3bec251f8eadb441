// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TLS

@testable import FileTransfer

/// A server on loopback that reads one request and answers with bytes the test gives.
final class ScriptedServer: Sendable {
    enum Reply: Sendable {
        /// Then hangs up.
        case bytes(String)
        case silence
        /// Answers and hangs up as soon as the head of the request is there.
        case early(String)
        /// A byte now and then, for ever.
        case trickle
    }

    let channel: any Channel
    private let seen: Seen

    final class Seen: Sendable {
        private let requests = Mutex<[String]>([])
        var all: [String] { requests.withLock { $0 } }
        func add(_ request: String) { requests.withLock { $0.append(request) } }
    }

    /// The requests that came, head and body.
    var requests: [String] { seen.all }
    var port: Int { channel.localAddress?.port ?? 0 }

    init(identity: TLSIdentity? = nil, _ reply: @escaping @Sendable (String) -> Reply) async throws {
        let seen = Seen()
        self.seen = seen
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let identity {
                        let session = try TLSSession(.server, in: TLSContext(serverAs: identity), peer: "the client")
                        try channel.pipeline.syncOperations.addHandler(TLSHandler(session))
                    }
                    try channel.pipeline.syncOperations.addHandler(Answering(seen, reply))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func close() async { try? await channel.close() }

    static func ok(_ body: String, _ headers: String = "") -> Reply {
        .bytes("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let seen: ScriptedServer.Seen
    private let reply: @Sendable (String) -> ScriptedServer.Reply
    private var text = ""
    private var isAnswered = false

    init(_ seen: ScriptedServer.Seen, _ reply: @escaping @Sendable (String) -> ScriptedServer.Reply) {
        self.seen = seen
        self.reply = reply
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        guard !isAnswered, let end = text.range(of: "\r\n\r\n") else { return }
        let head = String(text[..<end.lowerBound])
        let wanted =
            head.lowercased().components(separatedBy: "content-length: ").dropFirst().first
            .flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        let answer = reply(head)
        if case .early(let bytes) = answer { return finish(context, bytes) }
        guard text[end.upperBound...].utf8.count >= wanted else { return }
        switch answer {
        case .bytes(let bytes), .early(let bytes): finish(context, bytes)
        case .silence:
            seen.add(text)
            isAnswered = true
        case .trickle:
            isAnswered = true
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n")), promise: nil)
            let channel = context.channel
            context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { task in
                guard channel.isActive else { return task.cancel() }
                channel.writeAndFlush(ByteBuffer(string: "x"), promise: nil)
            }
        }
    }

    private func finish(_ context: ChannelHandlerContext, _ bytes: String) {
        seen.add(text)
        isAnswered = true
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }
}

/// A folder that goes with the test.
final class TestFolder: Sendable {
    let path: String
    var file: String { path + "/file" }

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-file-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
    var contents: String? { try? String(contentsOfFile: file, encoding: .utf8) }
}

/// A certificate for “localhost” that signs itself, made by the `openssl` program.
func ownCertificate(in folder: TestFolder) throws -> TLSIdentity {
    let identity = TLSIdentity(certificateFile: folder.path + "/certificate.pem", keyFile: folder.path + "/key.pem")
    let openssl = Process()
    openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    openssl.arguments =
        ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", identity.certificateFile]
        + ["-keyout", identity.keyFile]
    openssl.standardError = FileHandle.nullDevice
    try openssl.run()
    openssl.waitUntilExit()
    return identity
}
