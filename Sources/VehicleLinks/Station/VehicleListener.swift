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
    ///   - address: with its scope where it is link-local; port 0 for a free one.
    ///   - paused: the session a car may come back to, from before a restart.
    package static func open(
        at address: SocketAddress, for point: any ChargingPoint, security: Security,
        bounds: VehicleBounds = VehicleBounds(), paused: PausedSession? = nil, group: any EventLoopGroup
    ) async throws(LinkProblem) -> VehicleListener {
        let (conversations, continuation) = AsyncStream.makeStream(of: StationConversation.self)
        let door = StationDoor(
            place: address, point: point, security: security, bounds: bounds,
            entrance: Entrance(halfOpen: bounds.halfOpen, paused: paused), conversations: continuation)
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
            return VehicleListener(try await bootstrap.bind(to: address).get(), door, conversations)
        } catch { throw .cannotListen("\(address)", words: words(of: error)) }
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

/// What every new connection of a listener needs.
struct StationDoor: Sendable {
    let place: SocketAddress
    let point: any ChargingPoint
    let security: VehicleListener.Security
    let bounds: VehicleBounds
    let entrance: Entrance
    let conversations: AsyncStream<StationConversation>.Continuation

    func admit(_ channel: any Channel) throws {
        guard let ticket = entrance.enter() else { throw ChannelError.inappropriateOperationForState }
        channel.closeFuture.whenComplete { _ in ticket.giveBack() }
        let first = FirstByteHandler(within: bounds.firstByte) { channel, kind in
            switch kind {
            case .plain: security.allowsPlain ? [handler(ticket, nil)] : nil
            case .tls: try secure(channel, ticket)
            }
        }
        try channel.pipeline.syncOperations.addHandler(first)
    }

    private func secure(_ channel: any Channel, _ ticket: Ticket) throws -> [any ChannelHandler]? {
        guard let context = security.tls else { return nil }
        let session = try TLSSession(.server, in: context, peer: name(of: channel))
        return [TLSHandler(session, handshakeWithin: bounds.handshake), handler(ticket, session)]
    }

    private func handler(_ ticket: Ticket, _ tls: TLSSession?) -> StationHandler {
        let commands = CommandQueue(bound: bounds.commands)
        return StationHandler(commands: commands, bounds: bounds) { channel in
            ticket.giveBack()
            guard entrance.beginSession() else { return nil }
            let arrival = arrival(channel, tls)
            conversations.yield(StationConversation(arrival: arrival, channel: channel, commands: commands))
            return session(arrival.security)
        }
    }

    private func arrival(_ channel: any Channel, _ tls: TLSSession?) -> VehicleArrival {
        let security: ChannelSecurity =
            switch tls?.version {
            case nil: .none
            case .v1_2?: .tls1_2
            case .v1_3?: .tls1_3(isMutual: tls?.peerName != nil)
            }
        return VehicleArrival(address: name(of: channel), security: security, certificate: tls?.peerName)
    }

    private func session(_ channel: ChannelSecurity) -> StationSession {
        var offer = point.offer
        if !security.allowsInsecureISO20 { offer.standards.removeAll { !channel.permits($0) } }
        var chance = SystemRandomNumberGenerator()
        let number: UInt64 = chance.next()
        return StationSession(
            offer: offer, sessionID: withUnsafeBytes(of: number) { Array($0) }, paused: entrance.paused,
            contracts: contracts(channel, &chance), at: .now, wallTime: .now)
    }

    private func contracts(_ channel: ChannelSecurity, _ chance: inout SystemRandomNumberGenerator) -> StationContracts?
    {
        guard channel.permitsContracts, let point = point as? any ContractPoint else { return nil }
        return point.contracts(challenge: (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &chance) })
    }

    private func name(of channel: any Channel) -> String { channel.remoteAddress.map { "\($0)" } ?? "a car" }
}

extension WallTime {
    static var now: WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
