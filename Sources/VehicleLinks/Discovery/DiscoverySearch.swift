// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118
import NIOCore
import NIOPosix

/// A car's search for its station: a request every 250 ms until one answers.
package enum DiscoverySearch {
    /// - Returns: where the station listens, and whether with TLS.
    package static func station(
        on interface: NetworkInterface, security: Discovery.Security, bounds: VehicleBounds = VehicleBounds(),
        group: any EventLoopGroup
    ) async throws(LinkProblem) -> (address: SocketAddress, security: Discovery.Security) {
        try await station(
            from: interface.linkLocal, asking: interface.allNodes, security: security, bounds: bounds, group: group,
            name: interface.name)
    }

    static func station(
        from own: SocketAddress, asking place: SocketAddress, security: Discovery.Security, bounds: VehicleBounds,
        group: any EventLoopGroup, name: String
    ) async throws(LinkProblem) -> (address: SocketAddress, security: Discovery.Security) {
        let loop = group.next()
        let found = loop.makePromise(of: Discovery.Response.self)
        let bootstrap = DatagramBootstrap(group: loop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let handler = SearchHandler(place, security, bounds, found: found, name: name)
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }
        let answer: Discovery.Response
        do {
            let channel = try await bootstrap.bind(to: own).get()
            defer { channel.close(promise: nil) }
            answer = try await withTaskCancellationHandler {
                try await found.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch let problem as LinkProblem {
            throw problem
        } catch {
            found.fail(error)
            throw .unreachable(name, words: words(of: error))
        }
        guard let address = SocketAddress(bytes: answer.address, port: answer.port, scope: own) else {
            throw .unreachable(name, words: "the discovery's answer has no address")
        }
        return (address, answer.security)
    }
}

private final class SearchHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let place: SocketAddress
    private let request: Discovery.Request
    private let bounds: VehicleBounds
    private let found: EventLoopPromise<Discovery.Response>
    private let name: String
    private var requests = 0
    private var timer: Scheduled<Void>?

    init(
        _ place: SocketAddress, _ security: Discovery.Security, _ bounds: VehicleBounds,
        found: EventLoopPromise<Discovery.Response>, name: String
    ) {
        (self.place, self.bounds, self.found, self.name) = (place, bounds, found, name)
        request = Discovery.Request(security: security)
    }

    func channelActive(context: ChannelHandlerContext) { ask(context) }

    private func ask(_ context: ChannelHandlerContext) {
        guard requests < bounds.discoveryRequests else {
            found.fail(LinkProblem.noStation(on: name, requests: requests))
            return
        }
        requests += 1
        let envelope = AddressedEnvelope(remoteAddress: place, data: ByteBuffer(bytes: request.datagram))
        context.writeAndFlush(wrapOutboundOut(envelope), promise: nil)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(bounds.discoveryWait)) { [self] in
            ask(context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let datagram = Array(unwrapInboundIn(data).data.readableBytesView)
        guard let response = try? Discovery.Response(datagram: datagram) else { return }
        timer?.cancel()
        found.succeed(response)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        found.fail(LinkProblem.noStation(on: name, requests: requests))
    }

    /// The station's side is not there yet; the next request may find it.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
