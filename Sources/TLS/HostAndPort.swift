// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Which server, as the addresses of HTTP and WebSocket name it (RFC 3986, 3.2).
package struct HostAndPort: Hashable, Sendable {
    /// A DNS name or an IP address, IPv6 without brackets.
    package let host: String
    package let port: Int

    /// - Parameter authority: `host[:port]`, without name and password.
    /// - Returns: nil for anything else.
    package init?(_ authority: Substring, isSecure: Bool) {
        var host = authority
        var port: Int?
        let bracket = authority.lastIndex(of: "]")
        if let colon = authority.lastIndex(of: ":"), colon > bracket ?? authority.startIndex {
            let digits = authority[authority.index(after: colon)...]
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
                (1...65_535).contains(number)
            else { return nil }
            (host, port) = (authority[..<colon], number)
        }
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(where: { ":[]".contains($0) }) {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port ?? Self.usualPort(isSecure)
    }

    /// As HTTP wants it, with the port unless it is the usual one.
    package func authority(isSecure: Bool) -> String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port == Self.usualPort(isSecure) ? host : "\(host):\(port)"
    }

    private static func usualPort(_ isSecure: Bool) -> Int { isSecure ? 443 : 80 }
}
