// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

// What the car asks next.

extension VehicleSession {
    mutating func proceed(after answer: Answer, at now: Instant) -> [VehicleOutput] {
        let isISO20 = standard?.isISO20 == true
        let isDC = plan.service.transfer == .dc
        switch answer.kind {
        case .sessionSetup: return ask(request(isISO20 ? .authorizationSetup : .serviceDiscovery), at: now)
        case .authorizationSetup: return choosePayment(answer, at: now)
        case .paymentDetails: return ask(request(.authorization), at: now)
        case .certificate: return received(answer, at: now)
        case .authorization:
            payment.isProven = !isISO20
            return once(answer, isISO20 ? .serviceDiscovery : .chargeParameters, at: now)
        case .serviceDiscovery:
            guard isISO20 else { return choosePayment(answer, at: now) }
            guard answer.services.contains(plan.service.rawValue) else {
                return end(.notOffered(plan.service, plan.mode))
            }
            return ask(request(.serviceDetail), at: now)
        case .serviceDetail:
            guard isISO20 else { return ask(request(.serviceSelection), at: now) }
            guard let set = answer.parameterSets.first(where: { $0.mode == plan.mode }) else {
                return end(.notOffered(plan.service, plan.mode))
            }
            parameterSet = set.id
            return ask(request(.serviceSelection), at: now)
        case .serviceSelection: return ask(request(isISO20 ? .chargeParameters : payment.next), at: now)
        case .chargeParameters:
            return once(answer, isISO20 ? .scheduleExchange : afterAgreement(isDC), at: now)
        case .scheduleExchange: return once(answer, afterAgreement(isDC), at: now)
        case .cableCheck: return once(answer, .preCharge, at: now)
        case .preCharge: return preCharged(at: now)
        case .powerDelivery: return delivered(isDC, isISO20, at: now)
        case .chargeLoop: return turned(answer, at: now)
        case .weldingDetection:
            weldingChecks += 1
            let isDead = stationVoltage < .volts(60)
            return isDead || weldingChecks >= 5
                ? ask(request(.sessionStop), at: now) : rest(before: .weldingDetection, at: now)
        case .sessionStop: return stopped(at: now)
        case .meterConfirmation, .unsupported: return rest(before: .chargeLoop, at: now)
        }
    }

    /// Asks again after a while for as long as the station is not done.
    private mutating func once(_ answer: Answer, _ next: Request.Kind, at now: Instant) -> [VehicleOutput] {
        switch answer.processing {
        case .finished: ask(request(next), at: now)
        case .ongoing, .waitingForCustomer: rest(before: answer.kind, at: now)
        }
    }

    private func afterAgreement(_ isDC: Bool) -> Request.Kind {
        isDC && !isRenegotiating ? .cableCheck : .powerDelivery
    }

    /// Within 20 V of the battery the car may close its contactors (IEC 61851-23).
    private mutating func preCharged(at now: Instant) -> [VehicleOutput] {
        guard (stationVoltage - plan.batteryVoltage).magnitude <= .volts(20) else {
            return rest(before: .preCharge, at: now)
        }
        isConnected = true
        return [.contactors(.closed)] + ask(request(.powerDelivery), at: now)
    }

    private mutating func delivered(_ isDC: Bool, _ isISO20: Bool, at now: Instant) -> [VehicleOutput] {
        if wantsRenegotiation, isCharging {
            wantsRenegotiation = false
            isRenegotiating = true
            return ask(request(isISO20 ? .scheduleExchange : .chargeParameters), at: now)
        }
        if isCharging, ending == nil, let wantsStandby {
            isStandingBy = wantsStandby
            self.wantsStandby = nil
            return rest(before: .chargeLoop, at: now)
        }
        if isCharging, ending != nil {
            let released = released()
            return released + ask(request(isDC ? .weldingDetection : .sessionStop), at: now)
        }
        isCharging = true
        isRenegotiating = false
        return ask(request(.chargeLoop), at: now)
    }

    private mutating func turned(_ answer: Answer, at now: Instant) -> [VehicleOutput] {
        turns += 1
        let taken = VehicleOutput.take(wanted)
        obey(answer.notice)
        if let receipt = receipt(after: answer) { return [taken] + ask(.meterConfirmation(receipt), at: now) }
        if let most = plan.turns, turns >= most, ending == nil { ending = plan.ending }
        if ending != nil {
            wantsRenegotiation = false
            return [.take(.zero)] + ask(request(.powerDelivery), at: now)
        }
        if wantsRenegotiation || wantsStandby != nil { return [taken] + ask(request(.powerDelivery), at: now) }
        return [taken] + rest(before: .chargeLoop, at: now)
    }

