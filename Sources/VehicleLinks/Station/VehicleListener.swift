// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Glibc
import ISO15118
import NIOCore
import NIOPosix
import TLS

/// Where one charging point's cars connect: one TCP port for TLS and plain, one session at a time.
package final class VehicleListener: Sendable {
    /// How cars may connect.
    package struct Security: Sendable {
        /// nil: without TLS only.
        let tls: TLSContext?
        package var allowsPlain: Bool
        /// ISO 15118-20 without mutual TLS 1.3, as on a bench.
        package var allowsInsecureISO20 = false

        /// Files are read here; a new certificate needs a new listener.
        package init(_ tls: StationTLS?, allowsPlain: Bool, allowsInsecureISO20: Bool = false) throws(TLSFault) {
            self.tls = if let tls { try TLSContext(station: tls) } else { nil }
            self.allowsPlain = allowsPlain
            self.allowsInsecureISO20 = allowsInsecureISO20
        }
    }

    /// With the port it got.
    package let address: SocketAddress
    private let channel: any Channel
    private let door: StationDoor
    private let conversations: AsyncStream<StationConversation>

    private init(_ channel: any Channel, _ door: StationDoor, _ conversations: AsyncStream<StationConversation>) {
        (self.channel, self.door, self.conversations) = (channel, door, conversations)
        address = channel.localAddress ?? door.place
    }

    /// - Parameters:
    ///   - address: with its scope where it is link-local; port 0 for a free one of those that cars take.
    ///   - dataLink: where cars are matched first.
    ///   - waiting: the session a car may come back to, from before a restart.
    ///   - refused: told of connections that come to no session, on the event loop.
    package static func open(
        at address: SocketAddress, for point: any ChargingPoint, security: Security,
        bounds: VehicleBounds = VehicleBounds(), dataLink: DataLink? = nil, waiting: WaitingSession? = nil,
        group: any EventLoopGroup,
        refused: @escaping @Sendable (VehicleRefused) -> Void = { _ in }
    ) async throws(LinkProblem) -> VehicleListener {
        let (conversations, continuation) = AsyncStream.makeStream(of: StationConversation.self)
        let door = StationDoor(
            place: address, point: point, security: security, bounds: bounds,
            entrance: Entrance(halfOpen: bounds.halfOpen, waiting: waiting), dataLink: dataLink,
            conversations: continuation, refused: refused)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 16)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: false)
            // The kernel would take megabytes for a car that reads nothing.
            .childChannelOption(.socketOption(.so_sndbuf), value: SocketOptionValue(clamping: bounds.unsentBytes))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try door.admit(channel) }
            }
        do {
            return VehicleListener(try await bind(bootstrap, to: address), door, conversations)
        } catch { throw .cannotListen("\(address)", words: words(of: error)) }
    }

    /// Cars take only dynamic ports (RFC 6335) from a discovery's answer; what the kernel calls free begins lower.
    private static let ports = 49_152...65_535

    private static func bind(_ bootstrap: ServerBootstrap, to address: SocketAddress) async throws -> any Channel {
        guard address.port == 0 else { return try await bootstrap.bind(to: address).get() }
        for _ in 0..<20 {
            do {
                return try await bootstrap.bind(to: address.on(port: .random(in: ports))).get()
            } catch let error as IOError where error.errnoCode == EADDRINUSE { continue }
        }
        throw IOError(errnoCode: EADDRINUSE, reason: "no free port among twenty")
    }

    /// What discovery tells cars.
    package var offers: [Discovery.Response] {
        let kinds: [Discovery.Security] =
            (door.security.tls == nil ? [] : [.tls]) + (door.security.allowsPlain ? [.none] : [])
        let port = UInt16(clamping: address.port ?? 0)
        return kinds.compactMap { Discovery.Response(address: address.bytes ?? [], port: port, security: $0) }
    }

    /// Connections that found the point busy or the door full.
    package var turnedAway: Int { door.entrance.turnedAway }
    var atTheDoor: Int { door.entrance.atTheDoor }

    /// Serves car after car until the task is cancelled; then the session there is ends, and its power with it.
    package func run() async {
        await withTaskCancellationHandler {
            for await conversation in conversations {
                let end = await conversation.run(with: door.point)
                door.entrance.endSession(end)
                door.dataLink?.sessionEnded(end)
            }
        } onCancel: {
            door.entrance.shut()
        }
        await close()
    }

    /// Where nobody runs it.
    package func close() async {
        door.conversations.finish()
        try? await channel.close()
    }
}
