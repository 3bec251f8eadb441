// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import NIOHTTP1
import NIOPosix
import TLS

/// What the backend's acceptance settled.
struct Opened: Sendable {
    let channel: any Channel
    let subprotocol: Subprotocol
    let isCompressed: Bool
    let messages: AsyncStream<String>
    let ended: EventLoopFuture<LinkEnd>
}

/// Asks for the WebSocket, and says in words why there is none. Removed once there is one.
final class OpeningHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let profile: NetworkProfile
    private let opened: EventLoopPromise<Opened>
    private var hasAsked = false

    init(_ profile: NetworkProfile, opened: EventLoopPromise<Opened>) {
        (self.profile, self.opened) = (profile, opened)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // A plain channel is active already, and may say so once more; a secure one becomes so.
        if !profile.address.isSecure { ask(context) }
    }

    func channelActive(context: ChannelHandlerContext) { ask(context) }

    private func ask(_ context: ChannelHandlerContext) {
        guard !hasAsked else { return }
        hasAsked = true
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: profile.address.authority)
        if let authorization = profile.authorization { headers.add(name: "Authorization", value: authorization) }
        let offered = profile.subprotocols.map(\.rawValue).joined(separator: ", ")
        headers.add(name: "Sec-WebSocket-Protocol", value: offered)
        headers.add(name: "Sec-WebSocket-Extensions", value: DeflateAgreement.offer)
        headers.add(name: "User-Agent", value: "Sluice")
        let resource = profile.address.resource(of: profile.identity)
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: resource, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        refuse(context, refusal(head.status.code))
    }

    private func refusal(_ status: UInt) -> BackendRefused {
        let address = profile.address
        return switch status {
        case 401, 403: .notLetIn(address, status: status, identity: profile.identity)
        case 404: .unknownHere(address, resource: address.resource(of: profile.identity))
        case 101: .notWebSocket(address, words: "its acceptance does not fit our request")
        case _: .status(address, status: status)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        refuse(context, BackendRefused(error, at: profile.address))
    }

    func channelInactive(context: ChannelHandlerContext) {
        refuse(context, .notWebSocket(profile.address, words: "it hung up before the WebSocket was open"))
        context.fireChannelInactive()
    }

    private func refuse(_ context: ChannelHandlerContext, _ refusal: BackendRefused) {
        opened.fail(refusal)
        context.close(promise: nil)
    }
}

extension BackendRefused {
    /// What an error of the channel means before there is a WebSocket.
    init(_ error: any Error, at address: BackendAddress) {
        switch error {
        case let refusal as BackendRefused: self = refusal
        case let fault as TLSFault: self = .notSecure(fault)
        case is HTTPParserError, is NIOHTTPClientUpgradeError:
            self = .notWebSocket(address, words: words(of: error))
        case is CancellationError: self = .cancelled
        case _: self = .unreachable(address, words: words(of: error))
        }
    }
}

/// An error of the network in words.
func words(of error: any Error) -> String {
    switch error {
    case let fault as TLSFault: fault.description
    case let error as NIOConnectionError:
        if let attempt = error.connectionErrors.first {
            words(of: attempt.error)
        } else {
            "the name “\(error.host)” is not known"
        }
    case let error as IOError: words(of: error)
    case ChannelError.connectTimeout: "it does not answer"
    case is NIOHTTPClientUpgradeError: "it did not accept the change to a WebSocket"
    case is HTTPParserError: "its answer is no HTTP"
    case _: "\(error)"
    }
}

private func words(of error: IOError) -> String {
    switch error.errnoCode {
    case ECONNREFUSED: "the connection was refused"
    case ECONNRESET, EPIPE: "the connection was reset"
    case ETIMEDOUT: "it does not answer"
    case EHOSTUNREACH, ENETUNREACH: "there is no way to it"
    case _: error.description
    }
}
