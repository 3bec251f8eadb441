// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Hummingbird
import Logging
import NIOCore

/// Finds the route of a request and turns everything that goes wrong into a JSON error.
struct RouteTable: HTTPResponder {
    typealias Context = BasicRequestContext

    /// Longest body in bytes; the longest sensible request is a few hundred.
    static let maxBody = 16_384

    let routes: [Route]
    /// Whether pages of other sites are kept out; not where there is nothing to be kept from them.
    var isGuarded = true

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        do throws(APIProblem) {
            if isGuarded { try SiteGuard.check(request.head) }
            let response = try await answer(request)
            return request.method == .head ? response.createHeadResponse() : response
        } catch {
            context.logger.debug("request refused", metadata: ["status": "\(error.status)", "error": "\(error.error)"])
            var response = Response.problem(error)
            if error.status == 405 { response.headers[.allow] = allowed(at: request.uri.path) }
            // A body that was not read to its end must not be taken for the next request.
            if error.status == 413 { response.headers[.connection] = "close" }
            return request.method == .head ? response.createHeadResponse() : response
        }
    }

    private func answer(_ request: Request) async throws(APIProblem) -> Response {
        let path = request.uri.path
        let method = request.method == .head ? .get : request.method
        let here = routes.compactMap { route in route.template.match(path).map { (route, $0) } }
        guard !here.isEmpty else {
            throw .unknown("There is nothing at \(path).", remedy: "GET /openapi.json lists what there is.")
        }
        guard let (route, parameters) = here.first(where: { $0.0.method == method }) else {
            throw APIProblem(
                status: 405, "\(request.method.rawValue) is not possible at \(path).",
                remedy: "Possible: \(allowed(at: path)).")
        }
        let body = method == .get ? ByteBuffer() : try await collect(request)
        return try await route.handle(APIRequest(parameters: parameters, body: body, raw: request))
    }

    private func collect(_ request: Request) async throws(APIProblem) -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: Self.maxBody)
        } catch is NIOTooManyBytesError {
            throw APIProblem(
                status: 413, "The body is larger than \(Self.maxBody) bytes.",
                remedy: "GET /openapi.json describes the few members a request may have.")
        } catch {
            throw .malformed("The body could not be read: \(error)", remedy: "Send the request again.")
        }
    }

    private func allowed(at path: String) -> String {
        routes.filter { $0.template.match(path) != nil }.map(\.method.rawValue).joined(separator: ", ")
    }
}
