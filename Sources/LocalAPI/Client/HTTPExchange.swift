// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import NIOCore
import NIOHTTP1
import NIOPosix

/// One request on one connection.
struct HTTPExchange: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    let address: ListenAddress
    let method: HTTPMethod
    let path: String
    let body: ByteBuffer?
    /// The longest silence that is borne, from connecting to the last byte.
    let patience: Interval
    /// Replace those that would be sent.
    var extraHeaders: HTTPHeaders = [:]

    /// Sends the request and hands over the answer part by part until `each` returns false or the answer ends.
    /// - Returns: Whether the answer was whole when it ended.
    func run(each: (HTTPClientResponsePart) throws(APIClientError) -> Bool) async throws(APIClientError) -> Bool {
        let connection = try await connect()
        do {
            return try await connection.executeThenClose { inbound, outbound in
                let alarm = Alarm(connection.channel, after: patience)
                defer { alarm.cancel() }
                // In one go, so that a peer that answers early cannot cut the request in two.
                try await outbound.write(contentsOf: parts)
                for try await part in inbound {
                    alarm.postpone()
                    guard try each(part) else { return true }
                    if case .end = part { return true }
                }
                return false
            }
        } catch let error as APIClientError {
            throw error
        } catch is Alarm.Rang {
            throw .silent(address, waited: patience)
        } catch let error as IOError {
            throw .unreachable(address, reason: "the connection broke: \(error)")
        } catch let error as ChannelError {
            throw .unreachable(address, reason: "the connection broke: \(error)")
        } catch {
            throw .notUnderstood(address, what: "its answer is not HTTP (\(error))")
        }
    }

    private var parts: [HTTPClientRequestPart] {
        [.head(head)] + (body.map { [.body(.byteBuffer($0))] } ?? []) + [.end(nil)]
    }

    private var head: HTTPRequestHead {
        var headers = HTTPHeaders([("Host", "\(address)"), ("Connection", "close"), ("Accept", "*/*")])
        if let body {
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: "\(body.readableBytes)")
        }
        for (name, value) in extraHeaders { headers.replaceOrAdd(name: name, value: value) }
        return HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
    }

    private func connect() async throws(APIClientError) -> Connection {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.nanoseconds(patience.nanoseconds))
                .connect(host: address.host, port: address.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw .unreachable(address, reason: Self.reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let failure = error as? NIOConnectionError, let first = failure.connectionErrors.first {
            return reason(first.error)
        }
        guard let failure = error as? IOError else { return "\(error)" }
        return failure.errnoCode == ECONNREFUSED ? "connection refused" : failure.description
    }
}

/// Ends a connection with an error when nothing arrived for a while.
private final class Alarm: Sendable {
    struct Rang: Error {}

    private let channel: any Channel
    private let after: TimeAmount
    private let pending: NIOLoopBoundBox<Scheduled<Void>?>

    init(_ channel: any Channel, after: Interval) {
        self.channel = channel
        self.after = .nanoseconds(after.nanoseconds)
        self.pending = .makeBoxSendingValue(nil, eventLoop: channel.eventLoop)
        postpone()
    }

    func postpone() {
        channel.eventLoop.execute { [self] in
            pending.value?.cancel()
            pending.value = channel.eventLoop.scheduleTask(in: after) { [channel] in
                channel.pipeline.fireErrorCaught(Rang())
                channel.close(promise: nil)
            }
        }
    }

    func cancel() {
        channel.eventLoop.execute { [self] in pending.value?.cancel() }
    }
}
