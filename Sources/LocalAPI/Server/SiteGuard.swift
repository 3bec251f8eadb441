// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Hummingbird

/// Keeps web pages from other sites out. A page that resolves its own name to 127.0.0.1 (DNS rebinding) still sends
/// that name as `Host`; a page that posts here from elsewhere still sends its `Origin`.
enum SiteGuard {
    static func check(_ head: HTTPRequest) throws(APIProblem) {
        guard let authority = head.authority, isLoopback(authority) else {
            throw APIProblem(
                status: 403, "The request names the host “\(head.authority ?? "")”, which is not this machine.",
                remedy: "Address the API as 127.0.0.1, localhost or [::1].")
        }
        guard let origin = head.headerFields[.origin], changes(head.method) else { return }
        // The dashboard's own origin is exactly the host it was loaded from; `null` and other ports are someone else.
        guard origin.lowercased() == "http://\(authority.lowercased())" else {
            throw APIProblem(
                status: 403, "A web page from “\(origin)” may not change this site.",
                remedy: "Use the dashboard that this API serves, or a client that is not a web page.")
        }
    }

    static func isLoopback(_ authority: String) -> Bool {
        let host = ListenAddress.split(authority)?.host ?? withoutBrackets(authority)
        return ListenAddress.loopbackLiteral(host) != nil
    }

    private static func withoutBrackets(_ host: String) -> String {
        host.first == "[" && host.last == "]" ? String(host.dropFirst().dropLast()) : host
    }

    private static func changes(_ method: HTTPRequest.Method) -> Bool {
        method != .get && method != .head && method != .options
    }
}
