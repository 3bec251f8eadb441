// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import FoundationEssentials
import Hummingbird
import NIOCore

/// One thing the API can do: how it is reached, how it is described, what it does.
struct Route: Sendable {
    typealias Handler = @Sendable (APIRequest) async throws(APIProblem) -> Response

    let method: HTTPRequest.Method
    let template: RouteTemplate
    let operation: Operation
    let handle: Handler

    init(_ method: HTTPRequest.Method, _ path: String, _ operation: Operation, handle: @escaping Handler) {
        self.method = method
        self.template = RouteTemplate(path)
        self.operation = operation
        self.handle = handle
    }
}

/// What the OpenAPI document says about a route beyond its method and path.
struct Operation: Sendable {
    let id: String
    let summary: String
    /// The name of a schema in the document, for requests with a body.
    var body: String?
    /// Query parameters with their meaning.
    var query: [(name: String, meaning: String)] = []
    var mediaType = "application/json"
    /// The name of a schema; nil where the answer is text.
    var answers: String?
    var answersMany = false
    /// Statuses other than 200 that a correct client must expect.
    var problems: [Int] = []
}

/// `/api/evses/{id}/setpoint`: literal segments and named ones.
struct RouteTemplate: Hashable, Sendable {
    let text: String
    private let segments: [Substring]

    init(_ text: String) {
        self.text = text
        self.segments = text.split(separator: "/")
    }

    var parameters: [String] {
        segments.compactMap { $0.first == "{" ? String($0.dropFirst().dropLast()) : nil }
    }

    /// The values of the named segments, or nil where `path` is another one.
    func match(_ path: String) -> [String: String]? {
        let found = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let wanted = segments.isEmpty ? [""] : segments
        guard found.count == wanted.count else { return nil }
        var values: [String: String] = [:]
        for (segment, value) in zip(wanted, found) {
            if segment.first == "{" {
                guard let decoded = PercentCoding.decode(value), !decoded.isEmpty else { return nil }
                values[String(segment.dropFirst().dropLast())] = decoded
            } else if segment != value {
                return nil
            }
        }
        return values
    }
}

/// A request that has been matched to its route, its body read.
struct APIRequest: Sendable {
    let parameters: [String: String]
    let body: ByteBuffer
    let raw: Request

    func query(_ name: String) -> String? { raw.uri.queryParameters[name[...]].map(String.init) }

    /// - Throws: 404 for an EVSE that is not a number: no EVSE is called that.
    func evse(_ name: String) throws(APIProblem) -> Int {
        let text = parameters[name] ?? ""
        guard let number = Int(text), number > 0 else {
            throw .unknown(
                "“\(text)” is not an EVSE: they are numbered.", remedy: "GET /api/status lists them.")
        }
        return number
    }
}

extension Response {
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws(APIProblem) -> Response {
        let data: Data
        do {
            data = try WireJSON.encode(value)
        } catch {
            throw APIProblem(
                status: 500, "The answer could not be written as JSON: \(error)",
                remedy: "This is a fault of Sluice; please report it.")
        }
        return text(ByteBuffer(bytes: data), as: "application/json", status: status)
    }

    static func text(_ body: ByteBuffer, as mediaType: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: mediaType, .cacheControl: "no-store", .xContentTypeOptions: "nosniff"],
            body: ResponseBody(byteBuffer: body))
    }

    static func problem(_ problem: APIProblem) -> Response {
        do {
            return try json(problem, status: HTTPResponse.Status(code: problem.status))
        } catch {
            return Response(status: .internalServerError)
        }
    }
}
