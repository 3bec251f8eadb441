// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import GridConnection

/// Everything that `sluice.yaml` says, with defaults filled in and profiles resolved.
package struct SiteConfiguration: Equatable, Sendable {
    package var site: Site
    package var agreement: Agreement
    /// The rules that bind the connection point beside its firm capacity.
    package var connection: ConnectionSettings
    /// nil: the site obeys none.
    package var gridCode: SiteGridCode?
    package var circuits: [Circuit]
    package var evses: [EVSE]
    package var control: Control
    package var api: API
    /// nil: no server.
    package var modbusServer: ModbusServer?
    package var backends: [Backend]
    /// nil: drivers are shown nothing.
    package var display: Display?
    package var log: Log
    package var journal: Journal

    /// The connection point.
    package struct Site: Equatable, Sendable {
        package var name: String
        /// An IANA name, `Europe/Berlin`.
        package var timezone: String
        /// Per phase.
        package var fuse: Current
        /// Between a phase and neutral, nominal.
        package var voltage: Voltage
        /// nil: nothing is known about the connection point, so `fallback` holds always.
        package var meter: DeviceConnection?
        /// Kept free for load steps of everything that is not controlled.
        package var reserve: Power
        /// What all EVSEs together may use while the meter is silent.
        package var fallback: PowerLimits
        /// The meter is silent when its last sample is older.
        package var meterTimeout: Interval
    }

    /// What the connection agreement allows.
    package struct Agreement: Equatable, Sendable {
        /// What is always allowed. Lower: export, upper: import.
        package var firm: PowerLimits
        /// The widest that any rule of `connection` grants, which narrows it to what holds now; `firm` where none does.
        package var ceiling: PowerLimits
        /// Per phase; at most the fuse.
        package var current: CurrentLimits
        /// Largest difference between two phases that the EVSEs may cause; nil: any.
        package var unbalance: Power?
        /// Holds what an installer must know to change or reset the limitation scheme; nil: nobody may.
        package var installerCodeFile: String?
    }

    /// A part of the installation behind its own fuse.
    package struct Circuit: Equatable, Sendable {
        package var id: String
        package var name: String
        /// The circuit that feeds it; nil is the connection point.
        package var parent: String?
        package var fuse: Current?
        package var power: PowerLimits?
        package var meter: DeviceConnection?
    }

    package struct EVSE: Equatable, Sendable {
        /// Unique, from 1, as OCPP counts.
        package var id: Int
        package var name: String
        /// nil is the connection point.
        package var circuit: String?
        package var phases: PhaseSet
        /// What the configuration and the charger's ratings allow together; no discharge where it is not safe.
        package var limits: PowerLimits
        /// Per phase; nil is the charger's own.
        package var current: Current?
        /// Its share relative to others when power is short.
        package var weight: Int
        package var defaultBehaviour: DefaultBehaviour
        package var minimumOn: Interval
        package var minimumOff: Interval
        package var charger: DeviceConnection
        /// Discharge may be commanded although the hardware has no fallback of its own.
        package var allowsUnattendedDischarge: Bool
        /// What of a grid code the charger carries out by itself, as its installer has set it.
        package var ownGridFunctions: Set<GridFunction>
        /// A SunSpec charger is given the settings of the grid code.
        package var writesGridSettings: Bool
        /// A backend in charge may set what the charger does by itself for the grid, as far as no grid code does.
        package var setsDERControls = true
        /// What backends are told of the connector.
        package var connectorType = ConnectorType.ccs2
        /// nil: cars are spoken to by the charger, or by nobody.
        package var vehicleLink: VehicleLink?
    }

    /// In OCPP's words.
    package enum ConnectorType: String, CaseIterable, Sendable {
        case ccs1 = "cCCS1", ccs2 = "cCCS2", chademo = "cG105", type1 = "cType1", type2 = "cType2", tesla = "cTesla"
        case type2Socket = "sType2"

        /// Whether the car gets direct current.
        package var isDirect: Bool {
            switch self {
            case .ccs1, .ccs2, .chademo: true
            case .type1, .type2, .tesla, .type2Socket: false
            }
        }
    }

    /// What an EVSE does that nobody has given a setpoint.
    package enum DefaultBehaviour: String, CaseIterable, Sendable {
        /// Charges with what is free.
        case charge
        /// Stays at zero.
        case hold
    }

    package struct DeviceConnection: Equatable, Sendable {
        package var profile: FirmwareProfile
        package var address: DeviceAddress
        package var unit: Int
        /// Of a station with several; nil is the only one, or the first that is fitted.
        package var connector: Int?
        /// How long an answer may take.
        package var timeout: Interval
        /// Import and export are exchanged, meters only.
        package var isInverted: Bool
    }

    package struct Control: Equatable, Sendable {
        package var period: Interval
        /// Per second: how fast power returns after a limit was lifted.
        package var ramp: Power
        /// Whose wish is served first.
        package var priorities: [Source]
    }

    /// Who may wish for a setpoint.
    package enum Source: String, CaseIterable, Sendable { case person, controller, backend, market, tariff }

    package struct API: Equatable, Sendable { package var listen: ListenAddress }

    package struct Journal: Equatable, Sendable {
        /// nil: where the service manager says, or none.
        package var file: String?
        /// Evidence is kept at least this long; nil: the journal's own default.
        package var retention: Interval?
        /// Bytes above which details are removed; nil: the journal's own default.
        package var space: Int?
    }

    package struct Log: Equatable, Sendable {
        package enum Level: String, CaseIterable, Sendable { case trace, debug, info, notice, warning, error, critical }
        package enum Format: String, CaseIterable, Sendable { case text, json }
        package var level: Level
        package var format: Format
    }
}

extension SiteConfiguration {
    /// Whether the same rules bind the connection point. The table of a time zone differs by the day it was made.
    package func hasSameRules(as other: SiteConfiguration) -> Bool {
        var rules = connection
        rules.zone = other.connection.zone
        return rules == other.connection && (rules.timed == nil || site.timezone == other.site.timezone)
    }
}
