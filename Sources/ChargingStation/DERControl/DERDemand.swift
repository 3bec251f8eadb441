// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What DER controls have changed of what the profiles wanted.
package struct DERDemand: Equatable, Sendable {
    /// The control that decides, and what on the grid calls for it.
    package var cause: DERControlEnumType
    package var fault: GridEventFaultEnumType?
    /// Without it.
    package var limits: PowerLimits
    package var setpoint: Power?
    package var reactive: ReactivePower?
}

/// A deviation from the profiles that the backend is told of (R05).
struct DERAlarm: Equatable, Sendable {
    var type: DERControlEnumType
    var fault: GridEventFaultEnumType?
    var since: WallTime
    /// Why the charger does not carry the control out.
    var failure: String?

    func isSame(as other: DERAlarm) -> Bool {
        type == other.type && fault == other.fault && failure == other.failure
    }
}

extension Station {
    /// Lets the controls act upon what the profiles want (decision: they come after the profiles and never widen a limit).
    mutating func applyDERControls(_ commands: inout [EVSECommand]) {
        for index in evses.indices {
            let evse = evses[index]
            guard commands[index].mayTransfer else {
                der.droopFrom[evse.id] = nil
                continue
            }
            let types = evse.setup.derByGateway.intersection(DERFunctions.known).subtracting(derElsewhere(evse))
            let controls = types.compactMap(der.active)
            guard !controls.isEmpty else { continue }
            let functions = DERFunctions(
                nameplate: evse.setup.nameplate, nominalVolts: setup.nominalVoltage,
                frequency: bidirectional.grid.frequency, voltage: bidirectional.grid.voltage,
                power: evse.report.power, offered: evse.report.offered, droopFrom: der.droopFrom[evse.id])
            var result = functions.apply(controls, to: commands[index])
            der.droopFrom[evse.id] = result.droopFrom
            if let cause = result.cause {
                result.command.der = DERDemand(
                    cause: cause.type, fault: cause.fault, limits: commands[index].limits,
                    setpoint: commands[index].setpoint, reactive: commands[index].reactive)
            }
            commands[index] = result.command
        }
        noteDERAlarm(commands)
    }

    /// One alarm for the station: of several deviations that of the control which stands first (R05.FR.03, R05.FR.04).
    private mutating func noteDERAlarm(_ commands: [EVSECommand]) {
        let causes = commands.compactMap(\.der)
        let first = DERFunctions.order.lazy.compactMap { type in causes.first { $0.cause == type } }.first
        let alarm = first.map { DERAlarm(type: $0.cause, fault: $0.fault, since: now.wall) } ?? failedDERControl
        if let alarm, let known = der.alarm, alarm.isSame(as: known) { return tellDERAlarm() }
        der.alarm = alarm
        tellDERAlarm()
    }

    /// A control that acts for the station and not in the charger that is to carry it out: power flows otherwise than it says.
    private var failedDERControl: DERAlarm? {
        let failures = evses.filter { !$0.setup.derByCharger.isEmpty }.flatMap { Array($0.der.failures) }
        let first = failures.sorted { $0.key.rawValue < $1.key.rawValue }.first { der.active($0.key) != nil }
        return first.map { DERAlarm(type: $0.key, fault: nil, since: now.wall, failure: $0.value) }
    }

    /// R05.FR.01, R05.FR.02, R05.FR.03, R05.FR.04: once per occurrence, and its end. What came and went without a connection is not told.
    mutating func tellDERAlarm() {
        guard mayCall(.volatile), setup.role == .inCharge, der.alarm != der.alarmTold else { return }
        if let alarm = der.alarm {
            call(
                .notifyDERAlarm(
                    NotifyDERAlarmRequest(
                        controlType: alarm.type, timestamp: DateTime(alarm.since), gridEventFault: alarm.fault,
                        extraInfo: alarm.failure.map { String($0.prefix(200)) })))
        } else if let told = der.alarmTold {
            call(
                .notifyDERAlarm(
                    NotifyDERAlarmRequest(
                        controlType: told.type, timestamp: now.dateTime, gridEventFault: told.fault,
                        alarmEnded: true)))
        }
        der.alarmTold = der.alarm
    }
}
