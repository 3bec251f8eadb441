// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials
import Hummingbird

/// What the daemon answers and obeys.
struct GatewayRoutes: Sendable {
    let gateway: any GatewayPort

    var all: [Route] { reading + setpoints + limits + TokenRoutes(gateway: gateway).all }

    private var reading: [Route] {
        [
            Route(
                .get, "/api/status",
                Operation(id: "status", summary: "The whole site at this moment", answers: "SiteStatus")
            ) { _ throws(APIProblem) in try .json(try await gateway.status()) },
            Route(
                .get, "/api/status/stream",
                Operation(
                    id: "statusStream",
                    summary:
                        "Server-sent events named “status”, each a SiteStatus, on change and at least every second",
                    mediaType: "text/event-stream")
            ) { [gateway] request throws(APIProblem) in
                EventStream(name: "status") { gateway.statusUpdates() }.response(to: request.raw)
            },
            Route(
                .get, "/api/why",
                Operation(
                    id: "whyAll", summary: "The decision for every EVSE and what shaped it", query: [Self.at],
                    answers: "Explanation", answersMany: true, problems: [400, 404])
            ) { request throws(APIProblem) in try .json(try await gateway.why(evse: nil, at: Self.time(request))) },
            Route(
                .get, "/api/why/{evse}",
                Operation(
                    id: "why", summary: "The decision for one EVSE and what shaped it", query: [Self.at],
                    answers: "Explanation", problems: [400, 404])
            ) { request throws(APIProblem) in try .json(try await why(request)) },
        ]
    }

    private static let at = (name: "at", meaning: "ISO 8601 time of the decision; without it, the last one")

    private static func time(_ request: APIRequest) throws(APIProblem) -> Date? {
        guard let text = request.query("at") else { return nil }
        guard let time = WireJSON.date(text) else {
            throw .malformed("“\(text)” is not a time.", remedy: "Write it like 2026-03-29T14:02:00Z.")
        }
        return time
    }

    private func why(_ request: APIRequest) async throws(APIProblem) -> Explanation {
        let evse = try request.evse("evse")
        let found = try await gateway.why(evse: evse, at: Self.time(request))
        guard let explanation = found.first(where: { $0.evse == evse }) else {
            throw .unknown("There is no decision for EVSE \(evse).", remedy: "GET /api/status lists the EVSEs.")
        }
        return explanation
    }

    private var setpoints: [Route] {
        [
            Route(.put, "/api/setpoint", Self.setting("setSiteSetpoint", "Ask the whole site for a power")) {
                request throws(APIProblem) in try await setSetpoint(request, evse: nil)
            },
            Route(.delete, "/api/setpoint", Self.releasing("releaseSiteSetpoint", "Give the site's setpoint back")) {
                _ throws(APIProblem) in try .json(try await gateway.releaseSetpoint(evse: nil))
            },
            Route(.put, "/api/evses/{id}/setpoint", Self.setting("setSetpoint", "Ask one EVSE for a power")) {
                request throws(APIProblem) in try await setSetpoint(request, evse: request.evse("id"))
            },
            Route(.delete, "/api/evses/{id}/setpoint", Self.releasing("releaseSetpoint", "Give its setpoint back")) {
                request throws(APIProblem) in
                try .json(try await gateway.releaseSetpoint(evse: request.evse("id")))
            },
        ]
    }

    private func setSetpoint(_ request: APIRequest, evse: Int?) async throws(APIProblem) -> Response {
        let members = try RequestMembers(request.body, allowing: ["power", "for"])
        let (power, duration) = (try members.power(), try members.duration())
        return try .json(try await gateway.setSetpoint(power, evse: evse, for: duration))
    }

    private var limits: [Route] {
        [
            Route(
                .put, "/api/limits/{direction}",
                Self.setting("setLimit", "Limit import or export at the connection point")
            ) { request throws(APIProblem) in try await setLimit(request) },
            Route(.delete, "/api/limits/{direction}", Self.releasing("releaseLimit", "Release one limit set by hand")) {
                request throws(APIProblem) in
                try .json(try await gateway.releaseLimit(Self.direction(request)))
            },
            Route(.delete, "/api/limits", Self.releasing("releaseLimits", "Release both limits set by hand")) {
                _ throws(APIProblem) in try .json(try await gateway.releaseLimit(nil))
            },
        ]
    }

    private func setLimit(_ request: APIRequest) async throws(APIProblem) -> Response {
        let direction = try Self.direction(request)
        let members = try RequestMembers(request.body, allowing: ["power", "for"])
        let (size, duration) = (try members.power(), try members.duration())
        guard size >= .zero else {
            throw .malformed(
                "“power” is \(size): a limit has a direction and a size.",
                remedy: "Send \(-size) to limit \(direction.rawValue).")
        }
        return try .json(try await gateway.setLimit(direction, to: size, for: duration))
    }

    static func direction(_ request: APIRequest) throws(APIProblem) -> LimitDirection {
        let text = request.parameters["direction"] ?? ""
        guard let direction = LimitDirection(rawValue: text) else {
            throw .unknown("“\(text)” is not a direction.", remedy: "Possible: import, export.")
        }
        return direction
    }

    private static func setting(_ id: String, _ summary: String) -> Operation {
        Operation(
            id: id, summary: summary, body: "PowerRequest", answers: "Acknowledgement", problems: [400, 403, 404, 409])
    }

    private static func releasing(_ id: String, _ summary: String) -> Operation {
        Operation(id: id, summary: summary, answers: "Acknowledgement", problems: [403, 404])
    }
}
