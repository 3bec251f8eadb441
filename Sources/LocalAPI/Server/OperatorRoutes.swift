// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials
import Hummingbird
import NIOCore

/// The grid operator's channels, and the record of what came through them.
struct OperatorRoutes: Sendable {
    let gateway: any GatewayPort

    var all: [Route] { limitation + reduction + scheme + service + evidence }

    private var limitation: [Route] {
        [
            Route(
                .post, "/api/operator/{direction}/heartbeat",
                Self.operation("operatorHeartbeat", "The box that sends limits is alive", body: nil)
            ) { request throws(APIProblem) in
                try .json(try await gateway.instruct(.heartbeat(GatewayRoutes.direction(request))))
            },
            Route(
                .put, "/api/operator/{direction}/limit",
                Self.operation("operatorLimit", "Limit consumption (import) or production (export), EEBUS LPC and LPP")
            ) { request throws(APIProblem) in
                let members = try RequestMembers(request.body, allowing: ["power", "for"])
                let instruction = OperatorInstruction.limit(
                    try GatewayRoutes.direction(request), size: try members.power(), isActive: true,
                    duration: try members.duration())
                return try .json(try await gateway.instruct(instruction))
            },
            Route(
                .delete, "/api/operator/{direction}/limit",
                Self.operation("operatorLimitEnd", "Lift the limit; the box stays in control", body: nil)
            ) { request throws(APIProblem) in
                let instruction = OperatorInstruction.limit(
                    try GatewayRoutes.direction(request), size: .zero, isActive: false, duration: nil)
                return try .json(try await gateway.instruct(instruction))
            },
            Route(
                .put, "/api/operator/{direction}/failsafe",
                Self.operation("operatorFailsafe", "What holds while the box is silent, and for how long at least")
            ) { request throws(APIProblem) in
                try await failsafe(request)
            },
        ]
    }

    private var reduction: [Route] {
        [
            Route(
                .put, "/api/operator/reduction",
                Self.operation("reduce", "Reduce what all controllable devices draw together (§ 14a EnWG)")
            ) { request throws(APIProblem) in
                let members = try RequestMembers(request.body, allowing: ["power", "for"])
                let instruction = OperatorInstruction.reduction(
                    to: try members.power(), duration: try members.duration())
                return try .json(try await gateway.instruct(instruction))
            },
            Route(
                .delete, "/api/operator/reduction", Self.operation("endReduction", "End the reduction", body: nil)
            ) { _ throws(APIProblem) in try .json(try await gateway.instruct(.endOfReduction)) },
            Route(
                .put, "/api/operator/relays/{contact}",
                Self.operation("relay", "A contact of the control box: closed, open or unknown", body: "Contact")
            ) { request throws(APIProblem) in
                try .json(try await gateway.instruct(Self.relay(request)))
            },
        ]
    }

    private var scheme: [Route] {
        [
            Route(
                .put, "/api/operator/limitation-scheme/limits",
                Self.operation("schemeLimits", "Change the limits of the limitation scheme (EREC G100)", body: "Scheme")
            ) { request throws(APIProblem) in
                let members = try RequestMembers(request.body, allowing: ["import", "export", "code"])
                let instruction = OperatorInstruction.schemeLimits(
                    import: try members.current("import"), export: try members.current("export"),
                    code: try members.code())
                return try .json(try await gateway.instruct(instruction))
            },
            Route(
                .post, "/api/operator/limitation-scheme/reset",
                Self.operation("schemeReset", "End a lock-out of the limitation scheme", body: "Code")
            ) { request throws(APIProblem) in
                let code = try RequestMembers(request.body, allowing: ["code"]).code()
                return try .json(try await gateway.instruct(.schemeReset(code: code)))
            },
        ]
    }

