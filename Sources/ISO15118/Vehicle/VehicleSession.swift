// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import Electricity

/// A car's side of one connection, for the bench and for tests: asks, reads the answer, and asks on.
public struct VehicleSession: Sendable {
    public enum Phase: Hashable, Sendable {
        case ready, handshake
        case awaiting(Request.Kind)
        /// Until the deadline, then asks the kind (again).
        case resting(Request.Kind)
        case ended
    }

    public internal(set) var plan: VehiclePlan
    public private(set) var phase = Phase.ready
    public private(set) var standard: Standard?
    public private(set) var deadline: Instant?
    public private(set) var sessionID: [UInt8]
    public internal(set) var contracts: VehicleContracts?
    /// The station's latest word.
    public internal(set) var granted: PowerLimits?
    public internal(set) var target: Power?
    /// What it may choose between, by its own clock.
    public internal(set) var schedules: [ScheduleTuple] = []
    var parameterSet: UInt16?
    /// Answered turns of the charge loop.
    public internal(set) var turns = 0
    var weldingChecks = 0
    var stationVoltage = Voltage.zero
    var nominalVoltage = Voltage.volts(230)
    var isCharging = false
    /// The car's contactors are closed (DC): before the station has agreed to charge, and after.
    var isConnected = false
    var isRenegotiating = false
    var ending: SessionStop?
    var wantsRenegotiation = false
    var wantsStandby: Bool?
    var isStandingBy = false
    var payment = VehiclePayment()
    /// The first question of the kind under way.
    private var asked: (kind: Request.Kind, since: Instant)?
    private var mayWaitForCustomer = false
    private var assembler = FrameAssembler()
    private let started: Instant
    private let wallTime: WallTime
    /// At the latest answer.
    private(set) var time: WallTime

    /// - Parameter contracts: Only over TLS; nil for a car that is paid for at the station.
    public init(_ plan: VehiclePlan, contracts: VehicleContracts? = nil, at now: Instant, wallTime: WallTime) {
        self.plan = plan
        self.contracts = contracts
        started = now
        self.wallTime = wallTime
        time = wallTime
        sessionID = plan.resuming ?? []
    }

    /// The handshake; once.
    public mutating func start(at now: Instant) -> [VehicleOutput] {
        guard phase == .ready else { return [] }
        do throws(EXIError) {
            let request = ProtocolNegotiation.request(plan.standards)
            let payload = try AppProtocol.Document.supportedAppProtocolReq(request).encode()
            phase = .handshake
            deadline = now + max(plan.leastPatience, VehicleTiming.handshake)
            return [.send(V2GTPFrame(type: .exi, payload: payload).bytes)]
        } catch {
            return end(.inexpressible)
        }
    }

    public mutating func receive(_ bytes: [UInt8], at now: Instant) -> [VehicleOutput] {
        guard phase != .ended else { return [] }
        assembler.append(bytes)
        var outputs: [VehicleOutput] = []
        while phase != .ended {
            do throws(V2GTPError) {
                guard let frame = try assembler.next() else { break }
                outputs += receive(frame, at: now)
            } catch {
                return outputs + end(.notV2GTP(error))
            }
        }
        return outputs
    }

    public mutating func advance(to now: Instant) -> [VehicleOutput] {
        guard let deadline, now >= deadline else { return [] }
        switch phase {
        case .resting(let kind): return ask(request(kind), at: now)
        case .awaiting(let kind): return end(.unanswered(kind))
        case .handshake: return end(.unanswered(.sessionSetup))
        case .ready, .ended: return []
        }
    }

    public mutating func disconnected() -> [VehicleOutput] { end(.disconnected) }

    public mutating func handle(_ input: VehicleInput) {
        switch input {
        case .battery(let soc, let voltage):
            plan.needs.soc = soc
            plan.batteryVoltage = voltage
        case .power(let power): plan.needs.presentPower = power
        case .limits(let limits): plan.needs.power = limits
        case .end(let how): ending = how
        case .renegotiate: wantsRenegotiation = true
        case .standBy(let wanted): wantsStandby = wanted
        }
    }

    // MARK: What comes in

    private mutating func receive(_ frame: V2GTPFrame, at now: Instant) -> [VehicleOutput] {
        switch phase {
        case .handshake: return negotiated(frame, at: now)
        case .awaiting(let kind):
            guard let standard else { return end(.inexpressible) }
            do throws(TranslationError) {
                return heard(try Translation.answer(frame, standard), to: kind, at: now)
            } catch {
                return end(.notUnderstood(error))
            }
        // Nothing was asked.
        case .ready, .resting: return end(.notUnderstood(.wrongDirection))
        case .ended: return []
        }
    }

    private mutating func negotiated(_ frame: V2GTPFrame, at now: Instant) -> [VehicleOutput] {
        guard frame.type == .exi else { return end(.notUnderstood(.payloadType(frame.type))) }
        do throws(EXIError) {
            guard case .supportedAppProtocolRes(let response) = try AppProtocol.Document.decode(frame.payload) else {
                return end(.notUnderstood(.wrongDirection))
            }
            guard let standard = ProtocolNegotiation.selected(response, from: plan.standards) else {
                return end(.noCommonProtocol)
            }
            self.standard = standard
            guard standard.expresses(plan.service, plan.mode) else { return end(.notOffered(plan.service, plan.mode)) }
            if sessionID.isEmpty { sessionID = standard.isISO20 ? Array(repeating: 0, count: 8) : [0] }
            return ask(request(.sessionSetup), at: now)
        } catch {
            return end(.notUnderstood(.exi(error)))
        }
    }

