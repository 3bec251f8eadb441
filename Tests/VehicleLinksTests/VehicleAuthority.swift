// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import TLS

/// A V2G root, a station's chain of three under it for each generation, a car maker's root with a car: made once by the
/// `openssl` program.
struct VehicleAuthority: Sendable {
    static let made = Result { try VehicleAuthority() }

    let root: TLSTrust
    let modernRoot: TLSTrust
    let makers: TLSTrust
    let station: TLSIdentity
    let modernStation: TLSIdentity
    let car: TLSIdentity
    /// Of a maker that nobody trusts.
    let strangeCar: TLSIdentity

    private init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-v2g-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let make = Maker(folder: folder)
        let older = try make.chain("older", curve: "prime256v1", leaf: "SECC")
        let modern = try make.chain("modern", curve: "secp521r1", leaf: "SECC20")
        let maker = try make.chain("maker", curve: "secp521r1", leaf: "WSLUICE0000000001A")
        let strange = try make.chain("strange", curve: "prime256v1", leaf: "STRANGER")
        (root, modernRoot, makers) = (.file(older.root), .file(modern.root), .file(maker.root))
        let staple = folder.appendingPathComponent("staple.der")
        // Not looked into by either side here: what counts is that it arrives as it is.
        try Data([0x30, 0x03, 0x0A, 0x01, 0x06]).write(to: staple)
        station = TLSIdentity(certificateFile: older.chain, keyFile: older.key, stapleFile: staple.path)
        modernStation = TLSIdentity(certificateFile: modern.chain, keyFile: modern.key)
        car = TLSIdentity(certificateFile: maker.chain, keyFile: maker.key)
        strangeCar = TLSIdentity(certificateFile: strange.chain, keyFile: strange.key)
    }
}

private struct Maker {
    let folder: URL

    func chain(_ name: String, curve: String, leaf: String) throws -> (root: String, chain: String, key: String) {
        let root = path("\(name)-root")
        try run(
            request(curve, root.key) + ["-x509", "-days", "2", "-subj", "/CN=\(name) root", "-out", root.certificate])
        let sub = path("\(name)-sub")
        try sign(sub, "/CN=\(name) sub", curve, by: root, extensions: "basicConstraints=critical,CA:TRUE")
        let end = path("\(name)-leaf")
        try sign(end, "/CN=\(leaf)", curve, by: sub, extensions: "keyUsage=critical,digitalSignature,keyAgreement")
        let chain = folder.appendingPathComponent("\(name)-chain.pem").path
        let both = try [end, sub].map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }.joined()
        try both.write(toFile: chain, atomically: true, encoding: .utf8)
        return (root.certificate, chain, end.key)
    }

    private typealias Files = (certificate: String, key: String)

    private func path(_ name: String) -> Files {
        (folder.appendingPathComponent(name + ".pem").path, folder.appendingPathComponent(name + ".key").path)
    }

    private func request(_ curve: String, _ key: String) -> [String] {
        ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:\(curve)", "-nodes", "-keyout", key]
    }

    private func sign(_ made: Files, _ subject: String, _ curve: String, by issuer: Files, extensions: String) throws {
        let asked = made.certificate + ".csr"
        let extra = made.certificate + ".ext"
        try extensions.write(toFile: extra, atomically: true, encoding: .utf8)
        try run(request(curve, made.key) + ["-subj", subject, "-out", asked])
        try run([
            "x509", "-req", "-in", asked, "-CA", issuer.certificate, "-CAkey", issuer.key, "-CAcreateserial", "-days",
            "2", "-extfile", extra, "-out", made.certificate,
        ])
    }

    private func run(_ arguments: [String]) throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = arguments
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }
}
