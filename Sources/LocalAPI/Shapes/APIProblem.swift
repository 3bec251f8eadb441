// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A request that cannot be served: who is at fault, and what to do next.
package struct APIProblem: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// The HTTP status; not part of the body.
    package let status: Int
    package let error: String
    package let remedy: String

    package init(status: Int, _ error: String, remedy: String) {
        self.status = status
        self.error = error
        self.remedy = remedy
    }

    package var description: String { "\(error) \(remedy)" }

    /// 400: the request itself is wrong.
    package static func malformed(_ error: String, remedy: String) -> APIProblem {
        APIProblem(status: 400, error, remedy: remedy)
    }
    /// 404: nothing of that name.
    package static func unknown(_ error: String, remedy: String) -> APIProblem {
        APIProblem(status: 404, error, remedy: remedy)
    }
    /// 409: understood, but the site's present state forbids it.
    package static func conflict(_ error: String, remedy: String) -> APIProblem {
        APIProblem(status: 409, error, remedy: remedy)
    }
    /// 503: the part that would answer is not there yet or no longer.
    package static func unavailable(_ error: String, remedy: String) -> APIProblem {
        APIProblem(status: 503, error, remedy: remedy)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            status: 0, try container.decode(String.self, forKey: .error),
            remedy: try container.decodeIfPresent(String.self, forKey: .remedy) ?? "")
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(error, forKey: .error)
        try container.encode(remedy, forKey: .remedy)
    }

    enum CodingKeys: String, CodingKey { case error, remedy }
}
