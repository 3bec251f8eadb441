// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import FoundationEssentials
import Hummingbird

/// What test drivers do to simulated parts.
struct BenchRoutes: Sendable {
    let bench: any BenchPort

    var all: [Route] {
        [
            Route(
                .get, "/bench",
                Operation(id: "bench", summary: "The simulated parts and their state", answers: "BenchState")
            ) { _ throws(APIProblem) in try .json(try await bench.state()) },
            Route(
                .post, "/bench/{verb}",
                Operation(
                    id: "benchVerb", summary: "Do something to the bench: \(Self.verbs)", body: "BenchParameters",
                    answers: "Acknowledgement", problems: [400, 403, 404, 409])
            ) { request throws(APIProblem) in try await perform(request) },
            Route(
                .post, "/bench/{device}/{verb}",
                Operation(
                    id: "benchDeviceVerb", summary: "Do something to one simulated device: \(Self.verbs)",
                    body: "BenchParameters", answers: "Acknowledgement", problems: [400, 403, 404, 409])
            ) { request throws(APIProblem) in try await perform(request) },
        ]
    }

    private static let verbs = BenchVerb.allCases.map(\.rawValue).joined(separator: ", ")

    private func perform(_ request: APIRequest) async throws(APIProblem) -> Response {
        let name = request.parameters["verb"] ?? ""
        guard let verb = BenchVerb(rawValue: name) else {
            throw .unknown("The bench has no verb “\(name)”.", remedy: "Possible: \(Self.verbs).")
        }
        let parameters =
            request.body.readableBytes == 0 ? [:] : try RequestMembers(request.body, allowing: nil).all
        return try .json(
            try await bench.perform(verb, device: request.parameters["device"], parameters: parameters))
    }
}
