// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Hummingbird
import NIOCore

/// What a driver's display asks for: reading only, of one EVSE, and nothing that is secret.
struct DisplayRoutes: Sendable {
    let gateway: any GatewayPort

    var all: [Route] {
        [
            Route(
                .get, "/display/{evse}",
                Operation(
                    id: "displayPage", summary: "The driver's display at one EVSE, a page for a tablet or phone",
                    query: [Self.language], mediaType: "text/html", problems: [404])
            ) { request throws(APIProblem) in
                _ = try await display(request)
                return PageResponse.html(DisplayPage.html)
            },
            Route(
                .get, "/api/display/{evse}",
                Operation(
                    id: "display", summary: "What the driver at one EVSE is shown", query: [Self.language],
                    answers: "Display", problems: [404])
            ) { request throws(APIProblem) in try .json(try await display(request)) },
            Route(
                .get, "/api/display/{evse}/stream",
                Operation(
                    id: "displayStream",
                    summary: "Server-sent events named “display”, each a Display, at least every second",
                    query: [Self.language], mediaType: "text/event-stream", problems: [404])
            ) { request throws(APIProblem) in try await stream(request) },
        ]
    }

    private static let language = (
        name: "lang", meaning: "RFC 5646 tag the reader prefers; without it, the driver's or the station's language"
    )

    /// Longer than any tag; what is longer is nobody's language.
    private static let longestTag = 35

    private func language(_ request: APIRequest) -> String? {
        request.query(Self.language.name).flatMap { $0.utf8.count <= Self.longestTag ? $0 : nil }
    }

    private func display(_ request: APIRequest) async throws(APIProblem) -> DriverDisplay {
        try await gateway.display(evse: request.evse("evse"), language: language(request))
    }

    private func stream(_ request: APIRequest) async throws(APIProblem) -> Response {
        let first = try await display(request)
        let (gateway, language) = (gateway, language(request))
        return EventStream(name: "display") { gateway.displayUpdates(evse: first.evse, language: language) }
            .response(to: request.raw)
    }
}

/// A page that brings everything with it: its policy lets it load nothing and talk to this API only.
enum PageResponse {
    static func html(_ page: String) -> Response {
        var response = Response.text(ByteBuffer(string: page), as: "text/html; charset=utf-8")
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
            + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return response
    }
}
