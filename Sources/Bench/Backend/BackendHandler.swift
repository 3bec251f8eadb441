// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import NIOCore
import NIOHTTP1
import NIOWebSocket
import OCPP

/// Which station comes, in which version, and whether it may.
struct BackendOpening: Sendable {
    private let versions: [OCPPVersion]
    private let password: String?

    init(_ options: BackendOptions) {
        versions = options.versions
        password = options.password
    }

    /// The last part of the path, as the station wrote it.
    static func identity(in uri: String) -> String {
        let path = uri.prefix { $0 != "?" }
        return path.split(separator: "/").last.map { String($0).removingPercentEncoding ?? String($0) } ?? ""
    }

    /// The first version the station offers and we speak (part 4, 3.1.2).
    func version(for head: HTTPRequestHead) -> OCPPVersion? {
        let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"]
        return offered.lazy.compactMap { OCPPVersion(rawValue: String($0)) }.first { versions.contains($0) }
    }

    /// Every station has the same password, if any.
    func isAuthorized(_ head: HTTPRequestHead) -> Bool {
        guard let password else { return true }
        let credentials = Data("\(Self.identity(in: head.uri)):\(password)".utf8).base64EncodedString()
        return head.headers.first(name: "Authorization") == "Basic \(credentials)"
    }

    /// - Returns: Nil to refuse. Without a common version the handshake is completed without a protocol, and then closed.
    func headers(for head: HTTPRequestHead) -> HTTPHeaders? {
        guard isAuthorized(head), !Self.identity(in: head.uri).isEmpty else { return nil }
        return version(for: head).map { ["Sec-WebSocket-Protocol": $0.subprotocol] } ?? [:]
    }
}

/// Answers what does not become a WebSocket.
final class BackendRefusal: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let opening: BackendOpening

    init(_ opening: BackendOpening) { self.opening = opening }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        let status: HTTPResponseStatus =
            !opening.isAuthorized(head)
            ? .unauthorized : BackendOpening.identity(in: head.uri).isEmpty ? .notFound : .upgradeRequired
        let headers: HTTPHeaders = ["Content-Length": "0", "Connection": "close"]
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in loopBound.value.close(promise: nil) }
    }
}

/// A station's WebSocket: whole text messages in and out.
final class BackendHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = BackendFrame
    typealias OutboundOut = WebSocketFrame

    private let server: BackendServer
    private let station: String
    private let version: OCPPVersion
    private var isClosing = false

    init(_ server: BackendServer, station: String, _ version: OCPPVersion) {
        (self.server, self.station, self.version) = (server, station, version)
    }

    func handlerAdded(context: ChannelHandlerContext) { server.connected(station, version, context.channel) }

    func channelInactive(context: ChannelHandlerContext) {
        server.disconnected(station, context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text: server.received(Array(frame.unmaskedData.readableBytesView), from: station)
        case .ping: write(context, WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
        case .connectionClose:
            if !isClosing {
                write(context, WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData))
            }
            context.close(promise: nil)
        case _: break
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .text(let bytes):
            let frame = WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(bytes: bytes))
            context.writeAndFlush(wrapOutboundOut(frame), promise: promise)
        case .close(let code):
            isClosing = true
            let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: ByteBuffer(integer: code))
            context.writeAndFlush(wrapOutboundOut(frame), promise: promise)
        }
    }

    private func write(_ context: ChannelHandlerContext, _ frame: WebSocketFrame) {
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}