    mutating func heard(_ answer: Answer, to kind: Request.Kind, at now: Instant) -> [VehicleOutput] {
        time = wallTime + (now - started)
        guard answer.kind == kind else { return end(.unexpected(answer.kind, after: kind)) }
        switch answer.verdict {
        case .warning(let word): return warned(kind, word, answer, at: now)
        case .failed(let word): return end(.refused(kind, word))
        case .ok: break
        }
        if kind == .sessionSetup {
            sessionID = answer.sessionID
        } else if answer.sessionID != sessionID {
            return end(.foreignSession)
        }
        nominalVoltage = answer.nominalVoltage ?? nominalVoltage
        granted = answer.granted ?? answer.currentPerPhase.map(perPhase) ?? granted
        target = answer.target ?? target
        // What comes with “ongoing” is a stopgap.
        if answer.processing == .finished, !answer.schedules.isEmpty {
            schedules = answer.schedules.map { $0.begun(at: time) }
        }
        stationVoltage = answer.voltage ?? stationVoltage
        payment.heard(answer)
        mayWaitForCustomer = answer.processing == .waitingForCustomer
        return proceed(after: answer, at: now)
    }

    private func perPhase(_ current: Current) -> PowerLimits {
        PowerLimits(from: .zero, to: nominalVoltage * (plan.needs.phases ?? 3) * current)
    }

    // MARK: What goes out

    mutating func ask(_ request: Request, at now: Instant) -> [VehicleOutput] {
        guard let standard else { return end(.inexpressible) }
        let kind = request.kind
        if asked?.kind != kind { asked = (kind, now) }
        if let asked, !mayWaitForCustomer, repeats(kind), now - asked.since > VehicleTiming.ongoing(kind) {
            return end(.stillOngoing(kind))
        }
        phase = .awaiting(kind)
        deadline = now + max(plan.leastPatience, VehicleTiming.answer(kind, standard))
        do throws(EXIError) {
            return [.send(try bytes(request, at: now, standard))].compactMap(heldBack)
        } catch {
            return end(.inexpressible)
        }
    }

    /// The loop may go on for ever, and the precharge ends by itself.
    private func repeats(_ kind: Request.Kind) -> Bool {
        switch kind {
        case .authorization, .certificate, .chargeParameters, .scheduleExchange, .cableCheck, .preCharge: true
        case .sessionSetup, .authorizationSetup, .paymentDetails, .serviceDiscovery, .serviceDetail, .serviceSelection,
            .powerDelivery,
            .chargeLoop, .meterConfirmation, .weldingDetection, .sessionStop, .unsupported:
            false
        }
    }

    private mutating func bytes(
        _ request: Request, at now: Instant, _ standard: Standard
    ) throws(EXIError) -> [UInt8] {
        var header = VehicleHeader(
            sessionID: sessionID, time: wallTime + (now - started), soc: plan.needs.soc ?? .zero,
            service: plan.service, signer: signer(of: request))
        guard let fault = plan.fault, fault.at == request.kind else {
            return try Translation.frame(request, header, standard).bytes
        }
        switch fault.what {
        case .silence: return []
        case .garbage: return Array(repeating: 0xA5, count: 32)
        case .wrongSession:
            header.sessionID = [0xDE, 0xAD, 0xBE, 0xEF, 0xDE, 0xAD, 0xBE, 0xEF]
            return try Translation.frame(request, header, standard).bytes
        case .wrongOrder:
            let other: Request =
                request.kind == .serviceDiscovery ? .sessionSetup(vehicle: name) : .serviceDiscovery(.all)
            phase = .awaiting(other.kind)
            return try Translation.frame(other, header, standard).bytes
        }
    }

    /// A silent car sends no bytes.
    private func heldBack(_ output: VehicleOutput) -> VehicleOutput? {
        if case .send(let bytes) = output, bytes.isEmpty { return nil }
        return output
    }

    mutating func rest(before kind: Request.Kind, at now: Instant) -> [VehicleOutput] {
        phase = .resting(kind)
        deadline = now + plan.pace
        return []
    }

    mutating func end(_ reason: VehicleEnd) -> [VehicleOutput] {
        guard phase != .ended else { return [] }
        phase = .ended
        deadline = nil
        return released() + [.end(reason)]
    }

    /// Power and contactors of the car.
    mutating func released() -> [VehicleOutput] {
        let stopped: [VehicleOutput] = isCharging ? [.take(.zero)] : []
        let opened: [VehicleOutput] = isConnected ? [.contactors(.open)] : []
        isCharging = false
        isConnected = false
        return stopped + opened
    }

    /// The car's identifier in the negotiated standard.
    var name: String {
        guard standard?.isISO20 != true else { return plan.vehicle }
        return BinaryText.hexadecimal(plan.address)
    }
}
