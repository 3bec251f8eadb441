// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import NIOCore
import Testing

@testable import TLS

/// A certificate for “localhost” that signs itself, made once by the `openssl` program.
struct OwnCertificate: Sendable {
    static let made = Result { try OwnCertificate() }
    let identity: TLSIdentity

    private init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let certificate = folder.appendingPathComponent("certificate.pem").path
        let key = folder.appendingPathComponent("key.pem").path
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments =
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
            + [
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout",
                key,
            ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        identity = TLSIdentity(certificateFile: certificate, keyFile: key)
    }
}

/// A client and a server with a wire between them that carries `piece` bytes at a time.
private struct Pair {
    let client: TLSSession
    let server: TLSSession
    var piece = 1
    var isClientDone = false
    var isServerDone = false

    init(
        host: String = "localhost", clientShows identity: TLSIdentity? = nil, trust: TLSTrust? = nil,
        serverAsksForClients: Bool = false
    ) throws {
        let own = try OwnCertificate.made.get().identity
        let trusted = TLSTrust.file(own.certificateFile)
        let clients = try TLSContext(clientTrusting: trust ?? trusted, identity: identity)
        let servers = try TLSContext(serverAs: own, trustingClientsOf: serverAsksForClients ? trusted : nil)
        client = try TLSSession(.client(host: host), in: clients, peer: "the server")
        server = try TLSSession(.server, in: servers, peer: "the client")
    }

    mutating func shakeHands() throws {
        for _ in 0..<20 where !(isClientDone && isServerDone) {
            isClientDone = try client.handshake()
            try carry(client.output(), to: server) { isServerDone = try server.handshake() }
            try carry(server.output(), to: client) { isClientDone = try client.handshake() }
        }
    }

    func carry(_ bytes: ByteBuffer?, to session: TLSSession, _ each: () throws -> Void) throws {
        guard var bytes else { return try each() }
        while let some = bytes.readSlice(length: min(piece, bytes.readableBytes)), some.readableBytes > 0 {
            try session.receive(some)
            try each()
        }
    }

    /// Everything that `to` reads of what `from` has written.
    func pass(_ from: TLSSession, _ to: TLSSession) throws -> (plain: ByteBuffer, reading: TLSSession.Reading?) {
        var plain = ByteBuffer()
        var reading: TLSSession.Reading?
        try carry(from.output(), to: to) {
            repeat { reading = try to.read(into: &plain) } while reading == nil
        }
        return (plain, reading)
    }
}

@Suite struct TLSSessionTests {
    @Test func `a session forms byte by byte and carries both ways`() throws {
        var pair = try Pair()
        try pair.shakeHands()
        #expect(pair.isClientDone && pair.isServerDone)
        #expect(pair.client.agreed.hasPrefix("TLSv1.3"))
        let long = ByteBuffer(repeating: 0x61, count: 100_000)
        pair.piece = 1000
        try pair.client.write(long)
        #expect(try pair.pass(pair.client, pair.server).plain == long)
        try pair.server.write(ByteBuffer(string: "back"))
        #expect(try pair.pass(pair.server, pair.client).plain == ByteBuffer(string: "back"))
    }

    @Test func `close_notify ends reading`() throws {
        var pair = try Pair()
        try pair.shakeHands()
        try pair.client.write(ByteBuffer(string: "last"))
        pair.client.end()
        let end = try pair.pass(pair.client, pair.server)
        #expect(end.plain == ByteBuffer(string: "last"))
        #expect(end.reading == .ended)
    }

    @Test func `a certificate for another name is refused with its names`() throws {
        var pair = try Pair(host: "csms.example")
        #expect(throws: TLSFault.wrongName(peer: "the server", names: "DNS:localhost")) { try pair.shakeHands() }
    }

    @Test func `a certificate of nobody we trust is refused with where we looked`() throws {
        var pair = try Pair(trust: .system)
        #expect(
            throws: TLSFault.untrusted(
                peer: "the server", subject: "CN=localhost", issuer: "CN=localhost", trust: "the system's authorities")
        ) { try pair.shakeHands() }
    }

    @Test func `a client with a certificate is let in`() throws {
        var pair = try Pair(clientShows: OwnCertificate.made.get().identity, serverAsksForClients: true)
        try pair.shakeHands()
        #expect(pair.isServerDone)
    }

    @Test func `a client without a certificate is refused where one is required`() throws {
        var pair = try Pair(serverAsksForClients: true)
        #expect(
            throws: TLSFault.certificateRefused(
                peer: "the client", subject: "none", words: "a certificate is required here")
        ) { try pair.shakeHands() }
    }

    @Test func `a record that was changed on the way breaks the session`() throws {
        var pair = try Pair()
        try pair.shakeHands()
        _ = try pair.pass(pair.server, pair.client)
        try pair.client.write(ByteBuffer(string: "pay 10"))
        var record = try #require(pair.client.output())
        let last = record.writerIndex - 1
        let byte: UInt8 = try #require(record.getInteger(at: last))
        record.setInteger(byte ^ 1, at: last)
        try pair.server.receive(record)
        var plain = ByteBuffer()
        #expect(throws: TLSFault.self) { try pair.server.read(into: &plain) }
        #expect(plain.readableBytes == 0)
    }

    @Test func `nothing is written before the handshake is done`() throws {
        let pair = try Pair()
        #expect(throws: TLSFault.notSecure(peer: "the server")) { try pair.client.write(ByteBuffer(string: "x")) }
    }

    @Test func `what is no TLS is told apart`() throws {
        let pair = try Pair()
        _ = try pair.client.handshake()
        try pair.client.receive(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n"))
        #expect(throws: TLSFault.notTLS(peer: "the server")) { try pair.client.handshake() }
    }

    @Test func `a key that belongs to another certificate is named`() throws {
        let own = try OwnCertificate.made.get().identity
        let swapped = TLSIdentity(certificateFile: own.certificateFile, keyFile: own.certificateFile)
        #expect(throws: TLSFault.self) { try TLSContext(serverAs: swapped) }
    }
}
