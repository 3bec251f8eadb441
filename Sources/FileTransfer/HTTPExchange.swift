// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TLS

/// One request and its answer on one connection.
struct HTTPExchange: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    let address: TransferAddress
    let trust: TLSTrust
    let bounds: TransferBounds

    private static let piece = 65_536

    /// - Parameter each: Gets the answer part by part; what it throws ends the exchange.
    func run(
        _ head: HTTPRequestHead, body: ByteBuffer?,
        each: (HTTPClientResponsePart) throws(TransferFault) -> Void
    ) async throws(TransferFault) {
        let context = try makeContext()
        let cause = Cause()
        let (connection, opened) = try await open(context, cause)
        var received = 0
        var isWhole = false
        do {
            try await connection.executeThenClose { inbound, outbound in
                try await opened.get()
                // A server may answer and hang up before all has been sent; its answer counts more than that.
                let isSent = await send(head, body, outbound)
                for try await part in inbound {
                    if case .body(let piece) = part { received += piece.readableBytes }
                    if case .end = part { isWhole = true }
                    try each(part)
                    if isWhole { return }
                }
                if !isSent { throw TransferFault.cutOff(address, received: received) }
            }
        } catch let fault as TransferFault {
            throw cause.fault ?? fault
        } catch {
            // What comes after the answer is whole (an end without close_notify) changes nothing about it.
            if !isWhole { throw cause.fault ?? fault(error, received) }
        }
        // A body may end with the connection, also when it was us who closed that.
        if let fault = cause.fault { throw fault }
        guard isWhole else { throw .cutOff(address, received: received) }
    }

    /// - Returns: Whether all of it went out.
    private func send(
        _ head: HTTPRequestHead, _ body: ByteBuffer?,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async -> Bool {
        do {
            try await outbound.write(.head(head))
            var rest = body ?? ByteBuffer()
            while let piece = rest.readSlice(length: min(rest.readableBytes, Self.piece)), piece.readableBytes > 0 {
                try await outbound.write(.body(.byteBuffer(piece)))
            }
            try await outbound.write(.end(nil))
            return true
        } catch {
            return false
        }
    }

    private func fault(_ error: any Error, _ received: Int) -> TransferFault {
        switch error {
        case let error as TLSFault: .notSecure(error)
        case is CancellationError: .cancelled
        case HTTPParserError.invalidEOFState: .cutOff(address, received: received)
        case let error as HTTPParserError: .notHTTP(address, words: "\(error)")
        case let error as IOError where received > 0: .unreachable(address, words: "the connection broke: \(error)")
        case is IOError, is ChannelError: .cutOff(address, received: received)
        case let other: .notHTTP(address, words: "\(other)")
        }
    }

    // MARK: Connecting

    private func makeContext() throws(TransferFault) -> TLSContext? {
        guard address.isSecure else { return nil }
        do { return try TLSContext(clientTrusting: trust) } catch { throw .notSecure(error) }
    }

    private func open(
        _ context: TLSContext?, _ cause: Cause
    ) async throws(TransferFault) -> (Connection, EventLoopFuture<Void>) {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(TimeAmount(bounds.opening))
                .connect(host: address.host, port: address.port).get()
            return try await channel.eventLoop.submit { try furnish(channel, context, cause) }.get()
        } catch is CancellationError {
            throw .cancelled
        } catch let fault as TLSFault {
            throw .notSecure(fault)
        } catch {
            throw .unreachable(address, words: Self.words(error))
        }
    }

    private func furnish(
        _ channel: any Channel, _ context: TLSContext?, _ cause: Cause
    ) throws -> (Connection, EventLoopFuture<Void>) {
        let pipeline = channel.pipeline.syncOperations
        let watch = IdleStateHandler(allTimeout: TimeAmount(bounds.silence))
        try pipeline.addHandlers(watch, Patience(address, bounds, cause))
        let opened = channel.eventLoop.makePromise(of: Void.self)
        if let context {
            let session = try TLSSession(.client(host: address.host), in: context, peer: address.authority)
            try pipeline.addHandler(TLSHandler(session, handshakeWithin: bounds.opening))
        }
        try pipeline.addHandler(Opening(opened, isOpen: context == nil))
        try pipeline.addHTTPClientHandlers()
        return (try Connection(wrappingChannelSynchronously: channel), opened.futureResult)
    }

    private static func words(_ error: any Error) -> String {
        if let failure = error as? NIOConnectionError {
            if let first = failure.connectionErrors.first { return words(first.error) }
            return "no such host"
        }
        guard let failure = error as? IOError else { return "\(error)" }
        return failure.errnoCode == ECONNREFUSED ? "connection refused" : failure.description
    }
}

/// Why the connection was closed by us, which whoever reads or writes only sees as closed.
private final class Cause: Sendable {
    private let first = Mutex<TransferFault?>(nil)
    var fault: TransferFault? { first.withLock { $0 } }
    func set(_ fault: TransferFault) { first.withLock { $0 = $0 ?? fault } }
}

/// Closes a connection on which nothing moves, or that takes too long as a whole.
private final class Patience: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let address: TransferAddress
    private let bounds: TransferBounds
    private let cause: Cause
    private var deadline: Scheduled<Void>?

    init(_ address: TransferAddress, _ bounds: TransferBounds, _ cause: Cause) {
        (self.address, self.bounds, self.cause) = (address, bounds, cause)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(bounds.total)) { [address, bounds, cause] in
            cause.set(.tooSlow(address, after: bounds.total))
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else { return context.fireUserInboundEventTriggered(event) }
        cause.set(.silent(address, after: bounds.silence))
        context.close(promise: nil)
    }
}

/// Says when the connection may be written to: at once, or once it is secure.
private final class Opening: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let promise: EventLoopPromise<Void>

    init(_ promise: EventLoopPromise<Void>, isOpen: Bool) {
        self.promise = promise
        if isOpen { promise.succeed() }
    }

    func channelActive(context: ChannelHandlerContext) {
        promise.succeed()
        context.fireChannelActive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
}
