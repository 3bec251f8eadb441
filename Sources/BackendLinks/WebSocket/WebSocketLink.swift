// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import NIOHTTP1
import NIOPosix
import TLS

/// One WebSocket to a backend, from its opening to its end.
package final class WebSocketLink: Sendable {
    package let subprotocol: Subprotocol
    /// Whether permessage-deflate was agreed on.
    package let isCompressed: Bool
    /// What the backend sends, in order, until the link ends. For one reader.
    package let messages: AsyncStream<String>
    private let channel: any Channel
    private let ended: EventLoopFuture<LinkEnd>

    private init(_ opened: Opened) {
        (subprotocol, isCompressed) = (opened.subprotocol, opened.isCompressed)
        (messages, channel, ended) = (opened.messages, opened.channel, opened.ended)
    }

    /// Connects, secures, proves the identity, agrees on a version; all within `bounds.opening`.
    /// Certificates and authorities are read from their files anew.
    package static func open(
        _ profile: NetworkProfile, bounds: LinkBounds = LinkBounds(), on group: any EventLoopGroup
    ) async throws(BackendRefused) -> WebSocketLink {
        let opening = try Opening(profile, bounds, on: group.next())
        do {
            return WebSocketLink(try await opening.run())
        } catch { throw BackendRefused(error, at: profile.address) }
    }

    /// Returns once the bytes are with the operating system.
    package func send(_ text: String) async throws(LinkFault) {
        do {
            try await channel.writeAndFlush(LinkCommand.text(text))
        } catch let fault as LinkFault { throw fault } catch { throw .notConnected }
    }

    /// Pings from now on at this interval; zero sends none. A link that has ended stays as it is.
    package func ping(every interval: Duration) {
        channel.writeAndFlush(LinkCommand.ping(every: interval), promise: nil)
    }

    /// Closes with the handshake, which takes `bounds.closing` at most.
    /// - Parameter code: 1000 done, 1001 going away.
    @discardableResult
    package func close(code: UInt16 = 1000) async -> LinkEnd {
        channel.writeAndFlush(LinkCommand.close(code: code), promise: nil)
        return await end()
    }

    /// How it ended, once it has.
    package func end() async -> LinkEnd {
        do { return try await ended.get() } catch { return .lost(words: words(of: error)) }
    }
}

/// The way from an address to an open WebSocket.
private struct Opening: Sendable {
    let profile: NetworkProfile
    let bounds: LinkBounds
    let loop: any EventLoop
    let context: TLSContext?

    init(_ profile: NetworkProfile, _ bounds: LinkBounds, on loop: any EventLoop) throws(BackendRefused) {
        (self.profile, self.bounds, self.loop) = (profile, bounds, loop)
        guard profile.address.isSecure else {
            context = nil
            return
        }
        var identity: TLSIdentity?
        if case .certificate(let own) = profile.proof { identity = own }
        do throws(TLSFault) {
            context = try TLSContext(clientTrusting: profile.trust, identity: identity)
        } catch { throw .notSecure(error) }
    }

    func run() async throws -> Opened {
        let opened = loop.makePromise(of: Opened.self)
        let refusal = BackendRefused.timedOut(profile.address, after: bounds.opening)
        let deadline = loop.scheduleTask(in: TimeAmount(bounds.opening)) { opened.fail(refusal) }
        opened.futureResult.whenComplete { _ in deadline.cancel() }
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(bounds.opening))
            .connect(host: profile.address.host, port: profile.address.port)
            // Only now: a name with several addresses is tried over several channels, and one that loses must not speak.
            .flatMap { channel in
                // Whatever ends the attempt ends the connection.
                opened.futureResult.whenFailure { _ in channel.close(promise: nil) }
                return channel.eventLoop.makeCompletedFuture { try furnish(channel, opened) }
            }
            .whenFailure { opened.fail(BackendRefused($0, at: profile.address)) }
        return try await withTaskCancellationHandler {
            try await opened.futureResult.get()
        } onCancel: {
            opened.fail(BackendRefused.cancelled)
        }
    }

    private func furnish(_ channel: any Channel, _ opened: EventLoopPromise<Opened>) throws {
        let pipeline = channel.pipeline.syncOperations
        if let context {
            let address = profile.address
            let role = TLSSession.Role.client(host: address.host, allowsWildcard: profile.allowsWildcard)
            let session = try TLSSession(role, in: context, peer: address.authority)
            try pipeline.addHandler(TLSHandler(session, handshakeWithin: bounds.opening))
        }
        let upgrader = CheckedUpgrader(profile: profile, opened: opened, limit: min(bounds.message, 1 << 30)) {
            channel, agreed in
            channel.eventLoop.makeCompletedFuture { try accept(channel, agreed, opened) }
                .flatMapErrorThrowing { error in
                    opened.fail(error)
                    throw error
                }
        }
        try pipeline.addHTTPClientHandlers(
            leftOverBytesStrategy: .forwardBytes,
            withClientUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
        try pipeline.addHandler(OpeningHandler(profile, opened: opened))
    }

    private func accept(_ channel: any Channel, _ agreed: Agreement, _ opened: EventLoopPromise<Opened>) throws {
        let (messages, continuation) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingOldest(bounds.unreadMessages))
        let ended = loop.makePromise(of: LinkEnd.self)
        let pipeline = channel.pipeline.syncOperations
        do {
            let opening = try pipeline.handler(type: OpeningHandler.self)
            try pipeline.addHandler(
                WebSocketHandler(bounds: bounds, deflate: agreed.deflate, messages: continuation, ended: ended))
            pipeline.removeHandler(opening, promise: nil)
        } catch {
            // The channel closed under our hands.
            ended.fail(error)
            throw error
        }
        opened.succeed(
            Opened(
                channel: channel, subprotocol: agreed.subprotocol, isCompressed: agreed.deflate != nil,
                messages: messages,
                ended: ended.futureResult))
    }
}
