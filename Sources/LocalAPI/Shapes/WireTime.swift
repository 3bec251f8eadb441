// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials

/// The unit a length of time has on the wire.
package protocol TimeUnit: Sendable {
    static var nanoseconds: Int64 { get }
}

package enum SecondUnit: TimeUnit { package static let nanoseconds: Int64 = 1_000_000_000 }
package enum MillisecondUnit: TimeUnit { package static let nanoseconds: Int64 = 1_000_000 }
package enum MicrosecondUnit: TimeUnit { package static let nanoseconds: Int64 = 1_000 }

/// A length of time that is a plain JSON number, with at most three decimals, in the unit its key names (`age_ms`).
package struct WireTime<Unit: TimeUnit>: Codable, Hashable, Sendable {
    package let interval: Interval

    package init(_ interval: Interval) { self.interval = interval }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if interval.nanoseconds % Unit.nanoseconds == 0 {
            try container.encode(interval.nanoseconds / Unit.nanoseconds)
        } else {
            let thousandths = (Double(interval.nanoseconds) * 1_000 / Double(Unit.nanoseconds)).rounded()
            try container.encode(thousandths / 1_000)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let nanoseconds = (try container.decode(Double.self) * Double(Unit.nanoseconds)).rounded()
        guard let exact = Int64(exactly: nanoseconds) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a length of time")
        }
        self.init(Interval(nanoseconds: exact))
    }
}

package typealias Seconds = WireTime<SecondUnit>
package typealias Milliseconds = WireTime<MillisecondUnit>
package typealias Microseconds = WireTime<MicrosecondUnit>

/// How the API writes and reads JSON: ISO 8601 UTC times with milliseconds, keys in a stable order.
package enum WireJSON {
    package static func encode(_ value: some Encodable, pretty: Bool = false) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(text(of: date))
        }
        return try encoder.encode(value)
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            guard let date = date(try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an ISO 8601 time")
            }
            return date
        }
        return try decoder.decode(type, from: data)
    }

    /// `2026-03-29T14:02:07.250Z`.
    package static func text(of date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Reads an ISO 8601 time with `Z` or an offset, with or without a fraction of a second; nil for anything else.
    package static func date(_ text: String) -> Date? {
        for style in [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()] {
            do {
                return try style.parse(text)
            } catch {
                continue  // The other form may fit; if none does the caller says what is wrong.
            }
        }
        return nil
    }
}
