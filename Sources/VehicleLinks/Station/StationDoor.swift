// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Glibc
import ISO15118
import NIOCore
import TLS

/// What every new connection of a listener needs.
struct StationDoor: Sendable {
    let place: SocketAddress
    let point: any ChargingPoint
    let security: VehicleListener.Security
    let bounds: VehicleBounds
    let entrance: Entrance
    /// nil where the wire is the cable.
    let dataLink: DataLink?
    let conversations: AsyncStream<StationConversation>.Continuation
    let refused: @Sendable (VehicleRefused) -> Void

    func admit(_ channel: any Channel) throws {
        let address = name(of: channel)
        let refuse = { (reason: VehicleRefused.Reason) in refused(VehicleRefused(address: address, reason: reason)) }
        guard dataLink?.isMatched ?? true else {
            refuse(.notMatched)
            throw ChannelError.inappropriateOperationForState
        }
        guard let ticket = entrance.enter() else {
            refuse(.doorFull)
            throw ChannelError.inappropriateOperationForState
        }
        channel.closeFuture.whenComplete { _ in ticket.giveBack() }
        let furnish = { (channel: any Channel, kind: FirstByteHandler.Kind) -> [any ChannelHandler]? in
            switch kind {
            case .plain: security.allowsPlain ? [handler(ticket, nil, refuse)] : nil
            case .tls: try secure(channel, ticket, refuse)
            }
        }
        let first = FirstByteHandler(within: bounds.firstByte, furnish: furnish, refuse: refuse)
        try channel.pipeline.syncOperations.addHandler(first)
    }

    private typealias Refuse = (VehicleRefused.Reason) -> Void

    private func secure(
        _ channel: any Channel, _ ticket: Ticket, _ refuse: @escaping Refuse
    ) throws -> [any ChannelHandler]? {
        guard let context = security.tls else { return nil }
        let session = try TLSSession(.server, in: context, peer: name(of: channel))
        return [TLSHandler(session, handshakeWithin: bounds.handshake), handler(ticket, session, refuse)]
    }

    private func handler(_ ticket: Ticket, _ tls: TLSSession?, _ refuse: @escaping Refuse) -> StationHandler {
        let commands = CommandQueue(bound: bounds.commands)
        let begin = { (channel: any Channel) -> StationSession? in
            ticket.giveBack()
            guard entrance.beginSession() else { return nil }
            dataLink?.sessionBegan()
            let arrival = arrival(channel, tls)
            conversations.yield(StationConversation(arrival: arrival, channel: channel, commands: commands))
            return session(arrival.security)
        }
        let watching = point as? any SessionWatching
        let watch = watching.map { point in { (progress: SessionProgress) in point.progressed(progress) } }
        return StationHandler(commands: commands, bounds: bounds, begin: begin, refuse: refuse, watch: watch)
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

    private func contracts(
        _ channel: ChannelSecurity, _ chance: inout SystemRandomNumberGenerator
    ) -> StationContracts? {
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
