// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Something that was exchanged and may not work yet: the newer one is tried first, then both in turn until one
/// connects, so that no station is stranded (A02.FR.28, M05.FR.14).
struct Renewal: Equatable, Sendable {
    private(set) var isOpen = false
    /// Whether the next attempt is made with the former.
    private(set) var usesFormer = false

    mutating func begin() {
        isOpen = true
        usesFormer = false
    }

    mutating func refused() { if isOpen { usesFormer.toggle() } }

    /// A connection stands.
    /// - Returns: Whether it is the former that connected; nil if nothing was exchanged.
    mutating func settle() -> Bool? {
        guard isOpen else { return nil }
        defer { self = Renewal() }
        return usesFormer
    }
}

/// By what station and backend recognise each other: the password, the station's certificate, the backend's root.
struct Proofs: Equatable, Sendable {
    /// Set by BasicAuthPassword (A01.FR.01); nil leaves it to the network profile.
    var password: String?
    /// What it was before, while the newer one has not connected.
    var formerPassword: String?
    var passwordChange = Renewal()
    var certificateChange = Renewal()
    var rootChange = Renewal()

    static let passwordKey = "security/password"
    static let certificateKey = "security/renewed-certificate"
    static let rootKey = "security/renewed-root"
    /// Says only that something is so.
    static let mark = Array("true".utf8)

    init(kept: [String: [UInt8]] = [:]) {
        if let password = KeptPassword(keptBytes: kept[Self.passwordKey]) {
            self.password = password.password
            formerPassword = password.former
            if password.isOpen { passwordChange.begin() }
        }
        if kept[Self.certificateKey] != nil { certificateChange.begin() }
        if kept[Self.rootKey] != nil { rootChange.begin() }
    }

    /// A01.FR.10: in clear text, since it must be sent as it is. Whoever keeps it keeps it to itself.
    var keptPassword: [UInt8]? {
        guard let password else { return nil }
        return KeptPassword(password: password, former: formerPassword, isOpen: passwordChange.isOpen).keptBytes
    }

    mutating func change(passwordTo newer: String) {
        // A second change before the first has connected: the one that once worked stays the way back.
        if !passwordChange.isOpen { formerPassword = password }
        password = newer
        passwordChange.begin()
    }

    /// - Returns: Whether the newer one was given up.
    mutating func settlePassword() -> Bool? {
        guard let usesFormer = passwordChange.settle() else { return nil }
        if usesFormer { password = formerPassword }
        formerPassword = nil
        return usesFormer
    }
}

private struct KeptPassword: OCPPObject {
    var password: String
    var former: String?
    var isOpen: Bool

    static let fields: [StaticString] = ["password", "former", "isOpen"]

    init(password: String, former: String?, isOpen: Bool) {
        self.password = password
        self.former = former
        self.isOpen = isOpen
    }

    init(from reader: inout PayloadReader) throws(Violation) {
        var members = try reader.object()
        var password: String?
        isOpen = false
        while let field = try reader.field(of: Self.fields, &members) {
            switch field {
            case 0: password = try reader.text(64)
            case 1: former = try reader.text(64)
            case _: isOpen = try reader.boolean()
            }
        }
        guard let password else { throw reader.missing("password", members) }
        self.password = password
    }

    func write(to writer: inout PayloadWriter) {
        writer.beginObject()
        writer.text("password", password)
        writer.text("former", former)
        writer.boolean("isOpen", isOpen)
        writer.endObject()
    }
}
