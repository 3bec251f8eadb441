// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import Electricity

/// A station's side of one connection: from the first byte of the handshake to the end. The owner moves the bytes, keeps
/// the clock and carries out what is returned.
public struct StationSession: Sendable {
    private enum Stage: Sendable { case handshake, running(StationMachine), ended }

    public let offer: StationOffer
    private let sessionID: [UInt8]
    private let paused: PausedSession?
    private let contracts: StationContracts?
    private let started: Instant
    private let wallTime: WallTime
    private var stage = Stage.handshake
    private var assembler = FrameAssembler()
    /// Whether the request came beside the main conversation, as then its answer does.
    private var isSideStream = false
    private var handshakeDeadline: Instant
    /// What the owner told before there was a machine to tell.
    private var early: [StationInput] = []

    /// - Parameters:
    ///   - sessionID: Eight random bytes, for a new session.
    ///   - paused: The session a car may come back to.
    ///   - contracts: Only over TLS; nil where contracts are no payment.
    ///   - wallTime: At `now`; answers are dated by it.
    public init(
        offer: StationOffer, sessionID: [UInt8], paused: PausedSession? = nil, contracts: StationContracts? = nil,
        at now: Instant, wallTime: WallTime
    ) {
        self.offer = offer
        self.sessionID = sessionID
        self.paused = paused
        self.contracts = contracts
        started = now
        self.wallTime = wallTime
        handshakeDeadline = now + offer.sequenceTimeout
    }

    public var machine: StationMachine? {
        switch stage {
        case .running(let machine): machine
        case .handshake, .ended: nil
        }
    }

    public var isEnded: Bool {
        switch stage {
        case .ended: true
        case .handshake, .running: false
        }
    }

    /// When `advance` has something to do.
    public var deadline: Instant? {
        switch stage {
        case .handshake: handshakeDeadline
        case .running(let machine): machine.deadline
        case .ended: nil
        }
    }

    public mutating func receive(_ bytes: [UInt8], at now: Instant) -> [StationOutput] {
        guard !isEnded else { return [] }
        assembler.append(bytes)
        var outputs: [StationOutput] = []
        while !isEnded {
            do throws(V2GTPError) {
                guard let frame = try assembler.next() else { break }
                outputs += receive(frame, at: now)
            } catch {
                return outputs + end(.notV2GTP(error), at: now)
            }
        }
        return outputs
    }

    public mutating func handle(_ input: StationInput, at now: Instant) -> [StationOutput] {
        switch (stage, input) {
        case (.handshake, .stop): return end(.byOwner, at: now)
        case (.handshake, _):
            early.append(input)
            return []
        case (.running, _): return run(at: now) { $0.handle(input, at: now) }
        case (.ended, _): return []
        }
    }

    public mutating func advance(to now: Instant) -> [StationOutput] {
        switch stage {
        case .handshake: now >= handshakeDeadline ? end(.silent, at: now) : []
        case .running: run(at: now) { $0.advance(to: now) }
        case .ended: []
        }
    }

    /// The connection is gone.
    public mutating func disconnected(at now: Instant) -> [StationOutput] { end(.disconnected, at: now) }

    private mutating func receive(_ frame: V2GTPFrame, at now: Instant) -> [StationOutput] {
        switch stage {
        case .handshake: return negotiate(frame, at: now)
        case .running(let machine):
            do throws(TranslationError) {
                let (sessionID, request) = try Translation.request(frame, machine.standard)
                isSideStream = frame.type.isSideStream
                defer { isSideStream = false }
                return run(at: now) { $0.handle(request, sessionID: sessionID, at: now) }
            } catch {
                return end(.notUnderstood(error), at: now)
            }
        case .ended: return []
        }
    }

    private mutating func negotiate(_ frame: V2GTPFrame, at now: Instant) -> [StationOutput] {
        guard frame.type == .exi else { return end(.notUnderstood(.payloadType(frame.type)), at: now) }
        do throws(EXIError) {
            guard case .supportedAppProtocolReq(let request) = try AppProtocol.Document.decode(frame.payload) else {
                return end(.notUnderstood(.wrongDirection), at: now)
            }
            guard let choice = ProtocolNegotiation.choose(request, offered: offer.standards) else {
                return [try handshake(ProtocolNegotiation.refusal)] + end(.noCommonProtocol, at: now)
            }
            let answer = try handshake(choice.response)
            var machine = StationMachine(
                choice.standard, offer: offer, sessionID: sessionID, paused: paused, contracts: contracts, at: now,
                wallTime: wallTime + (now - started))
            for input in early { _ = machine.handle(input, at: now) }
            early = []
            stage = .running(machine)
            return [answer]
        } catch {
            return end(.notUnderstood(.exi(error)), at: now)
        }
    }

    private func handshake(_ response: ProtocolNegotiation.Response) throws(EXIError) -> StationOutput {
        let payload = try AppProtocol.Document.supportedAppProtocolRes(response).encode()
        return .send(V2GTPFrame(type: .exi, payload: payload))
    }

    private mutating func end(_ reason: StationEnd, at now: Instant) -> [StationOutput] {
        switch stage {
        case .handshake:
            stage = .ended
            return [.end(reason)]
        case .running: return run(at: now) { $0.end(reason) }
        case .ended: return []
        }
    }

    /// Lets the machine decide, and turns its replies into frames.
    private mutating func run(
        at now: Instant, _ decide: (inout StationMachine) -> [StationMachine.Output]
    ) -> [StationOutput] {
        guard case .running(var machine) = stage else { return [] }
        var outputs: [StationOutput] = []
        for output in decide(&machine) {
            switch output {
            case .effect(let effect): outputs.append(effect)
            case .reply(let reply):
                do throws(EXIError) {
                    outputs.append(.send(try Translation.frame(reply, header(machine, at: now))))
                } catch {
                    stage = .ended
                    return outputs + machine.switchedOff().compactMap(\.effect) + [.end(.inexpressible(error))]
                }
            }
        }
        stage = machine.phase == .ended ? .ended : .running(machine)
        return outputs
    }

    private func header(_ machine: StationMachine, at now: Instant) -> StationHeader {
        StationHeader(
            sessionID: machine.sessionID, time: wallTime + (now - started), offer: offer, standard: machine.standard,
            service: machine.service, phases: machine.phases, notice: machine.answeredNotice,
            condition: machine.condition, contracts: machine.contracts, schedules: machine.schedules.offered,
            selected: machine.schedules.selected, isSideStream: isSideStream)
    }
}

extension StationMachine.Output {
    var effect: StationOutput? {
        switch self {
        case .effect(let effect): effect
        case .reply: nil
        }
    }
}

extension StationMachine {
    var answeredNotice: Notice? { notice ?? (payment.wantsConfirmation ? .confirmMeter : nil) }

    var condition: StationHeader.Condition {
        if facts.isFaulty || facts.insulation == .faulty { return .faulted }
        if notice == .terminate { return .shuttingDown }
        switch phase {
        case .cableCheck: return .checkingCable
        case .preCharge, .powerDelivery, .closingContactors, .charging, .meteringReceipt: return .ready
        case .sessionSetup, .authorizationSetup, .authorization, .paymentDetails, .awaitingCertificate,
            .serviceDiscovery, .serviceSelection, .chargeParameters, .scheduleExchange, .stopped, .ended:
            return .idle
        }
    }
}
