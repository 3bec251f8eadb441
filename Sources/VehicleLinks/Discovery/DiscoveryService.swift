// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118
import NIOCore
import NIOPosix

let discoveryPort = Int(Discovery.port)

/// Answers the discovery requests of cars on one interface, for as long as it is open.
package final class DiscoveryService: Sendable {
    private let channel: any Channel

    private init(_ channel: any Channel) { self.channel = channel }

    /// Hears what is sent to all nodes of the interface, and nothing from others: the socket is bound to the group there.
    package static func open(
        on interface: NetworkInterface, offering offered: [Discovery.Response], bounds: VehicleBounds = VehicleBounds(),
        dataLink: DataLink? = nil, group: any EventLoopGroup
    ) async throws(LinkProblem) -> DiscoveryService {
        let service = try await open(
            at: interface.allNodes, offering: offered, bounds: bounds, dataLink: dataLink, group: group)
        do {
            let channel = service.channel as? any MulticastChannel
            try await channel?.joinGroup(interface.allNodes, device: interface.device).get()
        } catch {
            await service.close()
            throw .cannotListen("“\(interface.name)”, UDP port \(discoveryPort)", words: words(of: error))
        }
        return service
    }

    static func open(
        at address: SocketAddress, offering offered: [Discovery.Response], bounds: VehicleBounds,
        dataLink: DataLink? = nil, group: any EventLoopGroup
    ) async throws(LinkProblem) -> DiscoveryService {
        let bootstrap = DatagramBootstrap(group: group)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        DiscoveryHandler(offered: offered, perSecond: bounds.answersPerSecond, dataLink: dataLink))
                }
            }
        do {
            return DiscoveryService(try await bootstrap.bind(to: address).get())
        } catch { throw .cannotListen("UDP \(address)", words: words(of: error)) }
    }

    var address: SocketAddress? { channel.localAddress }

    package func close() async { try? await channel.close() }
}

/// One datagram in, at most one out.
final class DiscoveryHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let offered: [Discovery.Response]
    private let perSecond: Int
    private let dataLink: DataLink?
    private var second = NIODeadline.uptimeNanoseconds(0)
    private var answers = 0

    init(offered: [Discovery.Response], perSecond: Int, dataLink: DataLink? = nil) {
        (self.offered, self.perSecond, self.dataLink) = (offered, perSecond, dataLink)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let datagram = Array(envelope.data.readableBytesView)
        // What is no request is not answered: another station's answers are heard here too.
        guard let request = try? Discovery.Request(datagram: datagram), dataLink?.hears() ?? true,
            let answer = Discovery.answer(request, offered: offered), mayAnswer(at: .now())
        else { return }
        let reply = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: answer.datagram))
        context.writeAndFlush(wrapOutboundOut(reply), promise: nil)
    }

    /// A station must not be what floods the wire.
    private func mayAnswer(at now: NIODeadline) -> Bool {
        if now - second >= .seconds(1) {
            second = now
            answers = 0
        }
        answers += 1
        return answers <= perSecond
    }

    /// A datagram that was refused on its way (ICMP) concerns nobody else.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
