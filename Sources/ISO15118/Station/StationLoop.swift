// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

// The charge loop: the owner's target on its way to car and converter.

extension StationMachine {
    /// The owner's target within what station and car can. Below what either needs at least, nothing flows.
    public var granted: Power {
        guard let service, !isStandingBy else { return .zero }
        let car = needs.power ?? offer.power
        let able = offer.power.narrowed(to: car)
        let allowed = service.isBidirectional ? able : PowerLimits(from: .zero, to: able.upper)
        let target = allowed.nearest(to: facts.target)
        if target > .zero { return target < max(offer.leastPower, needs.leastCharge ?? .zero) ? .zero : target }
        return -target < max(offer.leastPower, needs.leastDischarge ?? .zero) ? .zero : target
    }

    mutating func turn(_ loop: ChargeLoop, _ request: Request, at now: Instant) -> [Output] {
        guard loop.service == service, loop.mode == mode else { return refuse(request, .sequenceError) }
        guard !facts.isFaulty else { return refuse(request, .failed) }
        let before = needs
        needs = needs.updated(with: loop.needs)
        var outputs: [Output] = before == needs ? [] : [.effect(.need(needs))]
        var reply = LoopReply(service: loop.service, mode: loop.mode)
        reply.target = granted
        reply.voltage = facts.voltage
        reply.current = facts.current
        if loop.wantsMeter || !standard.isISO20 { reply.meter = facts.meter }
        wantReceipt(&reply, at: now)
        if loop.service.transfer == .dc {
            let point = operatingPoint(loop)
            outputs.append(.effect(.operate(point)))
            mark(&reply, loop, point)
        }
        return outputs + [.reply(Reply(.ok, .chargeLoop(reply)))]
    }

    private func operatingPoint(_ loop: ChargeLoop) -> OperatingPoint {
        guard let current = loop.targetCurrent, let voltage = loop.targetVoltage else { return dynamicPoint }
        let highest = max(.zero, min(voltage, offer.highestVoltage))
        // The power that counts is the one at the voltage that is there.
        let bounds = bounds(at: facts.voltage > .zero ? facts.voltage : highest)
        return .current(bounds.nearest(to: current), upTo: highest)
    }

    /// The station's own current limits, and those that the granted power means at a voltage.
    private func bounds(at voltage: Voltage) -> CurrentLimits {
        guard voltage > .zero else { return .zero }
        let milliamperes = granted.milli * 1_000 / voltage.milli
        let byPower = Current(milli: milliamperes)
        return offer.current.narrowed(to: CurrentLimits(from: min(byPower, .zero), to: max(byPower, .zero)))
    }

    private var dynamicPoint: OperatingPoint {
        let current = offer.current.narrowed(to: needs.current ?? offer.current)
        return .power(
            granted, current: current, lowest: max(offer.lowestVoltage, needs.lowestVoltage ?? .zero),
            highest: min(offer.highestVoltage, needs.highestVoltage ?? offer.highestVoltage))
    }

    private func mark(_ reply: inout LoopReply, _ loop: ChargeLoop, _ point: OperatingPoint) {
        switch point {
        case .current(let current, let voltage):
            guard let wanted = loop.targetCurrent, let wantedVoltage = loop.targetVoltage else { return }
            reply.isVoltageLimited = voltage < wantedVoltage
            guard current != wanted else { return }
            reply.isCurrentLimited = !offer.current.contains(wanted)
            reply.isPowerLimited = !reply.isCurrentLimited
        case .power(let power, _, _, _): reply.isPowerLimited = power != facts.target
        case .off, .preCharge: return
        }
    }

    public mutating func handle(_ input: StationInput, at now: Instant) -> [Output] {
        guard phase != .ended else { return [] }
        switch input {
        case .authorisation(let authorisation): facts.authorisation = authorisation
        case .insulation(let insulation):
            facts.insulation = insulation
            // While the cable is checked, the answer to the next request says so.
            if insulation == .faulty, isEnergised, phase != .cableCheck { return fault() }
        case .contactors(let state): return contactors(state, at: now)
        case .charger(let voltage, let current):
            facts.voltage = voltage
            facts.current = current
        case .target(let target):
            let before = granted
            facts.target = target
            // Where the station controls, the converter follows at once; the car hears of it in the next answer.
            if phase == .charging, isEnergised, service?.transfer == .dc, mode == .dynamic, granted != before {
                return [.effect(.operate(dynamicPoint))]
            }
        case .meter(let reading): facts.meter = reading
        // Nobody asked: the car will ask anew and have it then.
        case .schedules(let tuples): if schedules.askedAt != nil { schedules.given = tuples }
        case .certificate(let result): return certificate(result, at: now)
        case .ask(let notice): self.notice = notice
        case .stop: return end(.byOwner)
        }
        return []
    }

    private mutating func contactors(_ state: StationInput.ContactorState, at now: Instant) -> [Output] {
        let before = facts.contactors
        facts.contactors = state
        if phase == .closingContactors, state == .closed {
            phase = .charging
            deadline = now + offer.sequenceTimeout
            return [.reply(Reply(.ok, .powerDelivery))]
        }
        return isEnergised && before == .closed && state == .open ? fault() : []
    }

    /// Resting, the contactors stay closed and the loop turns on without power.
    mutating func stand(by isResting: Bool) -> [Output] {
        let before = granted
        isStandingBy = isResting
        guard isEnergised, service?.transfer == .dc, mode == .dynamic, granted != before else { return [] }
        return [.effect(.operate(dynamicPoint))]
    }

    /// Power ends now; the car hears of it in the answer to its next request.
    private mutating func fault() -> [Output] {
        facts.isFaulty = true
        return switchedOff()
    }
}