    private mutating func obey(_ notice: Notice?) {
        switch notice {
        case .terminate?: ending = ending ?? .terminate
        case .pause?: ending = ending ?? .pause
        case .renegotiateService?: ending = ending ?? .renegotiateService
        case .renegotiateSchedule?: wantsRenegotiation = true
        case .exitStandby?: if isStandingBy { wantsStandby = false }
        // Where the car has shown a contract, it confirms (`receipt`).
        case .confirmMeter?, nil: break
        }
    }

    private mutating func stopped(at now: Instant) -> [VehicleOutput] {
        switch ending ?? .terminate {
        case .terminate: return end(.finished)
        case .pause: return end(.paused(sessionID))
        case .renegotiateService:
            ending = nil
            isRenegotiating = false
            turns = 0
            weldingChecks = 0
            return ask(request(.serviceDiscovery), at: now)
        }
    }

    /// Positive charges: what the station says, and where it only gives limits, as much as they allow.
    var wanted: Power {
        if isStandingBy { return .zero }
        // A car under schedules keeps to the one it chose.
        let mine = chosenSchedule.map { bearable.narrowed(to: $0.power(at: time)) } ?? bearable
        if let target { return mine.nearest(to: target) }
        return most(within: granted.map { mine.narrowed(to: $0) } ?? mine)
    }

    private var bearable: PowerLimits {
        let own = plan.needs.power ?? .zero
        return plan.service.isBidirectional ? own : PowerLimits(from: .zero, to: own.upper)
    }

    /// Of two open directions the car prefers to charge.
    private func most(within limits: PowerLimits) -> Power {
        let open = bearable.narrowed(to: limits)
        return open.upper > .zero ? open.upper : open.lower
    }

    private var chosenSchedule: ScheduleTuple? {
        guard plan.mode == .scheduled else { return nil }
        return schedules.indices.contains(plan.preferredSchedule) ? schedules[plan.preferredSchedule] : schedules.first
    }

    func request(_ kind: Request.Kind) -> Request {
        switch kind {
        case .sessionSetup: .sessionSetup(vehicle: name)
        case .authorizationSetup: .authorizationSetup
        case .authorization:
            .authorization(payment.isByContract && !payment.isProven ? .contract(proof) : .external)
        case .paymentDetails: .paymentDetails(shownContract)
        case .certificate: .certificate(certificateRequest)
        case .serviceDiscovery: .serviceDiscovery(.all)
        case .serviceDetail:
            .serviceDetail(
                standard?.isISO20 == true ? plan.service.rawValue : StationMachine.certificateService)
        case .serviceSelection:
            standard?.isISO20 == true
                ? .serviceSelection(.energy(service: plan.service.rawValue, parameterSet: parameterSet ?? 0))
                : .serviceSelection(payment.selection)
        case .chargeParameters: .chargeParameters(plan.service, plan.needs)
        case .scheduleExchange: .scheduleExchange(plan.mode, plan.needs)
        case .cableCheck: .cableCheck
        case .preCharge: .preCharge(target: plan.batteryVoltage)
        case .powerDelivery: .powerDelivery(delivery)
        case .chargeLoop: .chargeLoop(loop)
        case .meterConfirmation: .meterConfirmation(MeterReceipt(sessionID: sessionID, meterID: "", charged_Wh: 0))
        case .weldingDetection: .weldingDetection
        case .sessionStop: .sessionStop(ending ?? .terminate)
        case .unsupported: .unsupported("")
        }
    }

    private var delivery: PowerDelivery {
        if isCharging, ending != nil { return PowerDelivery(.stop) }
        var delivery = PowerDelivery(isCharging && wantsRenegotiation ? .renegotiate : .start)
        if isCharging, !wantsRenegotiation, wantsStandby == true { delivery.progress = .standby }
        if plan.service.isBidirectional { delivery.channel = wanted < .zero ? .discharge : .charge }
        guard delivery.progress == .start else { return delivery }
        if let tuple = chosenSchedule {
            delivery.schedule = UInt32(tuple.id)
            delivery.profile = PowerProfile(tuple, from: time, most(within:))
        } else if standard?.isISO20 == true {
            delivery.profile = PowerProfile(start: time, entries: [.init(.zero, wanted)])
        }
        return delivery
    }

    private var loop: ChargeLoop {
        var loop = ChargeLoop(service: plan.service, mode: plan.mode, needs: plan.needs)
        loop.needs.presentVoltage = plan.batteryVoltage
        loop.wantsMeter = true
        guard plan.service.transfer == .dc, plan.mode == .scheduled, plan.batteryVoltage > .zero else { return loop }
        loop.targetVoltage = plan.needs.highestVoltage ?? plan.batteryVoltage
        let mine = plan.needs.current ?? .zero
        loop.targetCurrent = mine.nearest(to: Current(milli: wanted.milli * 1_000 / plan.batteryVoltage.milli))
        return loop
    }
}
