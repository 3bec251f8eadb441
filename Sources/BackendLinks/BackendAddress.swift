// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import TLS

/// Where a backend listens: `ws[s]://host[:port][/path]`.
package struct BackendAddress: Hashable, Sendable, CustomStringConvertible {
    package let isSecure: Bool
    private let server: HostAndPort
    /// Begins with “/” unless empty, and never ends with it.
    package let path: String

    package init(_ text: String) throws(BackendRefused) {
        func no(_ words: String) -> BackendRefused { .addressUnusable(text, words: words) }
        let rest: Substring
        if text.lowercased().hasPrefix("wss://") {
            (isSecure, rest) = (true, text.dropFirst(6))
        } else if text.lowercased().hasPrefix("ws://") {
            (isSecure, rest) = (false, text.dropFirst(5))
        } else {
            throw no("it must begin with “wss://” or “ws://”")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw no("it may hold visible ASCII only") }
        guard !rest.contains("@") else { throw no("name and password have fields of their own") }
        guard !rest.contains("?"), !rest.contains("#") else { throw no("“?” and “#” have no meaning here") }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var path = rest[slash...]
        while path.last == "/" { path.removeLast() }
        self.path = String(path)
        guard let server = HostAndPort(rest[..<slash], isSecure: isSecure) else {
            throw no("“\(rest[..<slash])” is no host[:port]")
        }
        self.server = server
    }

    /// A DNS name or an IP address, IPv6 without brackets.
    package var host: String { server.host }
    package var port: Int { server.port }

    /// The host as HTTP wants it, with the port unless it is the usual one.
    package var authority: String { server.authority(isSecure: isSecure) }

    package var description: String { "\(isSecure ? "wss" : "ws")://\(authority)\(path)" }

    /// The resource a station asks for: the path, “/” and its identity, percent-encoded (OCPP-J 3.1.1).
    package func resource(of identity: String) -> String {
        let hexadecimal = Array("0123456789ABCDEF".utf8)
        var bytes = Array((path + "/").utf8)
        for byte in identity.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case _: bytes += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
