// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import TLS
import Testing

@testable import FileTransfer

@Suite struct TransferAddressTests {
    struct Row: Sendable {
        var text: String
        var host: String
        var port: Int
        var target: String
        var login: TransferAddress.Login?
    }

    /// N01.FR.25, N01.FR.29.
    @Test(arguments: [
        Row(text: "http://a", host: "a", port: 80, target: "/"),
        Row(text: "https://a.example/logs/", host: "a.example", port: 443, target: "/logs/"),
        Row(text: "HTTPS://a:8443/x?y=1/2#part", host: "a", port: 8443, target: "/x?y=1/2"),
        Row(text: "http://a?q", host: "a", port: 80, target: "/?q"),
        Row(text: "http://[::1]:8080/f", host: "::1", port: 8080, target: "/f"),
        Row(
            text: "http://me:p%40ss%3Aword@a/f", host: "a", port: 80, target: "/f",
            login: .init(name: "me", password: "p@ss:word")),
        Row(text: "http://me@a/f@g", host: "a", port: 80, target: "/f@g", login: .init(name: "me", password: "")),
    ])
    func `an address is taken apart`(row: Row) throws {
        let address = try TransferAddress(row.text)
        #expect(address.host == row.host && address.port == row.port && address.target == row.target)
        #expect(address.login == row.login)
        #expect(address.isSecure == row.text.lowercased().hasPrefix("https"))
    }

    @Test(arguments: [
        "", "ftp://a/f", "sftp://me@a/f", "http://", "http:///f", "http://a:0/f", "http://a:70000/f", "http://a b/f",
        "http://ä/f", "http://a\n/f", "http://%zz:x@a/f", "http://:x@a/f", "http://[a]/f", "http://a:b:c/f",
        "file:///etc/passwd",
    ])
    func `what is no address is refused in words`(text: String) {
        #expect(throws: TransferFault.self) { try TransferAddress(text) }
    }

    /// N01.FR.17.
    @Test func `no message shows a password or a query`() throws {
        let address = try TransferAddress("https://me:secret@a/f?token=secret")
        #expect(!"\(TransferFault.status(address, status: 500))".contains("secret"))
        #expect(throws: TransferFault.self) { try TransferAddress("ftp://me:secret@a/f") }
        do {
            _ = try TransferAddress("ftp://me:secret@a/f")
        } catch {
            #expect(!"\(error)".contains("secret"))
        }
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("ä:ö", "w6Q6w7Y="),
    ])
    func `name and password go as Base64`(text: String, base64: String) {
        #expect(Base64.text(text) == base64)
    }
}
