// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import TLS
import Testing

@testable import BackendLinks

@Suite struct NetworkProfileTests {
    private func address(_ text: String) throws -> BackendAddress { try BackendAddress(text) }

    @Test(arguments: [
        ("wss://csms.example/ocpp", "csms.example", 443, "/ocpp"), ("ws://csms.example", "csms.example", 80, ""),
        ("WS://[::1]:8080/a/b/", "::1", 8080, "/a/b"), ("wss://10.0.0.1:9443//", "10.0.0.1", 9443, ""),
    ])
    func `an address is host, port and path`(text: String, host: String, port: Int, path: String) throws {
        let address = try address(text)
        #expect((address.host, address.port, address.path) == (host, port, path))
    }

    @Test(arguments: [
        "", "http://a", "ws://", "ws://:80", "ws://a:0", "ws://a:65536", "ws://a:x", "ws://a:+1", "ws://::1",
        "ws://[a]", "ws://u:p@a", "ws://a/?x", "ws://a/#x", "ws://a b", "ws://ä",
    ])
    func `what is no address is refused`(text: String) {
        #expect(throws: BackendRefused.self) { try BackendAddress(text) }
    }

    @Test func `the identity is encoded at the end of the path`() throws {
        #expect(try address("ws://a/ocpp/").resource(of: "CS 1/ü") == "/ocpp/CS%201%2F%C3%BC")
        #expect(try address("ws://a").resource(of: "RDAM_123-4.5~") == "/RDAM_123-4.5~")
    }

    @Test func `a station that proves nothing is refused unless that is asked for`() throws {
        let address = try address("ws://a")
        #expect(throws: BackendRefused.insecure(address)) {
            try NetworkProfile(address: address, identity: "CS1", proof: .none)
        }
        let profile = try NetworkProfile(address: address, identity: "CS1", proof: .none, allowsInsecure: true)
        #expect(profile.securityProfile == 0)
    }

    @Test func `address and proof make the security profile`() throws {
        let password = NetworkProfile.Proof.password(Password("0123456789abcdef"))
        let certificate = NetworkProfile.Proof.certificate(TLSIdentity(certificateFile: "c", keyFile: "k"))
        #expect(try NetworkProfile(address: address("ws://a"), identity: "C", proof: password).securityProfile == 1)
        #expect(try NetworkProfile(address: address("wss://a"), identity: "C", proof: password).securityProfile == 2)
        #expect(try NetworkProfile(address: address("wss://a"), identity: "C", proof: certificate).securityProfile == 3)
        #expect(throws: BackendRefused.certificateWithoutTLS(try address("ws://a"))) {
            try NetworkProfile(address: address("ws://a"), identity: "C", proof: certificate)
        }
    }

    @Test(arguments: ["", "a:b", "a\nb", String(repeating: "x", count: 49)])
    func `an identity OCPP does not know is refused`(identity: String) {
        #expect(throws: BackendRefused.identityUnusable(identity)) {
            try NetworkProfile(
                address: BackendAddress("ws://a"), identity: identity, proof: .none, allowsInsecure: true)
        }
    }

    @Test func `a password is sent and never shown`() throws {
        let password = Password("open sesame 1234")
        let profile = try NetworkProfile(address: address("ws://a"), identity: "Aladdin", proof: .password(password))
        #expect(profile.authorization == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZSAxMjM0")
        #expect(!"\(profile)".contains("sesame"))
        #expect(!String(reflecting: profile).contains("sesame"))
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
    func `base64 is that of RFC 4648`(plain: String, encoded: String) {
        #expect(Base64.text(plain) == encoded)
    }
}
