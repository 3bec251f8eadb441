// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import FoundationEssentials
import Hummingbird
import Logging
import Testing

@testable import LocalAPI

struct OpenAPITests {
    private func server(bench: Bool) -> LocalAPIServer {
        LocalAPIServer(
            listen: .standard, gateway: FakeGateway(), bench: bench ? FakeBench() : nil, logger: Logger(label: "test"))
    }

    @Test(arguments: [false, true])
    func `the document lists exactly the routes that are mounted`(bench: Bool) async throws {
        let mounted = server(bench: bench).routes.map { "\($0.method.rawValue) \($0.template.text)" }.sorted()
        let seen = Mutexed<[String]>([])
        try await withServedSite(bench: bench ? FakeBench() : nil) { client in
            let document: JSONValue = try await client.get("/openapi.json")
            guard case .object(let paths)? = document["paths"] else { return }
            for (path, item) in paths {
                guard case .object(let methods) = item else { continue }
                for method in methods.keys { seen.append("\(method.uppercased()) \(path)") }
            }
        }
        #expect(seen.value.sorted() == mounted)
        #expect(Set(mounted).count == mounted.count)
        #expect(mounted.count == (bench ? 46 : 43))
    }

    @Test func `every schema that is referred to exists`() throws {
        let text = String(decoding: try WireJSON.encode(OpenAPI.document(server(bench: true).routes)), as: UTF8.self)
        let names = text.split(separator: "#/components/schemas/").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        #expect(names.count > 20)
        #expect(Set(names).subtracting(APISchemas.all.keys) == [])
        #expect(Set(APISchemas.all.keys).subtracting(names) == [])
    }

    @Test(arguments: [SiteStatus.sample, .blind])
    func `what is sent fits its schema`(status: SiteStatus) throws {
        let sent = try WireJSON.decode(JSONValue.self, from: WireJSON.encode(status))
        #expect(misfits(sent, ["$ref": "#/components/schemas/SiteStatus"], at: "status") == [])
    }

    @Test func `what a display is sent fits its schema`() throws {
        let sent = try WireJSON.decode(JSONValue.self, from: WireJSON.encode(DriverDisplay.sample))
        #expect(misfits(sent, ["$ref": "#/components/schemas/Display"], at: "display") == [])
    }

    @Test func `a member that no schema knows is noticed`() {
        #expect(
            misfits(["p50": 1, "p99": 1, "p90": 1], ["$ref": "#/components/schemas/Percentiles"], at: "x") == [
                "x.p90 is unknown", "x.max is missing",
            ])
    }

    /// As much of JSON Schema as the document uses for shapes.
    private func misfits(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
        if case .string(let reference)? = schema["$ref"] {
            guard let target = APISchemas.all[String(reference.split(separator: "/").last ?? "")] else {
                return ["\(path): no \(reference)"]
            }
            return misfits(value, target, at: path)
        }
        guard case .string(let type)? = schema["type"] else { return ["\(path): no type"] }
        switch (type, value) {
        case ("string", .string), ("boolean", .bool), ("number", .integer), ("number", .number), ("integer", .integer):
            return []
        case ("array", .array(let items)):
            return items.flatMap { misfits($0, schema["items"] ?? .null, at: path + "[]") }
        case ("object", .object(let members)):
            return memberMisfits(members, schema, at: path)
        default: return ["\(path) is no \(type)"]
        }
    }

    private func memberMisfits(_ members: [String: JSONValue], _ schema: JSONValue, at path: String) -> [String] {
        var found: [String] = []
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            if let inner = schema["properties"]?[name] ?? schema["additionalProperties"] {
                found += misfits(value, inner, at: "\(path).\(name)")
            } else {
                found.append("\(path).\(name) is unknown")
            }
        }
        guard case .array(let required)? = schema["required"] else { return found }
        for case .string(let name) in required where members[name] == nil { found.append("\(path).\(name) is missing") }
        return found
    }
}
