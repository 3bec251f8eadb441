// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// A station's side of one session, from SessionSetup to SessionStop, in the words of all standards together. Each
/// standard has its own order of messages (`StationPhase.expects`) and its own way from phase to phase; what a message
/// does is the same in all of them.
///
/// A failure code ends the session, as does a request out of order, a foreign session identifier, or silence.
public struct StationMachine: Sendable {
    public enum Output: Equatable, Sendable {
        case reply(Reply)
        case effect(StationOutput)
    }

    /// What the owner told.
    struct Facts: Sendable {
        var authorisation = StationInput.Authorisation.pending
        var insulation = StationInput.Insulation.unknown
        var contactors = StationInput.ContactorState.open
        var voltage = Voltage.zero
        var current = Current.zero
        var target = Power.zero
        var meter: MeterReading?
        /// Contactors or insulation failed under way.
        var isFaulty = false
    }

    public let standard: Standard
    public let offer: StationOffer
    public let contracts: StationContracts?
    public internal(set) var phase = StationPhase.sessionSetup
    public internal(set) var sessionID: [UInt8]
    public internal(set) var vehicle = ""
    public internal(set) var service: EnergyService?
    public internal(set) var mode = ControlMode.scheduled
    public internal(set) var needs = EVNeeds()
    /// When `advance` has something to do.
    public internal(set) var deadline: Instant?
    var facts = Facts()
    var notice: Notice?
    /// Whether contactors were asked to close.
    var isEnergised = false
    var isRenegotiating = false
    /// Whether the owner was asked about this car.
    var hasAsked = false
    /// ISO 15118-20: the car rests, with contactors closed.
    var isStandingBy = false
    let paused: PausedSession?
    var payment = PaymentState()
    var schedules = ScheduleState()
    private let started: Instant
    private let wallTime: WallTime

    /// - Parameters:
    ///   - sessionID: Eight random bytes for a new session.
    ///   - paused: The session a car may come back to.
    ///   - contracts: nil where contracts are no payment.
    ///   - wallTime: At `now`; certificates are judged by it.
    public init(
        _ standard: Standard, offer: StationOffer, sessionID: [UInt8], paused: PausedSession? = nil,
        contracts: StationContracts? = nil, at now: Instant, wallTime: WallTime
    ) {
        self.standard = standard
        self.offer = offer
        self.sessionID = sessionID
        self.paused = paused
        // DIN SPEC 70121 has the messages, but no one to pay by them.
        self.contracts = standard == .din ? nil : contracts
        started = now
        self.wallTime = wallTime
        deadline = now + offer.sequenceTimeout
    }

    /// - Parameter sessionID: From the request's header.
    public mutating func handle(_ request: Request, sessionID: [UInt8], at now: Instant) -> [Output] {
        guard phase != .ended else { return [] }
        if phase != .sessionSetup, request.kind != .sessionSetup, sessionID != self.sessionID {
            return refuse(request, .unknownSession)
        }
        if case .unsupported(let name) = request { return end(.unsupported(name)) }
        guard phase.expects(in: standard, service?.transfer).contains(request.kind) else {
            return refuse(request, .sequenceError)
        }
        let outputs = act(on: request, sessionID: sessionID, at: now)
        // A new wait begins with every answer; the one for the contactors was set with the phase.
        if phase != .ended, phase != .closingContactors, phase != .awaitingCertificate {
            deadline = now + offer.sequenceTimeout
        }
        return outputs
    }

    public mutating func advance(to now: Instant) -> [Output] {
        guard let deadline, now >= deadline else { return [] }
        switch phase {
        case .closingContactors: return fail(.contactorError, .powerDelivery, .powerDelivery)
        case .awaitingCertificate: return certificateIsLate(at: now)
        case .sessionSetup, .authorizationSetup, .authorization, .paymentDetails, .serviceDiscovery, .serviceSelection,
            .chargeParameters, .scheduleExchange, .cableCheck, .preCharge, .powerDelivery, .charging,
            .meteringReceipt, .stopped:
            return end(.silent)
        case .ended: return []
        }
    }

    private mutating func act(on request: Request, sessionID: [UInt8], at now: Instant) -> [Output] {
        switch request {
        case .sessionSetup(let vehicle): return setUp(vehicle, sessionID)
        case .authorizationSetup:
            phase = .authorization
            return [.reply(Reply(.ok, .authorizationSetup))]
        case .authorization(.external): return authorizeExternally(request)
        case .authorization(.contract(let proof)): return authorize(proof, request, at: now)
        case .paymentDetails(let contract): return show(contract, request, at: now)
        case .certificate(let certificate): return ask(certificate, request, at: now)
        case .serviceDiscovery(let filter):
            phase = .serviceSelection
            return [.reply(Reply(.ok, .serviceDiscovery(filter)))]
        case .serviceDetail(let service): return detail(service, request)
        case .serviceSelection(let selection): return select(selection, request)
        case .chargeParameters(let service, let needs): return agree(service, needs, request, at: now)
        case .scheduleExchange(let mode, let needs): return exchange(mode, needs, request, at: now)
        case .cableCheck: return checkCable(request)
        case .preCharge(let target): return preCharge(target, request)
        case .powerDelivery(let delivery): return deliver(delivery, request, at: now)
        case .chargeLoop(let loop): return turn(loop, request, at: now)
        case .meterConfirmation(let receipt): return confirm(receipt, request, at: now)
        case .weldingDetection: return [.reply(Reply(.ok, .weldingDetection(present: facts.voltage)))]
        case .sessionStop(let stop): return self.stop(stop, request)
        case .unsupported(let name): return end(.unsupported(name))
        }
    }

    func time(at now: Instant) -> WallTime { wallTime + (now - started) }

    // MARK: Ends

    mutating func refuse(_ request: Request, _ code: ReplyCode) -> [Output] {
        let reply = Reply.refusing(request, code).map { Output.reply($0) }
        return (reply.map { [$0] } ?? []) + end(.refused(code, request.kind))
    }

    private mutating func fail(_ code: ReplyCode, _ body: Reply.Body, _ kind: Request.Kind) -> [Output] {
        [.reply(Reply(code, body))] + end(.refused(code, kind))
    }

    mutating func end(_ reason: StationEnd) -> [Output] {
        guard phase != .ended else { return [] }
        let outputs = switchedOff()
        phase = .ended
        deadline = nil
        return outputs + [.effect(.end(reason))]
    }

    /// Current first, contactors after it.
    mutating func switchedOff() -> [Output] {
        guard isEnergised else { return [] }
        isEnergised = false
        // A report of their opening that is still under way must not be taken for a fault of the next closing.
        facts.contactors = .open
        let opening = Output.effect(.contactors(.open))
        return service?.transfer == .dc ? [.effect(.operate(.off)), opening] : [opening]
    }
}
