// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import NIOCore
import TLS
import Testing

@testable import FileTransfer

@Suite(.timeLimit(.minutes(5))) struct FileTransferTests {
    /// Patient: a busy machine answers late. Only the test of silence waits for the end of patience.
    private static var patient: TransferBounds {
        var bounds = TransferBounds()
        bounds.silence = .seconds(60)
        bounds.total = .seconds(120)
        bounds.most = 100_000
        return bounds
    }

    private let transfer = FileTransfer(bounds: patient)

    private func address(_ server: ScriptedServer, _ path: String = "/f") throws -> TransferAddress {
        try TransferAddress("http://127.0.0.1:\(server.port)\(path)")
    }

    /// What the transfer of a file from this server fails by, and what it leaves behind.
    private func fault(_ reply: ScriptedServer.Reply, _ transfer: FileTransfer? = nil) async throws -> TransferFault? {
        let server = try await ScriptedServer { _ in reply }
        let folder = try TestFolder()
        defer { #expect(folder.names.isEmpty, "nothing half is left") }
        do {
            try await (transfer ?? self.transfer).download(address(server), to: folder.file)
            await server.close()
            return nil
        } catch let fault as TransferFault {
            await server.close()
            return fault
        }
    }

    @Test func `a file is received whole and put in its place`() async throws {
        let body = String(repeating: "0123456789", count: 9_000)
        let server = try await ScriptedServer { _ in ScriptedServer.ok(body) }
        let folder = try TestFolder()
        let count = try await transfer.download(
            TransferAddress("http://me:word@127.0.0.1:\(server.port)/a?b=c"), to: folder.file)
        #expect(count == 90_000 && folder.contents == body && folder.names == ["file"])
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("GET /a?b=c HTTP/1.1\r\n"))
        #expect(request.contains("Authorization: Basic bWU6d29yZA==\r\n"))
        #expect(request.contains("Host: 127.0.0.1:\(server.port)\r\n"))
        await server.close()
    }

    @Test func `an answer in chunks, and one that ends with the connection, are whole too`() async throws {
        for reply in [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nabcde",
        ] {
            let server = try await ScriptedServer { _ in .bytes(reply) }
            let folder = try TestFolder()
            #expect(try await transfer.download(address(server), to: folder.file) == 5)
            #expect(folder.contents == "abcde")
            await server.close()
        }
    }

    @Test func `what breaks off is no file`() async throws {
        let cut = try await fault(.bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"))
        guard case .cutOff(_, received: 3)? = cut else {
            Issue.record("\(String(describing: cut))")
            return
        }
        let chunked = try await fault(.bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"))
        #expect(chunked != nil)
        #expect(try await fault(.bytes("")) != nil)
    }

    /// N01.FR.30.
    @Test(arguments: [301, 302, 307, 308])
    func `a redirection is not followed`(status: Int) async throws {
        let fault = try await fault(
            .bytes("HTTP/1.1 \(status) X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"))
        guard case .redirected(_, status)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(fault?.isWorthRepeating == false)
    }

    @Test(arguments: [400, 401, 403, 404, 500, 503])
    func `other answers are told apart`(status: Int) async throws {
        let fault = try await fault(.bytes("HTTP/1.1 \(status) X\r\nContent-Length: 2\r\n\r\nno"))
        switch fault {
        case .notLetIn(_, let seen): #expect([401, 403].contains(status) && seen == status)
        case .status(_, let seen): #expect(![401, 403].contains(status) && seen == status)
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test func `a file that says or turns out to be too long is given up`() async throws {
        for reply in [
            "HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 100_001),
        ] {
            guard case .tooLong(_, most: 100_000)? = try await fault(.bytes(reply)) else {
                Issue.record("taken")
                continue
            }
        }
    }

    @Test func `silence, a trickle without end, garbage and a closed port are faults in time`() async throws {
        var bounds = Self.patient
        bounds.silence = .milliseconds(300)
        guard case .silent? = try await fault(.silence, FileTransfer(bounds: bounds)) else {
            Issue.record("waited")
            return
        }
        bounds = Self.patient
        bounds.total = .milliseconds(400)
        guard case .tooSlow? = try await fault(.trickle, FileTransfer(bounds: bounds)) else {
            Issue.record("waited")
            return
        }
        guard case .notHTTP? = try await fault(.bytes("SSH-2.0-OpenSSH\r\n\r\n")) else {
            Issue.record("understood")
            return
        }
        let server = try await ScriptedServer { _ in .silence }
        let closed = try address(server)
        await server.close()
        let folder = try TestFolder()
        await #expect(throws: TransferFault.unreachable(closed, words: "connection refused")) {
            try await transfer.download(closed, to: folder.file)
        }
    }

    @Test func `a folder that is missing is a fault with its name`() async throws {
        let server = try await ScriptedServer { _ in ScriptedServer.ok("x") }
        let folder = try TestFolder()
        let path = folder.path + "/missing/file"
        await #expect(throws: TransferFault.fileFailed(path: path, words: "No such file or directory")) {
            try await transfer.download(address(server), to: path)
        }
        await server.close()
    }

    // MARK: Sending

    /// N01.FR.18.
    @Test func `a log is put whole`() async throws {
        let server = try await ScriptedServer { _ in .bytes("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n") }
        let bytes = [UInt8](repeating: UInt8(ascii: "l"), count: 300_000)
        try await transfer.upload(bytes, named: "a.log", to: address(server, "/logs/a.log"))
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("PUT /logs/a.log HTTP/1.1\r\n") && request.contains("Content-Length: 300000\r\n"))
        #expect(request.hasSuffix(String(repeating: "l", count: 1_000)))
        await server.close()
    }

    /// N01.FR.19.
    @Test func `a server that takes no PUT gets a POST that names the file`() async throws {
        let server = try await ScriptedServer { head in
            head.hasPrefix("PUT")
                ? .bytes("HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n") : ScriptedServer.ok("thanks")
        }
        try await transfer.upload(Array("log".utf8), named: "a\"b\n.log", to: address(server))
        #expect(server.requests.count == 2)
        let post = try #require(server.requests.last)
        #expect(post.hasPrefix("POST /f"))
        #expect(post.contains("Content-Disposition: form-data; name=\"uploadedfile\"; filename=\"ab.log\"\r\n"))
        #expect(post.contains("Content-Type: application/octet-stream\r\n"))
        await server.close()
    }

    @Test func `a server that refuses before it has everything is understood`() async throws {
        let server = try await ScriptedServer { _ in .early("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n") }
        let bytes = [UInt8](repeating: 0, count: 5_000_000)
        let target = try address(server)
        do {
            try await transfer.upload(bytes, named: "a", to: target)
            Issue.record("taken")
        } catch {
            // A reset may overtake the answer; then it is a broken connection.
            #expect(error == .notLetIn(target, status: 403) || error.isWorthRepeating)
        }
        await server.close()
    }

    // MARK: TLS

    /// N01.FR.15, N01.FR.16.
    @Test func `a server is known by one of the roots given, in their order`() async throws {
        let folder = try TestFolder()
        let identity = try ownCertificate(in: folder)
        let server = try await ScriptedServer(identity: identity) { _ in ScriptedServer.ok("secret") }
        let secure = try TransferAddress("https://localhost:\(server.port)/f")
        for trusts in [[TLSTrust.file(identity.certificateFile)], [.system, .file(identity.certificateFile)]] {
            let transfer = FileTransfer(trusting: trusts, bounds: Self.patient)
            #expect(try await transfer.download(secure, to: folder.file) == 6)
            #expect(folder.contents == "secret")
        }
        do {
            try await FileTransfer(trusting: [.system], bounds: Self.patient).download(secure, to: folder.file)
            Issue.record("trusted")
        } catch {
            guard case .notSecure(.untrusted) = error else {
                Issue.record("\(error)")
                return
            }
        }
        await server.close()
    }

    @Test func `a server that speaks no TLS, or has another name, is refused`() async throws {
        let folder = try TestFolder()
        let identity = try ownCertificate(in: folder)
        let trust = FileTransfer(trusting: [.file(identity.certificateFile)], bounds: Self.patient)
        let plain = try await ScriptedServer { _ in ScriptedServer.ok("x") }
        let named = try await ScriptedServer(identity: identity) { _ in ScriptedServer.ok("x") }
        for address in ["https://localhost:\(plain.port)/f", "https://127.0.0.1:\(named.port)/f"] {
            await #expect(throws: TransferFault.self) {
                try await trust.download(TransferAddress(address), to: folder.file)
            }
        }
        await plain.close()
        await named.close()
    }

    @Test func `who gives it up is not kept waiting`() async throws {
        let patient = FileTransfer(bounds: Self.patient)
        let server = try await ScriptedServer { _ in .silence }
        let folder = try TestFolder()
        let target = try address(server)
        let began = ContinuousClock.now
        let task = Task { try await patient.download(target, to: folder.file) }
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        _ = await task.result
        #expect(ContinuousClock.now - began < .seconds(30))
        #expect(folder.names.isEmpty)
        await server.close()
    }
}
