// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Where the API listens. Only loopback, because without TLS and a token anything else would hand the site to whoever
/// reaches the port.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A literal address of this machine's loopback interface.
    package let host: String
    /// Zero lets the system choose.
    package let port: Int

    package static let standard = ListenAddress(host: "127.0.0.1", port: 8080)

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// For what may be open to whoever reaches it: reading only, and nothing secret.
    /// - Parameter host: A literal address of this machine.
    package init(open host: String, port: Int) { self.init(host: host, port: port) }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Reads `127.0.0.1:8080`, `localhost:8080` or `[::1]:8080`.
    /// - Throws: A configuration problem (status 0) that names what was found and what is allowed.
    package init(parsing text: String) throws(APIProblem) {
        guard let (host, port) = Self.split(text) else {
            throw APIProblem(
                status: 0, "“\(text)” is not an address to listen on.",
                remedy: "Write HOST:PORT, for example 127.0.0.1:8080.")
        }
        guard let literal = Self.loopbackLiteral(host) else {
            throw APIProblem(
                status: 0, "The API may not listen on \(text): it is reachable from outside this machine.",
                remedy: "TLS and tokens, which that needs, are not supported yet. Listen on 127.0.0.1:\(port) and "
                    + "reach it through an SSH tunnel or a reverse proxy that authenticates.")
        }
        self.init(host: literal, port: port)
    }

    /// Splits `host:port` and `[v6]:port`; nil where the port is missing or none.
    static func split(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(digits),
            port <= 65_535
        else { return nil }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty ? nil : (String(host), port)
    }

    /// The literal address behind a loopback name, or nil for anything that is not loopback for certain.
    static func loopbackLiteral(_ host: String) -> String? {
        if host.lowercased() == "localhost" { return "127.0.0.1" }
        if host == "::1" { return host }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && ($0 == "0" || $0.first != "0") }
        return isAddress && parts[0] == "127" ? host : nil
    }
}
