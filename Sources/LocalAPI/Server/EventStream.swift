// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import FoundationEssentials
import Hummingbird
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Server-sent events: one event per update, and a comment while nothing happens so that both ends notice a dead connection.
/// A reader that is slower than the site skips to the newest.
struct EventStream<Value: Encodable & Sendable>: Sendable {
    private static var heartbeat: TimeAmount { .seconds(10) }

    private enum Item: Sendable { case value(Value), heartbeat }

    /// Of the events.
    let name: String
    /// Begins a new sequence.
    let updates: @Sendable () -> AsyncStream<Value>

    func response(to request: Request) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .xContentTypeOptions: "nosniff"],
            body: ResponseBody { writer in
                let (items, continuation) = AsyncStream.makeStream(of: Item.self, bufferingPolicy: .bufferingNewest(2))
                try await request.body.consumeWithInboundCloseHandler { _ in
                    try await withGracefulShutdownHandler {
                        try await write(items, fedBy: continuation, to: &writer)
                    } onGracefulShutdown: {
                        continuation.finish()
                    }
                } onInboundClosed: {
                    continuation.finish()
                }
                try await writer.finish(nil)
            })
    }

    private func write(
        _ items: AsyncStream<Item>, fedBy continuation: AsyncStream<Item>.Continuation,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        let updates = updates()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await value in updates { continuation.yield(.value(value)) }
                continuation.finish()
            }
            let pulse = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(
                initialDelay: Self.heartbeat, delay: Self.heartbeat
            ) { _ in continuation.yield(.heartbeat) }
            defer {
                pulse.cancel()
                group.cancelAll()
            }
            for await item in items { try await writer.write(text(of: item)) }
        }
    }

    private func text(of item: Item) throws -> ByteBuffer {
        switch item {
        case .heartbeat: return ByteBuffer(string: ": still here\n\n")
        case .value(let value):
            var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
            buffer.writeBytes(try WireJSON.encode(value))
            buffer.writeString("\n\n")
            return buffer
        }
    }
}
