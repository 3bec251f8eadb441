// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import FoundationEssentials
import Hummingbird

/// What a person on site shows the station: a token, to begin or to end.
struct TokenRoutes: Sendable {
    let gateway: any GatewayPort

    var all: [Route] {
        [
            Route(
                .post, "/api/evses/{id}/token",
                Operation(
                    id: "presentToken", summary: "Show a token at an EVSE, as its reader would", body: "Token",
                    answers: "Acknowledgement", problems: [400, 403, 404, 409])
            ) { request throws(APIProblem) in
                let members = try RequestMembers(request.body, allowing: ["token", "type"])
                return try .json(
                    try await gateway.present(
                        token: members.token(), type: members.all["type"] ?? "ISO14443", evse: request.evse("id")))
            }
        ]
    }
}

extension RequestMembers {
    fileprivate func token() throws(APIProblem) -> String {
        guard let token = all["token"], !token.isEmpty, token.unicodeScalars.count <= 255 else {
            throw .malformed(
                "“token” is missing, or longer than 255 characters.",
                remedy: "Send for example {\"token\": \"04A2B9\"}.")
        }
        return token
    }
}
