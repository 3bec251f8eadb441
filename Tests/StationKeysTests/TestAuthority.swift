// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import Electricity
import Foundation

@testable import StationKeys

/// 2026-03-01T12:00:00Z.
let noon = WallTime(milliseconds: 1_772_366_400_000)

/// Whoever signs certificates in a test, made anew for it.
final class TestAuthority {
    struct Wanted {
        var name: String
        var organization: String? = "Operator"
        var isAuthority = false
        /// Days from `noon`.
        var from = -10
        var until = 300
        var responder: String?
        var serial = "00AB12CD34"
        var digest = EVP_sha256()
    }

    let certificate: Certificate
    let key: OpaquePointer

    init(_ wanted: Wanted, by issuer: TestAuthority? = nil, curve: String = "P-256") throws {
        key = try present(openssl_new_ec_key(curve))
        certificate = try Self.issue(wanted, for: key, by: issuer?.certificate, signing: issuer?.key ?? key)
    }

    /// Another certificate for a key that exists.
    init(_ wanted: Wanted, for key: OpaquePointer, by issuer: TestAuthority) throws {
        EVP_PKEY_up_ref(key)
        self.key = key
        certificate = try Self.issue(wanted, for: key, by: issuer.certificate, signing: issuer.key)
    }

    deinit { EVP_PKEY_free(key) }

    static func root(_ name: String, from: Int = -10, until: Int = 300) throws -> TestAuthority {
        try TestAuthority(Wanted(name: name, isAuthority: true, from: from, until: until))
    }

    func below(_ name: String, until: Int = 300, responder: String? = nil) throws -> TestAuthority {
        try TestAuthority(Wanted(name: name, isAuthority: true, until: until, responder: responder), by: self)
    }

    var pem: String { String(decoding: (try? certificate.pem) ?? [], as: UTF8.self) }

    /// Signs a request as it is, or under other names.
    func sign(_ request: String, _ change: (inout Wanted) -> Void = { _ in }) throws -> String {
        let paper = try Paper(Array(request.utf8))
        let parsed = try present(PEM_read_bio_X509_REQ(paper.bio, nil, nil, nil))
        defer { X509_REQ_free(parsed) }
        let subject = X509_REQ_get_subject_name(parsed)
        func entry(_ nid: Int32) -> String? {
            var text = [CChar](repeating: 0, count: 200)
            guard X509_NAME_get_text_by_NID(subject, nid, &text, 200) > 0 else { return nil }
            return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        var wanted = Wanted(name: entry(NID_commonName) ?? "", organization: entry(NID_organizationName))
        change(&wanted)
        let key = try present(X509_REQ_get0_pubkey(parsed))
        let made = try Self.issue(wanted, for: key, by: certificate, signing: self.key)
        return String(decoding: try made.pem, as: UTF8.self)
    }

    private static func issue(
        _ wanted: Wanted, for key: OpaquePointer, by issuer: Certificate?, signing: OpaquePointer
    ) throws -> Certificate {
        let x509 = try present(X509_new())
        X509_set_version(x509, 2)
        var serial: OpaquePointer?
        BN_hex2bn(&serial, wanted.serial)
        let number = BN_to_ASN1_INTEGER(serial, nil)
        X509_set_serialNumber(x509, number)
        ASN1_INTEGER_free(number)
        BN_free(serial)
        for (day, set) in [(wanted.from, X509_set1_notBefore), (wanted.until, X509_set1_notAfter)] {
            let time = ASN1_TIME_set(nil, time_t(noon.seconds) + day * 86_400)
            _ = set(x509, time)
            ASN1_TIME_free(time)
        }
        let name = X509_get_subject_name(x509)
        for (field, value) in [("O", wanted.organization), ("CN", wanted.name)] {
            guard let value else { continue }
            X509_NAME_add_entry_by_txt(name, field, 0x1000, Array(value.utf8), Int32(value.utf8.count), -1, 0)
        }
        X509_set_issuer_name(x509, issuer.map { X509_get_subject_name($0.x509) } ?? name)
        X509_set_pubkey(x509, key)
        add(NID_basic_constraints, wanted.isAuthority ? "critical,CA:TRUE" : "CA:FALSE", to: x509)
        if let responder = wanted.responder { add(NID_info_access, "OCSP;URI:" + responder, to: x509) }
        guard X509_sign(x509, signing, wanted.digest) > 0 else { throw TestFailure(what: OpenSSLWords.take()) }
        return Certificate(owning: x509)
    }

    private static func add(_ nid: Int32, _ value: String, to x509: OpaquePointer) {
        guard let made = X509V3_EXT_conf_nid(nil, nil, nid, value) else { return }
        X509_add_ext(x509, made, -1)
        X509_EXTENSION_free(made)
    }
}

struct TestFailure: Error { let what: String }

func present<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw TestFailure(what: OpenSSLWords.take()) }
    return value
}

/// A folder that goes with the test.
final class TestFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-keys-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
        return path + "/" + name
    }

    /// Runs the `openssl` program in the folder: a second opinion.
    @discardableResult
    func openssl(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: output, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw TestFailure(what: text) }
        return text
    }
}

/// A store in a folder of its own.
struct TestStore {
    let folder: TestFolder
    let store: KeyStore

    init() throws {
        folder = try TestFolder()
        store = try KeyStore(at: folder.path + "/keys")
    }

    var files: [String] { (try? store.folder.names()) ?? [] }
    func read(_ name: String) -> String {
        String(decoding: ((try? store.folder.read(name)) ?? nil) ?? [], as: UTF8.self)
    }
}
