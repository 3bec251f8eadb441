// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import TLS

/// Waits for a connection's first byte, which tells TLS (a handshake record, 0x16) from plain V2GTP (version 1), and makes
/// the pipeline for it. Anything else, and what is not allowed here, is hung up on without a word.
final class FirstByteHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    enum Kind: Hashable, Sendable { case tls, plain }

    private let patience: Duration
    private let furnish: (any Channel, Kind) throws -> [any ChannelHandler]?
    private let refuse: (VehicleRefused.Reason) -> Void
    private var deadline: Scheduled<Void>?

    /// - Parameters:
    ///   - furnish: the handlers that follow; nil where that kind is not allowed.
    ///   - refuse: told why a connection is hung up on.
    init(
        within patience: Duration, furnish: @escaping (any Channel, Kind) throws -> [any ChannelHandler]?,
        refuse: @escaping (VehicleRefused.Reason) -> Void
    ) {
        (self.patience, self.furnish, self.refuse) = (patience, furnish, refuse)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) { [self] in
            hangUp(context, .silent(patience))
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard let first = bytes.readableBytesView.first else { return }
        deadline?.cancel()
        guard let kind = Self.kind(first) else { return hangUp(context, .neither(first)) }
        guard let handlers = try? furnish(context.channel, kind) else {
            return hangUp(context, kind == .plain ? .plainNotAllowed : .tlsNotOffered)
        }
        do {
            try context.pipeline.syncOperations.addHandlers(handlers, position: .after(self))
        } catch {
            context.close(promise: nil)
            return
        }
        // TLS tells those behind it itself, once it is secure.
        if kind == .plain { context.fireChannelActive() }
        context.fireChannelRead(data)
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func hangUp(_ context: ChannelHandlerContext, _ reason: VehicleRefused.Reason) {
        refuse(reason)
        context.close(promise: nil)
    }

    private static func kind(_ byte: UInt8) -> Kind? {
        switch byte {
        case 0x16: .tls
        case 0x01: .plain
        case _: nil
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
