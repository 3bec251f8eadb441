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
    private var deadline: Scheduled<Void>?

    /// - Parameter furnish: the handlers that follow; nil to hang up.
    init(within patience: Duration, furnish: @escaping (any Channel, Kind) throws -> [any ChannelHandler]?) {
        self.patience = patience
        self.furnish = furnish
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard let first = bytes.readableBytesView.first else { return }
        deadline?.cancel()
        guard let kind = Self.kind(first), let handlers = try? furnish(context.channel, kind) else {
            context.close(promise: nil)
            return
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

    private static func kind(_ byte: UInt8) -> Kind? {
        switch byte {
        case 0x16: .tls
        case 0x01: .plain
        case _: nil
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
