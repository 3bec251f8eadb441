// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import FoundationEssentials
import Hummingbird

/// Describes exactly the routes that are mounted, in OpenAPI 3.1, from the route table itself.
enum OpenAPI {
    static let path = "/openapi.json"

    static func route(describing routes: [Route]) -> Route {
        let operation = Operation(id: "openapi", summary: "This document", answers: "Document")
        let own = Route(.get, path, operation) { _ throws(APIProblem) in throw .unknown("", remedy: "") }
        let document = document(routes + [own])
        return Route(.get, path, operation) { _ throws(APIProblem) in try .json(document) }
    }

    static func document(_ routes: [Route]) -> JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        for route in routes {
            paths[route.template.text, default: [:]][route.method.rawValue.lowercased()] = describe(route)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Sluice local API", "version": "1",
                "description": .string(
                    "Positive power is drawn from the grid toward the vehicle, negative is delivered. Numbers carry "
                        + "their unit in the key; in requests, quantities are text with their unit."),
            ],
            "paths": .object(paths.mapValues(JSONValue.object)),
            "components": ["schemas": .object(APISchemas.all)],
        ]
    }

    private static func describe(_ route: Route) -> JSONValue {
        let operation = route.operation
        var members: [String: JSONValue] = [
            "operationId": .string(operation.id), "summary": .string(operation.summary),
            "responses": responses(of: operation),
        ]
        let inPath = route.template.parameters.map { parameter($0, in: "path", meaning: meaning(of: $0)) }
        let inQuery = operation.query.map { parameter($0.name, in: "query", meaning: $0.meaning) }
        if !(inPath + inQuery).isEmpty { members["parameters"] = .array(inPath + inQuery) }
        if let body = operation.body {
            members["requestBody"] = [
                "required": .bool(body != "BenchParameters"),
                "content": ["application/json": ["schema": reference(body)]],
            ]
        }
        return .object(members)
    }

    private static func responses(of operation: Operation) -> JSONValue {
        var schema: JSONValue = operation.answers.map(reference) ?? ["type": "string"]
        if operation.answersMany { schema = ["type": "array", "items": schema] }
        var responses: [String: JSONValue] = [
            "200": ["description": "Done", "content": [operation.mediaType: ["schema": schema]].json]
        ]
        for status in operation.problems {
            responses["\(status)"] = [
                "description": .string(reasons[status] ?? "Refused"),
                "content": ["application/json": ["schema": reference("Problem")]],
            ]
        }
        return .object(responses)
    }

    private static let reasons = [
        400: "The request is wrong", 403: "The request came from another site", 404: "There is nothing of that name",
        409: "The site's present state forbids it", 503: "Not now, with the reason",
    ]

    private static func parameter(_ name: String, in place: String, meaning: String) -> JSONValue {
        [
            "name": .string(name), "in": .string(place), "required": .bool(place == "path"),
            "description": .string(meaning), "schema": schema(of: name),
        ]
    }

    private static func meaning(of parameter: String) -> String {
        switch parameter {
        case "id", "evse": "The number of an EVSE"
        case "direction": "The direction that is limited"
        case "verb": "What to do"
        default: "The name of a simulated device"
        }
    }

    private static func schema(of parameter: String) -> JSONValue {
        switch parameter {
        case "id", "evse": ["type": "integer", "minimum": 1]
        case "direction": ["type": "string", "enum": .array(LimitDirection.allCases.map { .string($0.rawValue) })]
        case "verb": ["type": "string", "enum": .array(BenchVerb.allCases.map { .string($0.rawValue) })]
        case "at": ["type": "string", "format": "date-time"]
        case "lang": ["type": "string", "examples": ["de"]]
        default: ["type": "string"]
        }
    }

    private static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }
}

extension [String: JSONValue] {
    fileprivate var json: JSONValue { .object(self) }
}
