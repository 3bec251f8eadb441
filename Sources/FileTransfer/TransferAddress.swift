// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import TLS

/// Where a file is or goes: `http[s]://[name:password@]host[:port][/path][?query]`.
package struct TransferAddress: Hashable, Sendable, CustomStringConvertible {
    /// For HTTP Basic (N01.FR.25).
    package struct Login: Hashable, Sendable {
        package var name: String
        package var password: String
    }

    package let isSecure: Bool
    private let server: HostAndPort
    /// Path and query as they are sent (N01.FR.29); begins with “/”.
    package let target: String
    package let login: Login?

    /// The protocols that FileTransferProtocols names.
    package static let protocols = ["HTTP", "HTTPS"]

    package init(_ text: String) throws(TransferFault) {
        func no(_ words: String) -> TransferFault { .addressUnusable(Self.withoutLogin(text), words: words) }
        let lowered = text.prefix(8).lowercased()
        guard lowered.hasPrefix("http://") || lowered.hasPrefix("https://") else {
            throw .protocolUnsupported(Self.withoutLogin(text))
        }
        isSecure = lowered.hasPrefix("https://")
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw no("it may hold visible ASCII only") }
        // A fragment is never sent (N01.FR.27).
        let rest = text.dropFirst(isSecure ? 8 : 7).prefix { $0 != "#" }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let target = String(rest[end...])
        self.target = target.hasPrefix("/") ? target : "/" + target
        var authority = rest[..<end]
        if let at = authority.lastIndex(of: "@") {
            guard let login = Self.login(authority[..<at]) else { throw no("its name and password cannot be read") }
            self.login = login
            authority = authority[authority.index(after: at)...]
        } else {
            login = nil
        }
        guard let server = HostAndPort(authority, isSecure: isSecure) else {
            throw no("“\(authority)” is no host[:port]")
        }
        self.server = server
    }

    private static func login(_ text: Substring) -> Login? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first.flatMap(decoded), !name.contains(":"), !name.isEmpty,
            let password = parts.count > 1 ? decoded(parts[1]) : ""
        else { return nil }
        return Login(name: name, password: password)
    }

    /// Percent-decoded.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A DNS name or an IP address, IPv6 without brackets.
    package var host: String { server.host }
    package var port: Int { server.port }

    /// The host as HTTP wants it, with the port unless it is the usual one.
    package var authority: String { server.authority(isSecure: isSecure) }

    /// For messages: without name and password, and without a query, which may be as secret.
    package var description: String {
        "\(isSecure ? "https" : "http")://\(authority)\(target.prefix { $0 != "?" })"
    }

    private static func withoutLogin(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return String(text.prefix(200)) }
        return "…" + String(text[at...].prefix(200))
    }
}
