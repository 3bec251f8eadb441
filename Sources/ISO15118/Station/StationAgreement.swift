// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

// From the session's set-up to what was agreed.

extension StationMachine {
    mutating func setUp(_ vehicle: String, _ sessionID: [UInt8]) -> [Output] {
        self.vehicle = vehicle
        phase = standard.isISO20 ? .authorizationSetup : .serviceDiscovery
        guard let paused, paused.sessionID == sessionID, paused.vehicle == vehicle else {
            return [.reply(Reply(.newSession, .sessionSetup))]
        }
        self.sessionID = paused.sessionID
        // Whoever was allowed to charge before the pause still is; a contract has to be the same.
        facts.authorisation = .granted
        payment.allowed = paused.emaid
        payment.isResumed = true
        return [.reply(Reply(.oldSession, .sessionSetup))]
    }

    mutating func agree(_ service: EnergyService, _ needs: EVNeeds, _ request: Request, at now: Instant) -> [Output] {
        if standard.isISO20 {
            guard service == self.service else { return refuse(request, .wrongChargeParameter) }
        } else {
            // What the offer does not name is refused by this word: a kind of current, or more phases than there are.
            guard offer.services(in: standard).contains(service), hasPhases(of: needs, service) else {
                return refuse(request, .wrongEnergyTransfer)
            }
            // A renegotiation may change everything but that.
            guard !isRenegotiating || service == self.service else { return refuse(request, .wrongEnergyTransfer) }
            self.service = service
        }
        guard fits(needs, service) else { return refuse(request, .wrongChargeParameter) }
        self.needs = self.needs.updated(with: service.transfer == .ac ? withPower(needs) : needs)
        var outputs = [Output.effect(.need(self.needs))]
        guard standard.isISO20 || !awaitsSchedules(at: now, &outputs) else {
            return outputs + [.reply(Reply(.ok, .chargeParameters(service, .ongoing)))]
        }
        phase = standard.isISO20 ? .scheduleExchange : afterAgreement(service)
        return outputs + [.reply(Reply(.ok, .chargeParameters(service, .finished)))]
    }

    /// What the older standards' current per phase means in power.
    private func withPower(_ needs: EVNeeds) -> EVNeeds {
        guard needs.power == nil, let current = needs.current, let phases = needs.phases else { return needs }
        let volts = offer.nominalVoltage * phases
        var result = needs
        result.power = PowerLimits(from: volts * current.lower, to: volts * current.upper)
        result.leastCharge = needs.leastCurrent.map { volts * $0 }
        return result
    }

    /// AC: those that car and station both use.
    var phases: Int { min(offer.phases, needs.phases ?? offer.phases) }

    private func hasPhases(of needs: EVNeeds, _ service: EnergyService) -> Bool {
        service.transfer == .dc || (needs.phases ?? offer.phases) <= offer.phases
    }

    private func fits(_ needs: EVNeeds, _ service: EnergyService) -> Bool {
        if let power = needs.power, power.upper <= .zero { return false }
        if let current = needs.current, current.upper <= .zero { return false }
        switch service.transfer {
        case .ac: return true
        case .dc:
            if let lowest = needs.lowestVoltage, lowest > offer.highestVoltage { return false }
            guard let highest = needs.highestVoltage else { return true }
            return highest >= offer.lowestVoltage && highest >= (needs.lowestVoltage ?? .zero)
        }
    }

    mutating func exchange(_ mode: ControlMode, _ needs: EVNeeds, _ request: Request, at now: Instant) -> [Output] {
        guard mode == self.mode, let service else {
            return refuse(request, isRenegotiating ? .scheduleRenegotiationFailed : .failed)
        }
        self.needs = self.needs.updated(with: needs)
        var outputs = [Output.effect(.need(self.needs))]
        guard !awaitsSchedules(at: now, &outputs) else {
            return outputs + [.reply(Reply(.ok, .scheduleExchange(mode, .ongoing)))]
        }
        if notice == .renegotiateSchedule { notice = nil }
        // Beside the loop it turns on, and the car takes the schedule up with its next PowerDelivery.
        if phase != .charging { phase = afterAgreement(service) }
        return outputs + [.reply(Reply(.ok, .scheduleExchange(mode, .finished)))]
    }

    private func afterAgreement(_ service: EnergyService) -> StationPhase {
        service.transfer == .dc && !isRenegotiating ? .cableCheck : .powerDelivery
    }
}
