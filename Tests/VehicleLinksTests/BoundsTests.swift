// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import NIOCore
import NIOPosix
import Testing

@testable import VehicleLinks

struct BoundsTests {
    private func connect(_ bench: LinkBench) async throws -> any Channel {
        try await ClientBootstrap(group: LinkBench.group).connect(to: bench.listener.address).get()
    }

    @Test func `connections that say nothing are hung up on`() async throws {
        var bounds = VehicleBounds()
        bounds.firstByte = .milliseconds(100)
        try await LinkBench.serving(bounds: bounds) { bench in
            let channel = try await connect(bench)
            try await channel.closeFuture.get()
            try await bench.until { bench.listener.atTheDoor == 0 }
            #expect(bench.listener.atTheDoor == 0)
            #expect(bench.seen.refused == [.silent(.milliseconds(100))])
        }
    }

    @Test func `no more connections wait at the door than it holds`() async throws {
        var bounds = VehicleBounds()
        bounds.halfOpen = 2
        try await LinkBench.serving(bounds: bounds) { bench in
            let held = [try await connect(bench), try await connect(bench)]
            try await bench.until { bench.listener.atTheDoor == 2 }
            try await connect(bench).closeFuture.get()
            #expect(bench.listener.turnedAway == 1)
            #expect(bench.seen.refused == [.doorFull])
            for channel in held { try await channel.close() }
            try await bench.until { bench.listener.atTheDoor == 0 }
            #expect(try await bench.drive(LinkBench.plan(turns: 1)).end == .finished)
        }
    }

    @Test(arguments: [0x00, 0x02, 0x47, 0x16, 0xFF] as [UInt8])
    func `what is neither TLS nor V2GTP is hung up on`(first: UInt8) async throws {
        try await LinkBench.serving { bench in
            let channel = try await connect(bench)
            try? await channel.writeAndFlush(ByteBuffer(bytes: [first, 1, 2, 3]))
            try await channel.closeFuture.get()
            #expect(bench.seen.arrivals.isEmpty)
            #expect(bench.seen.refused == [first == 0x16 ? .tlsNotOffered : .neither(first)])
        }
    }

    @Test func `the port is one that cars take`() async throws {
        try await LinkBench.serving { bench in
            let port = try #require(bench.listener.address.port)
            #expect(port >= 49_152)
            #expect(bench.listener.offers.map(\.port) == [UInt16(port)])
        }
    }

    @Test func `a second car is turned away while the first charges`() async throws {
        try await LinkBench.serving { bench in
            let first = try await VehicleLink.open(
                at: bench.listener.address, plan: LinkBench.plan(turns: nil), security: nil, group: LinkBench.group)
            for await step in first.steps { if case .turned = step { break } }
            #expect(try await bench.drive(LinkBench.plan()).end == .disconnected)
            #expect(bench.seen.refused == [.busy])
            first.tell(.end(.terminate))
            #expect(try await first.end() == .finished)
        }
    }

    @Test func `a frame that announces too much ends the session`() async throws {
        try await LinkBench.serving { bench in
            let channel = try await connect(bench)
            try await channel.writeAndFlush(ByteBuffer(bytes: [0x01, 0xFE, 0x80, 0x01, 0x7F, 0xFF, 0xFF, 0xFF]))
            try await channel.closeFuture.get()
            #expect(bench.seen.ends == [.notV2GTP(.tooLong(0x7FFF_FFFF, atMost: FrameAssembler.usualCap))])
        }
    }

    @Test func `a car that asks without reading is hung up on`() async throws {
        var bounds = VehicleBounds()
        bounds.unsentBytes = 16 * 1_024
        var habits = LinkBench.quick
        // For as long as it is not allowed to charge, a car may ask again.
        habits.hardware = .seconds(30)
        try await LinkBench.serving(bounds: bounds, habits: habits) { bench in
            let channel = try await ClientBootstrap(group: LinkBench.group)
                .channelOption(.socketOption(.so_rcvbuf), value: 2_048)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DeafCar(repeating: 40_000))
                    }
                }
                .connect(to: bench.listener.address).get()
            try await bench.until { !bench.seen.ends.isEmpty }
            #expect(bench.seen.ends == [.byOwner])
            try? await channel.close()
        }
    }

    @Test func `of waiting operating points and needs only the latest is kept`() {
        let queue = CommandQueue(bound: 3)
        var needs = EVNeeds()
        _ = queue.add(.need(needs))
        for volts in 1...1_000 {
            #expect(queue.add(.operate(.preCharge(.volts(volts)))))
            needs.soc = .percent(volts % 100)
            #expect(queue.add(.need(needs)))
        }
        _ = queue.add(.contactors(.open))
        #expect(!queue.add(.operate(.off)))
        let points = queue.take().filter { if case .operate = $0 { true } else { false } }
        #expect(points == [.operate(.preCharge(.volts(1_000))), .operate(.off)])
        #expect(queue.take().isEmpty)
    }

    @Test func `contactors keep their place between two operating points`() {
        let queue = CommandQueue(bound: 10)
        let commands: [StationOutput] = [
            .operate(.preCharge(.volts(400))), .operate(.off), .contactors(.open), .operate(.off), .end(.byOwner),
        ]
        for command in commands { _ = queue.add(command) }
        #expect(queue.take() == [.operate(.off), .contactors(.open), .operate(.off), .end(.byOwner)])
    }
}

/// Stops reading at its first question about authorisation, and repeats that.
private final class DeafCar: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private var session = VehicleSession(LinkBench.plan(), at: .now, wallTime: .now)
    private let times: Int

    init(repeating times: Int) { self.times = times }

    func channelActive(context: ChannelHandlerContext) { obey(context, session.start(at: .now)) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        obey(context, session.receive(Array(unwrapInboundIn(data).readableBytesView), at: .now))
    }

    private func obey(_ context: ChannelHandlerContext, _ outputs: [VehicleOutput]) {
        for case .send(let bytes) in outputs {
            let isLast = session.phase == .awaiting(.authorization)
            if isLast { _ = context.channel.setOption(.autoRead, value: false) }
            for _ in 0..<(isLast ? times : 1) { context.write(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil) }
            context.flush()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