    private var service: [Route] {
        [
            Route(
                .put, "/api/operator/cease-to-energise",
                Self.operation("ceaseToEnergise", "End all delivery within the time of the grid code", body: nil)
            ) { _ throws(APIProblem) in try .json(try await gateway.instruct(.ceaseToEnergise)) },
            Route(
                .delete, "/api/operator/cease-to-energise",
                Self.operation("permitService", "Permit delivery again; it enters service anew", body: nil)
            ) { _ throws(APIProblem) in try .json(try await gateway.instruct(.permitService)) },
        ]
    }

    private func failsafe(_ request: APIRequest) async throws(APIProblem) -> Response {
        let direction = try GatewayRoutes.direction(request)
        let members = try RequestMembers(request.body, allowing: ["power", "for"])
        let (size, duration) = (try members.power(), try members.duration())
        if let duration { _ = try await gateway.instruct(.failsafeDuration(direction, duration)) }
        return try .json(try await gateway.instruct(.failsafe(direction, size: size)))
    }

    private static func relay(_ request: APIRequest) throws(APIProblem) -> OperatorInstruction {
        let name = request.parameters["contact"] ?? ""
        guard let relay = RelayName(rawValue: name) else {
            throw .unknown("“\(name)” is no contact.", remedy: "Possible: W3, S2, S1, W4.")
        }
        let state = try RequestMembers(request.body, allowing: ["state"]).all["state"] ?? ""
        switch state {
        case "closed": return .relay(relay, isClosed: true)
        case "open": return .relay(relay, isClosed: false)
        case "unknown": return .relay(relay, isClosed: nil)
        default: throw .malformed("“state” is “\(state)”.", remedy: "Possible: closed, open, unknown.")
        }
    }

    private var evidence: [Route] {
        [
            Route(
                .get, "/api/evidence",
                Operation(
                    id: "evidence",
                    summary: "The record of instructions, limits and what was done, as CSV or JSON lines",
                    query: [
                        (
                            name: "from",
                            meaning: "ISO 8601 time of the first record; without it, as far back as is kept"
                        ),
                        (name: "to", meaning: "ISO 8601 time after the last record; without it, now"),
                        (name: "format", meaning: "csv or json; without it, csv"),
                    ], mediaType: "text/csv", problems: [400, 409])
            ) { request throws(APIProblem) in try export(request) },
            Route(
                .get, "/api/evidence/verification",
                Operation(
                    id: "verifyEvidence", summary: "Whether the record is whole", answers: "EvidenceVerification",
                    problems: [409])
            ) { _ throws(APIProblem) in try .json(try await gateway.verifyEvidence()) },
        ]
    }

    private func export(_ request: APIRequest) throws(APIProblem) -> Response {
        let format = try Self.format(request.query("format"))
        let to = try Self.time(request.query("to"), "to") ?? Date()
        let from = try Self.time(request.query("from"), "from") ?? to.addingTimeInterval(-Self.longestRecord)
        let pieces = try gateway.evidence(from: from, to: to, format: format)
        return Response(
            status: .ok,
            headers: [.contentType: format == .csv ? "text/csv; charset=utf-8" : "application/x-ndjson"],
            body: ResponseBody { writer in
                while let piece = try await pieces.next() { try await writer.write(ByteBuffer(string: piece)) }
                try await writer.finish(nil)
            })
    }

    /// Nothing is kept longer than ten years.
    private static let longestRecord: Double = 3_660 * 86_400

    private static func format(_ text: String?) throws(APIProblem) -> EvidenceFormat {
        guard let text else { return .csv }
        guard let format = EvidenceFormat(rawValue: text) else {
            throw .malformed("“\(text)” is not a format.", remedy: "Possible: csv, json.")
        }
        return format
    }

    private static func time(_ text: String?, _ name: String) throws(APIProblem) -> Date? {
        guard let text else { return nil }
        guard let time = WireJSON.date(text) else {
            throw .malformed("“\(name)”: “\(text)” is not a time.", remedy: "Write it like 2026-03-29T14:02:00Z.")
        }
        return time
    }

    private static func operation(_ id: String, _ summary: String, body: String? = "PowerRequest") -> Operation {
        Operation(id: id, summary: summary, body: body, answers: "Acknowledgement", problems: [400, 403, 404, 409])
    }
}
