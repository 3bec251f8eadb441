// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import LinuxIO
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import OCPP
import Synchronization
import TLS

/// Stations' WebSockets, and the machine behind them. Whatever thread something comes from, the machine takes one thing at a time and
/// what it wants done is done in its order.
final class BackendServer: Sendable {
    private struct State: Sendable {
        var machine: BackendMachine
        var channels: [String: any Channel] = [:]
        var exit: Int32?
    }

    private let state: Mutex<State>
    private let group: MultiThreadedEventLoopGroup
    private let options: BackendOptions
    private let say: @Sendable (String) -> Void

    init(_ options: BackendOptions, script: [BackendCommand], print say: @escaping @Sendable (String) -> Void) {
        self.options = options
        self.say = say
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        state = Mutex(State(machine: BackendMachine(script: script, at: MonotonicClock.now())))
    }

    /// Where it listens, as HOST:PORT.
    func listen() throws(BenchProblem) -> String {
        do {
            let context = try options.identity.map { try TLSContext(serverAs: $0, trustingClientsOf: options.clients) }
            let channel = try ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { [self] channel in
                    channel.eventLoop.makeCompletedFuture { try self.serve(channel, context) }
                }
                .bind(host: options.host, port: options.port).wait()
            let host = options.host.contains(":") ? "[\(options.host)]" : options.host
            return "\(host):\(channel.localAddress?.port ?? options.port)"
        } catch let fault as TLSFault {
            throw BenchProblem(.configuration, "\(fault)")
        } catch {
            throw BenchProblem(.unavailable, "\(options.host):\(options.port) cannot be listened on: \(error)")
        }
    }

    func stop() { try? group.syncShutdownGracefully() }

    // MARK: For the machine

    func connected(_ station: String, _ version: OCPPVersion, _ channel: any Channel) {
        perform { state, now, wall in
            // Whoever comes again with the same identity has lost its old connection.
            let old = state.channels.updateValue(channel, forKey: station)
            old?.close(promise: nil)
            return state.machine.connected(station, version, at: now, wall)
        }
    }

    func disconnected(_ station: String, _ channel: any Channel) {
        perform { state, now, wall in
            guard let known = state.channels[station], known === channel else { return [] }
            state.channels[station] = nil
            return state.machine.disconnected(station, at: now, wall)
        }
    }

    func received(_ frame: [UInt8], from station: String) {
        perform { $0.machine.received(frame, from: station, at: $1, $2) }
    }

    func command(_ line: String) { perform { $0.machine.command(line, at: $1, $2) } }

    /// Lets time pass; the exit code once the script is over.
    func tick() -> Int32? {
        perform { $0.machine.tick(at: $1, $2) }
        return state.withLock { $0.exit }
    }

    private func perform(_ input: (inout State, Instant, WallTime) -> [BackendMachine.Output]) {
        let clock = WallClock.now()
        let wall = WallTime(milliseconds: clock.seconds * 1_000 + Int64(clock.nanoseconds) / 1_000_000)
        state.withLock { state in
            var open = input(&state, MonotonicClock.now(), wall)[...]
            while let output = open.popFirst() {
                switch output {
                case .print(let line): say(line)
                case .transmit(let station, let frame):
                    state.channels[station]?.writeAndFlush(BackendFrame.text(frame), promise: nil)
                case .close(let station, let code):
                    state.channels[station]?.writeAndFlush(BackendFrame.close(code), promise: nil)
                case .read(let file):
                    let text = try? String(contentsOfFile: file, encoding: .utf8)
                    open += state.machine.fileRead(text, at: MonotonicClock.now(), wall)
                case .finish(let code): state.exit = state.exit ?? code
                }
            }
        }
    }

    // MARK: Connections

    private func serve(_ channel: any Channel, _ context: TLSContext?) throws {
        if let context {
            let session = try TLSSession(.server, in: context, peer: "a station")
            try channel.pipeline.syncOperations.addHandler(TLSHandler(session))
        }
        let opening = BackendOpening(options)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 20, automaticErrorHandling: true,
            shouldUpgrade: { channel, head in channel.eventLoop.makeCompletedFuture { opening.headers(for: head) } },
            upgradePipelineHandler: { [self] channel, head in
                channel.eventLoop.makeCompletedFuture {
                    guard let version = opening.version(for: head) else { return channel.close(promise: nil) }
                    let aggregator = NIOWebSocketFrameAggregator(
                        minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1_024, maxAccumulatedFrameSize: 1 << 20)
                    let handler = BackendHandler(self, station: BackendOpening.identity(in: head.uri), version)
                    try channel.pipeline.syncOperations.addHandlers([aggregator, handler])
                }
            })
        let refusal = BackendRefusal(opening)
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(refusal, promise: nil)
                }
            ))
        try channel.pipeline.syncOperations.addHandler(refusal)
    }
}

/// What is sent on a station's channel.
enum BackendFrame: Sendable {
    case text([UInt8])
    case close(UInt16)
}
