// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// The command line's side of the local API: one request per connection, small answers, a time-out.
package struct APIClient: Sendable {
    package static let maxAnswer = 4_194_304

    package let address: ListenAddress
    package let patience: Interval

    package init(_ address: ListenAddress = .standard, patience: Interval = .seconds(5)) {
        self.address = address
        self.patience = patience
    }

    // MARK: What the command line asks for

    package func status() async throws(APIClientError) -> SiteStatus { try await get("/api/status") }

    /// - Parameter time: ISO 8601, as typed; nil for the last decision.
    package func why(evse: Int?, at time: String? = nil) async throws(APIClientError) -> [Explanation] {
        let query = time.map { "?at=" + PercentCoding.encode($0) } ?? ""
        guard let evse else { return try await get("/api/why" + query) }
        return [try await get("/api/why/\(evse)" + query)]
    }

    /// - Parameters:
    ///   - power: With its unit, as typed: `-7 kW`.
    ///   - evse: nil for the whole site.
    package func setSetpoint(
        _ power: String, evse: Int?, for duration: String? = nil
    ) async throws(APIClientError) -> Acknowledgement {
        try await put(Self.setpointPath(evse), Self.request(power, duration))
    }

    package func releaseSetpoint(evse: Int?) async throws(APIClientError) -> Acknowledgement {
        try await delete(Self.setpointPath(evse))
    }

    /// - Parameter type: As OCPP names it; nil is an RFID card.
    package func present(
        token: String, type: String?, evse: Int
    ) async throws(APIClientError) -> Acknowledgement {
        var members = ["token": token]
        members["type"] = type
        return try await exchange(.POST, "/api/evses/\(evse)/token", members)
    }

    package func setLimit(
        _ direction: LimitDirection, to power: String, for duration: String? = nil
    ) async throws(APIClientError) -> Acknowledgement {
        try await put("/api/limits/\(direction.rawValue)", Self.request(power, duration))
    }

    /// - Parameter direction: nil for both.
    package func releaseLimit(_ direction: LimitDirection?) async throws(APIClientError) -> Acknowledgement {
        try await delete("/api/limits" + (direction.map { "/\($0.rawValue)" } ?? ""))
    }

    /// - Parameter verb: As typed, so that the daemon's message lists what is possible.
    package func bench(
        _ verb: String, device: String? = nil, parameters: [String: String] = [:]
    ) async throws(APIClientError) -> Acknowledgement {
        let path = ([device, verb].compactMap(\.self)).map(PercentCoding.encode).joined(separator: "/")
        return try await exchange(.POST, "/bench/" + path, parameters)
    }

    /// Hands over each status as it arrives, until `each` returns false or the daemon ends the stream.
    package func watch(each: (SiteStatus) -> Bool) async throws(APIClientError) {
        var events = ServerSentEvents(maxEvent: Self.maxAnswer)
        // The daemon sends something at least every ten seconds.
        try await stream("/api/status/stream", patience: max(patience, .seconds(25))) { bytes throws(APIClientError) in
            for event in try events.take(bytes) where event.name == "status" {
                guard each(try decode(SiteStatus.self, from: Data(event.data.utf8))) else { return false }
            }
            return true
        }
    }

    // MARK: HTTP

    package func get<Answer: Decodable>(_ path: String) async throws(APIClientError) -> Answer {
        try await exchange(.GET, path, String?.none)
    }
    package func put<Answer: Decodable>(
        _ path: String, _ body: some Encodable
    ) async throws(APIClientError) -> Answer {
        try await exchange(.PUT, path, body)
    }
    package func post<Answer: Decodable>(
        _ path: String, _ body: some Encodable
    ) async throws(APIClientError) -> Answer {
        try await exchange(.POST, path, body)
    }
    package func delete<Answer: Decodable>(_ path: String) async throws(APIClientError) -> Answer {
        try await exchange(.DELETE, path, String?.none)
    }

    /// The body of a successful answer, whatever it is: metrics, the dashboard, JSON to print as it came.
    package func text(_ path: String) async throws(APIClientError) -> String {
        String(decoding: try await bytes(.GET, path, nil), as: UTF8.self)
    }

    private func exchange<Answer: Decodable>(
        _ method: HTTPMethod, _ path: String, _ body: (some Encodable)?
    ) async throws(APIClientError) -> Answer {
        var encoded: ByteBuffer?
        if let body {
            do {
                encoded = ByteBuffer(bytes: try WireJSON.encode(body))
            } catch {
                throw .notUnderstood(address, what: "the request cannot be written as JSON (\(error))")
            }
        }
        return try decode(Answer.self, from: try await bytes(method, path, encoded))
    }

    private func decode<Answer: Decodable>(_ type: Answer.Type, from data: Data) throws(APIClientError) -> Answer {
        do {
            return try WireJSON.decode(type, from: data)
        } catch {
            throw .notUnderstood(address, what: "its answer is not the expected JSON (\(error))")
        }
    }

    func bytes(_ method: HTTPMethod, _ path: String, _ body: ByteBuffer?) async throws(APIClientError) -> Data {
        var answer = Data()
        var status = 0
        let exchange = HTTPExchange(address: address, method: method, path: path, body: body, patience: patience)
        let isWhole = try await exchange.run { part throws(APIClientError) in
            switch part {
            case .head(let head): status = Int(head.status.code)
            case .body(let bytes):
                guard answer.count + bytes.readableBytes <= Self.maxAnswer else {
                    throw .tooLarge(limit: Self.maxAnswer)
                }
                answer.append(contentsOf: bytes.readableBytesView)
            case .end: break
            }
            return true
        }
        guard isWhole else { throw .notUnderstood(address, what: "its answer ends in the middle") }
        guard (200..<300).contains(status) else { throw refusal(status, answer) }
        return answer
    }

    private func stream(
        _ path: String, patience: Interval, each: (ByteBuffer) throws(APIClientError) -> Bool
    ) async throws(APIClientError) {
        var status = 0
        var refused = Data()
        let exchange = HTTPExchange(address: address, method: .GET, path: path, body: nil, patience: patience)
        _ = try await exchange.run { part throws(APIClientError) in
            switch part {
            case .head(let head): status = Int(head.status.code)
            case .body(let bytes) where status == 200: return try each(bytes)
            case .body(let bytes): refused.append(contentsOf: bytes.readableBytesView.prefix(65_536))
            case .end: break
            }
            return true
        }
        guard status == 200 else { throw refusal(status, refused) }
    }

    private func refusal(_ status: Int, _ body: Data) -> APIClientError {
        do {
            let problem = try WireJSON.decode(APIProblem.self, from: body)
            return .refused(APIProblem(status: status, problem.error, remedy: problem.remedy))
        } catch {
            return .notUnderstood(address, what: "HTTP status \(status) without a Sluice error")
        }
    }

    private static func setpointPath(_ evse: Int?) -> String {
        evse.map { "/api/evses/\($0)/setpoint" } ?? "/api/setpoint"
    }

    private static func request(_ power: String, _ duration: String?) -> [String: String] {
        var members = ["power": power]
        members["for"] = duration
        return members
    }
}
