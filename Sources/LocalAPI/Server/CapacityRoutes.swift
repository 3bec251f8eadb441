// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials
import Hummingbird

/// The channels of flexible capacity and of operating envelopes.
struct CapacityRoutes: Sendable {
    let gateway: any GatewayPort

    var all: [Route] { flexible + envelope }

    private var flexible: [Route] {
        [
            Route(
                .get, "/api/operator/flexible",
                Operation(
                    id: "flexibleCapacity", summary: "What the flexible agreement allows now, and its withdrawals",
                    answers: "FlexibleStatus", problems: [409])
            ) { _ throws(APIProblem) in try .json(try await gateway.flexibleCapacity()) },
            Route(
                .post, "/api/operator/flexible/heartbeat",
                Self.operation("flexibleHeartbeat", "The operator of the flexible capacity is alive", body: nil)
            ) { _ throws(APIProblem) in try .json(try await gateway.instruct(.flexible(.heard))) },
            Route(
                .post, "/api/operator/flexible/permissions",
                Self.operation(
                    "permitCapacity", "Permit flexible capacity; replaces the permission before it", body: "Capacity")
            ) { request throws(APIProblem) in try await instruct(.permission, request) },
            Route(
                .post, "/api/operator/flexible/withdrawals",
                Self.operation(
                    "withdrawCapacity", "Withdraw flexible capacity, all of it or down to what is named",
                    body: "Capacity")
            ) { request throws(APIProblem) in try await instruct(.withdrawal, request) },
            Route(
                .delete, "/api/operator/flexible/instructions/{id}",
                Self.operation("cancelCapacity", "Cancel a permission or withdrawal", body: nil)
            ) { request throws(APIProblem) in
                try .json(try await gateway.instruct(.flexible(.cancel(try Self.number(request)))))
            },
        ]
    }

    private var envelope: [Route] {
        [
            Route(
                .get, "/api/operator/envelope",
                Operation(
                    id: "operatingEnvelope", summary: "The default and the controls of the operating envelope",
                    answers: "EnvelopeStatus", problems: [409])
            ) { _ throws(APIProblem) in try .json(try await gateway.operatingEnvelope()) },
            Route(
                .post, "/api/operator/envelope/heartbeat",
                Self.operation("envelopeHeartbeat", "The envelope's server is alive and has nothing new", body: nil)
            ) { _ throws(APIProblem) in try .json(try await gateway.instruct(.envelope(.heard))) },
            Route(
                .post, "/api/operator/envelope/controls",
                Self.operation(
                    "createControl", "An event of the envelope (IEEE 2030.5 DERControl)", body: "EnvelopeControl")
            ) { request throws(APIProblem) in
                try .json(try await gateway.instruct(.envelope(.control(try Self.control(request)))))
            },
            Route(
                .delete, "/api/operator/envelope/controls/{id}",
                Self.operation("cancelControl", "Cancel an event of the envelope", body: nil)
            ) { request throws(APIProblem) in
                try .json(try await gateway.instruct(.envelope(.cancel(try Self.number(request)))))
            },
            Route(
                .put, "/api/operator/envelope/default",
                Self.operation(
                    "envelopeDefault",
                    "What holds without an event (IEEE 2030.5 DefaultDERControl); replaces the whole",
                    body: "EnvelopeBounds")
            ) { request throws(APIProblem) in
                let members = try RequestMembers(request.body, allowing: Self.bounds)
                return try .json(try await gateway.instruct(.envelope(.defaults(try Self.bounds(members)))))
            },
        ]
    }

    private func instruct(
        _ kind: FlexibleInstruction.Kind, _ request: APIRequest
    ) async throws(APIProblem) -> Response {
        let members = try RequestMembers(request.body, allowing: ["import", "export", "start", "for"])
        let (drawn, delivered) = (try members.size("import"), try members.size("export"))
        if kind == .permission, drawn == nil, delivered == nil {
            throw .malformed("Nothing is permitted.", remedy: "Send “import”, “export” or both, such as \"10 kW\".")
        }
        let instruction = FlexibleInstruction.instruct(
            kind, import: drawn ?? .zero, export: delivered ?? .zero, start: try members.time("start"),
            duration: try members.duration())
        return try .json(try await gateway.instruct(.flexible(instruction)))
    }

    private static let bounds = ["import", "export", "generation", "load", "energize"]

    private static func control(_ request: APIRequest) throws(APIProblem) -> EnvelopeOrder {
        let members = try RequestMembers(
            request.body, allowing: bounds + ["primacy", "start", "for", "randomize_start"])
        guard let duration = try members.duration() else {
            throw .malformed("“for” is missing.", remedy: "An event has an end, such as \"15 min\".")
        }
        return EnvelopeOrder(
            primacy: UInt8(try members.whole("primacy", in: 0...255) ?? 0), start: try members.time("start"),
            duration: duration, randomizeStart: Int32(try members.whole("randomize_start", in: -3_600...3_600) ?? 0),
            bounds: try bounds(members))
    }

    private static func bounds(_ members: RequestMembers) throws(APIProblem) -> EnvelopeBounds {
        EnvelopeBounds(
            import: try members.size("import"), export: try members.size("export"),
            generation: try members.size("generation"), load: try members.size("load"),
            energize: try members.flag("energize"))
    }

    private static func number(_ request: APIRequest) throws(APIProblem) -> UInt64 {
        let text = request.parameters["id"] ?? ""
        guard let number = UInt64(text) else {
            throw .unknown(
                "“\(text)” is no instruction.", remedy: "They are numbered; the answer to each says its number.")
        }
        return number
    }

    private static func operation(_ id: String, _ summary: String, body: String?) -> Operation {
        Operation(id: id, summary: summary, body: body, answers: "Acknowledgement", problems: [400, 403, 404, 409])
    }
}

extension RequestMembers {
    /// A power of zero or more; nil where it is not given.
    func size(_ name: String) throws(APIProblem) -> Power? {
        guard let text = all[name] else { return nil }
        let power: Power
        do {
            power = try Power(parsing: text)
        } catch {
            throw .malformed("“\(name)”: \(error.description).", remedy: "Possible: a number with W, kW or MW.")
        }
        guard power >= .zero else {
            throw .malformed("“\(name)” is \(power).", remedy: "It is a size: send zero or more.")
        }
        return power
    }

    func time(_ name: String) throws(APIProblem) -> Date? {
        guard let text = all[name] else { return nil }
        guard let time = WireJSON.date(text) else {
            throw .malformed("“\(name)”: “\(text)” is not a time.", remedy: "Write it like 2026-03-29T14:02:00Z.")
        }
        return time
    }

    func flag(_ name: String) throws(APIProblem) -> Bool? {
        switch all[name] {
        case nil: return nil
        case "true": return true
        case "false": return false
        case let text?: throw .malformed("“\(name)” is “\(text)”.", remedy: "Possible: \"true\", \"false\".")
        }
    }

    /// A number without a unit, as text or as a number.
    func whole(_ name: String, in range: ClosedRange<Int>) throws(APIProblem) -> Int? {
        guard let text = all[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .malformed(
                "“\(name)” is “\(text)”.",
                remedy: "Send a whole number from \(range.lowerBound) to \(range.upperBound), in quotes.")
        }
        return number
    }
}
