// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What the profiles say at an EVSE, and from what that was worked out. Commands are looked at after every input; the profiles
/// are only walked through when one of these has changed.
struct ProfileInForce: Equatable, Sendable {
    var revision: Int
    var conditions: EVSEConditions
    var station: StationConditions
    /// In seconds since 1970; from the one inclusively to the other exclusively.
    var from: Int64
    var until: Int64
    var period: CompositePeriod
    /// Which profile leads, for the question why.
    var origin: String?
}

extension Station {
    /// Works out what every EVSE may and shall do, and says what has changed: for each EVSE (K04.FR.01), with what profiles there are,
    /// offline as well (K06.FR.01, K06.FR.02, K07.FR.01), at once (K01.FR.04, K01.FR.07, K10.FR.05, K10.FR.07, K16.FR.11). Called after
    /// every input.
    mutating func commandEVSEs() {
        defer { smart.external.before = nil }
        bidirectional.grid.expire(at: now.monotonic)
        guard setup.role == .inCharge else { return }
        followSignals()
        var commands = evses.indices.map { command($0) }
        shareStationBounds(&commands)
        applyDERControls(&commands)
        for index in evses.indices {
            tellMode(index, commands[index])
            tellRate(index, commands[index])
            guard evses[index].command != commands[index] else { continue }
            evses[index].command = commands[index]
            emit(.command(evse: evses[index].id, commands[index]))
        }
    }

    private mutating func command(_ index: Int) -> EVSECommand {
        let evse = evses[index]
        guard variables.flag(SmartChargingVariables.enabled) else {
            // Without smart charging no profile counts; who may charge still does.
            smart.inForce[evse.id] = nil
            var command = EVSECommand(limits: evse.setup.ratings)
            command.mayTransfer = mayTransfer(index)
            return command
        }
        let inForce = profileInForce(evse)
        var command = EVSECommand(limits: .zero)
        command.mayTransfer = mayTransfer(index)
        command.mode = inForce.period.mode
        command.origin = inForce.origin
        command.until = inForce.until == .max ? nil : inForce.until
        command.phases = inForce.period.numberPhases
        command.phaseToUse = inForce.period.phaseToUse
        command.wantsPreconditioning = inForce.period.wantsPreconditioning
        // Until anything else is commanded (Q10.FR.03).
        command.sleeps = inForce.period.sleeps && evse.setup.canSleep && command.mayTransfer
        operate(index, inForce.period, &command)
        return command
    }

    private mutating func profileInForce(_ evse: EVSEState) -> ProfileInForce {
        let conditions = conditions(of: evse)
        let station = stationConditions
        let time = now.seconds
        if let known = smart.inForce[evse.id], known.revision == smart.store.revision, known.conditions == conditions,
            known.station == station, known.from <= time, time < known.until
        {
            return known
        }
        let (period, until) = smart.store.commanding.inForce(for: conditions, at: time, in: .watts, station)
        let new = ProfileInForce(
            revision: smart.store.revision, conditions: conditions, station: station, from: time,
            until: max(until, time.adding(1)), period: period, origin: origin(period))
        smart.inForce[evse.id] = new
        return new
    }

    private func origin(_ period: CompositePeriod) -> String? {
        guard let id = period.leader,
            let profile = smart.store.profiles.installed.first(where: { $0.profile.id == id })?.profile
        else { return nil }
        return "profile \(id), \(profile.purpose.rawValue), level \(profile.stackLevel)"
    }

    // MARK: What the backend hears of it

    /// A period with another operation mode has begun (K01.FR.110).
    private mutating func tellMode(_ index: Int, _ command: EVSECommand) {
        let evse = evses[index].id
        guard evses[index].transaction?.since != nil else { return }
        guard smart.modesTold[evse] ?? .chargingOnly != command.mode else { return }
        smart.modesTold[evse] = command.mode
        let mode = OperationModeEnumType(word: command.mode.rawValue)
        updateTransaction(evse: evse, because: .operationModeChanged) { $0.transactionInfo.operationMode = mode }
    }

    /// An external system has changed the rate of a transaction (K11.FR.04, K13.FR.03).
    private mutating func tellRate(_ index: Int, _ command: EVSECommand) {
        guard let former = smart.external.before, evses[index].transaction != nil, let old = evses[index].command
        else { return }
        let before = Rate(old, within: former.limits)
        let after = Rate(command, within: smart.external.limits)
        guard
            isSignificant(after.power.milli, since: before.power.milli)
                || isSignificant(after.least.milli, since: before.least.milli)
        else { return }
        updateTransaction(evse: evses[index].id, because: .chargingRateChanged)
    }

    /// What a command comes to under what others impose, whoever holds that.
    private struct Rate {
        var power: Power
        var least: Power
        init(_ command: EVSECommand, within external: PowerLimits?) {
            let limits = external.map(command.limits.narrowed) ?? command.limits
            power = command.setpoint.map(limits.nearest) ?? limits.upper
            least = limits.lower
        }
    }

    /// Whether the power electronics of this EVSE are switched off, for TransactionEvent (Q10.FR.04, Q10.FR.05).
    func isAsleep(evse: Int) -> Bool {
        index(ofEVSE: evse).flatMap { evses[$0].command?.sleeps } ?? false
    }
}
