// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

// From the cable check to the end of charging.

extension StationMachine {
    mutating func checkCable(_ request: Request) -> [Output] {
        phase = .cableCheck
        var outputs: [Output] = []
        if !isEnergised {
            isEnergised = true
            outputs = [.effect(.contactors(.closed)), .effect(.checkCable)]
        }
        switch facts.insulation {
        case .unknown: return outputs + [.reply(Reply(.ok, .cableCheck(.ongoing)))]
        case .valid:
            phase = .preCharge
            return outputs + [.reply(Reply(.ok, .cableCheck(.finished)))]
        case .faulty: return refuse(request, .failed)
        }
    }

    mutating func preCharge(_ target: Voltage, _ request: Request) -> [Output] {
        // A fault since the cable was checked has switched everything off.
        guard !facts.isFaulty else { return refuse(request, .failed) }
        let highest = min(offer.highestVoltage, needs.highestVoltage ?? offer.highestVoltage)
        // A car that asks for more never sees it reached, and gives up by itself.
        let safe = target.clamped(from: .zero, to: max(highest, .zero))
        return [.effect(.operate(.preCharge(safe))), .reply(Reply(.ok, .preCharge(present: facts.voltage)))]
    }

    mutating func deliver(_ delivery: PowerDelivery, _ request: Request, at now: Instant) -> [Output] {
        let delivery = dated(delivery, at: now)
        let isCharging = phase == .charging || phase == .meteringReceipt
        if phase == .meteringReceipt { phase = .charging }
        switch delivery.progress {
        case .start where isCharging:
            // In ISO 15118-20 a car under way may send another profile, change its channel, or end its rest.
            guard standard.isISO20 else { return refuse(request, .sequenceError) }
            if let code = choose(delivery) { return refuse(request, code) }
            return stand(by: false) + told(delivery) + [.reply(Reply(.ok, .powerDelivery))]
        case .start: return start(delivery, request, at: now)
        case .stop:
            phase = .stopped
            notice = nil
            isStandingBy = false
            // What follows in the session begins with a check of the cable.
            isRenegotiating = false
            return switchedOff() + [.reply(Reply(.ok, .powerDelivery))]
        case .standby:
            guard standard.isISO20, offer.mayStandBy, isCharging else {
                return [.reply(Reply(.warningStandbyNotAllowed, .powerDelivery))]
            }
            return stand(by: true) + [.reply(Reply(.ok, .powerDelivery))]
        case .renegotiate:
            guard isCharging, standard != .din else { return refuse(request, .sequenceError) }
            isRenegotiating = true
            notice = nil
            phase = standard.isISO20 ? .scheduleExchange : .chargeParameters
            return [.reply(Reply(.ok, .powerDelivery))]
        }
    }

    private mutating func start(_ delivery: PowerDelivery, _ request: Request, at now: Instant) -> [Output] {
        if let code = choose(delivery) { return refuse(request, code) }
        guard let service, !facts.isFaulty else { return refuse(request, .powerDeliveryNotApplied) }
        let reply = Output.reply(Reply(.ok, .powerDelivery))
        // The car still works on its profile.
        guard delivery.processing == .finished else { return [reply] }
        isRenegotiating = false
        let plan = told(delivery)
        switch (service.transfer, facts.contactors) {
        case (.dc, .closed), (.ac, .closed):
            isEnergised = true
            phase = .charging
            return plan + [reply]
        case (.dc, .open): return refuse(request, .contactorError)
        case (.ac, .open):
            isEnergised = true
            phase = .closingContactors
            deadline = now + contactorTimeout
            return plan + [.effect(.contactors(.closed))]
        }
    }

    /// Less than the car waits for the answer: 5 s, in ISO 15118-20 2 s.
    private var contactorTimeout: Interval { standard.isISO20 ? .milliseconds(1_500) : .milliseconds(4_500) }

    mutating func stop(_ stop: SessionStop, _ request: Request) -> [Output] {
        let reply = Output.reply(Reply(.ok, .sessionStop))
        switch stop {
        case .terminate: return [reply] + end(.finished)
        case .pause:
            guard offer.mayPause, standard != .din, phase == .stopped else { return refuse(request, .pauseNotAllowed) }

            let emaid = payment.contract?.emaid
            return [reply] + end(.paused(PausedSession(sessionID: sessionID, vehicle: vehicle, emaid: emaid)))
        case .renegotiateService:
            guard standard.isISO20, offer.mayRenegotiateService, phase == .stopped else {
                return refuse(request, .serviceRenegotiationNotSupported)
            }
            phase = .serviceDiscovery
            service = nil
            needs = EVNeeds()
            facts.insulation = .unknown
            return [reply]
        }
    }
}
