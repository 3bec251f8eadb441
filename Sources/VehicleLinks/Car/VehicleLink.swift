// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118
import NIOCore
import NIOPosix
import TLS

/// A car's connection to a station, with one session.
package final class VehicleLink: Sendable {
    /// What a car shows and trusts.
    package struct Security: Sendable {
        let context: TLSContext

        /// - Parameters:
        ///   - root: whom the station's certificate must come from.
        ///   - identity: shown to a station that asks (TLS 1.3).
        package init(
            root: TLSTrust, identity: TLSIdentity? = nil, speaking generation: TLSContext.Generation = .any
        ) throws(TLSFault) {
            context = try TLSContext(vehicleTrusting: root, identity: identity, speaking: generation)
        }
    }

    /// Most steps that wait to be read; the oldest are dropped.
    package static let unreadSteps = 4_096

    /// What happens, in order, until the connection is closed. For one reader.
    package let steps: AsyncStream<VehicleStep>
    private let channel: any Channel
    private let ended: EventLoopFuture<VehicleEnd>

    private init(_ channel: any Channel, _ steps: AsyncStream<VehicleStep>, _ ended: EventLoopFuture<VehicleEnd>) {
        (self.channel, self.steps, self.ended) = (channel, steps, ended)
    }

    /// Looks for a station on the interface, with TLS if there is something to secure it with, and begins a session.
    package static func open(
        on interface: NetworkInterface, plan: VehiclePlan, contracts: VehicleContracts? = nil, security: Security?,
        bounds: VehicleBounds = VehicleBounds(),
        group: any EventLoopGroup
    ) async throws(LinkProblem) -> VehicleLink {
        let wanted: Discovery.Security = security == nil ? .none : .tls
        let found = try await DiscoverySearch.station(on: interface, security: wanted, bounds: bounds, group: group)
        guard found.security == wanted else { throw .otherSecurity(wantsTLS: wanted == .tls) }
        return try await open(
            at: found.address, plan: plan, contracts: contracts, security: security, bounds: bounds, group: group)
    }

    /// Begins a session with the station at an address.
    /// - Parameter contracts: what the car pays by where the station takes it; without TLS it does not.
    package static func open(
        at address: SocketAddress, plan: VehiclePlan, contracts: VehicleContracts? = nil, security: Security?,
        bounds: VehicleBounds = VehicleBounds(),
        group: any EventLoopGroup
    ) async throws(LinkProblem) -> VehicleLink {
        let loop = group.next()
        let (steps, continuation) = AsyncStream.makeStream(
            of: VehicleStep.self, bufferingPolicy: .bufferingNewest(unreadSteps))
        let ended = loop.makePromise(of: VehicleEnd.self)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(bounds.connecting))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    var tls: TLSSession?
                    if let security {
                        let session = try TLSSession(.vehicle, in: security.context, peer: "the station at \(address)")
                        let handler = TLSHandler(session, handshakeWithin: bounds.handshake)
                        try channel.pipeline.syncOperations.addHandler(handler)
                        tls = session
                    }
                    let handler = VehicleHandler(
                        plan, contracts: security == nil ? nil : contracts, tls: tls, bounds: bounds,
                        steps: continuation, ended: ended)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        do {
            return VehicleLink(try await bootstrap.connect(to: address).get(), steps, ended.futureResult)
        } catch {
            // A handler that was never active does not keep it.
            ended.fail(error)
            throw .unreachable("\(address)", words: words(of: error))
        }
    }

    package func tell(_ input: VehicleInput) { channel.writeAndFlush(input, promise: nil) }

    /// How the session ended, once it has.
    package func end() async throws(LinkProblem) -> VehicleEnd {
        do { return try await ended.get() } catch let fault as TLSFault { throw .notSecure(fault) } catch {
            throw .unreachable("\(channel.remoteAddress.map { "\($0)" } ?? "its address")", words: words(of: error))
        }
    }

    /// Hangs up, as when the cable is drawn.
    package func hangUp() { channel.close(promise: nil) }
}
