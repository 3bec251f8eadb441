// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ChargingStation
import ConfigurationFiles
import Electricity
import GridConnection
import LinuxIO
import ISO15118
import PowerControl
import VehicleLinks

/// What the station hears of the site: the latest of the loop's cells, in the station's words.
struct SiteLook {
    let cells: SiteCells
    let reasons: ReasonText
    let maximumAge: [Interval]
    private let meterTimeout: Interval
    private let held: HeldLimits
    private let vehicles: Vehicles
    private var flows: [FlowSense]

    init(
        _ cells: SiteCells, _ held: HeldLimits, _ reasons: ReasonText, _ configuration: SiteConfiguration,
        _ vehicles: Vehicles
    ) {
        self.held = held
        meterTimeout = configuration.site.meterTimeout
        self.vehicles = vehicles
        self.cells = cells
        self.reasons = reasons
        maximumAge = configuration.evses.map(\.charger.profile.timing.maximumAge)
        flows = configuration.evses.map { _ in FlowSense() }
    }

    /// - Parameter index: Of the EVSE in the configuration.
    mutating func report(_ index: Int, at now: Instant) -> EVSEReport {
        let cell = cells.chargers[index]
        let state = cell.state.read()
        let decision = cell.decision.read().decision
        var report = EVSEReport()
        report.target = decision.target
        report.boundBy = reasons.because(decision.boundBy, evse: index)
        guard let reading = state.reading, now - reading.measuredAt <= maximumAge[index] else {
            // A charger that does not answer can be used by nobody.
            report.connector = .unavailable
            return report
        }
        report.connector = EVSEReport.Connector(reading.state)
        report.power = reading.power
        report.current = reading.current
        report.voltage = cells.meters.first { $0.circuit == 0 }?.cell.state.read().reading?.voltage
        report.imported = reading.energyImported
        report.exported = reading.energyExported
        report.soc = reading.stateOfCharge.map { Int($0.milli / 1_000) }
        report.offered = reading.offered
        report.faults = reading.faults
        if let car = vehicles.state(index) { report.add(car) }
        report.flow = flows[index].flow(reading, target: decision.target)
        return report
    }

    /// Nothing where the meter is silent: what it said last says nothing of now.
    func grid(at now: Instant) -> GridReading {
        let reading = cells.meters.first { $0.circuit == 0 }?.cell.state.read().reading
        guard let reading, now - reading.measuredAt <= meterTimeout else {
            return GridReading(frequency: nil, load: nil)
        }
        return GridReading(frequency: reading.frequency, load: reading.power, voltage: reading.voltage?.mean)
    }

    /// What the operator, or the building's controller, imposes now.
    func imposed(by source: ExternalSignal.Source, at now: Instant) -> ImposedLimits {
        var limits = ImposedLimits()
        switch source {
        case .grid:
            narrowByOrders(&limits)
            limits.narrow(connectionPoint: entered(.importByHand, .exportByHand, now))
        case .energyManager:
            limits.narrow(connectionPoint: entered(.importByController, .exportByController, now))
        case .other: break
        }
        return limits
    }

    private func entered(_ charging: HeldLimits.Kind, _ delivery: HeldLimits.Kind, _ now: Instant) -> PowerLimits {
        PowerLimits(
            from: held.entry(delivery, at: now).map { .zero - $0.power } ?? PowerLimits.unbounded.lower,
            to: held.entry(charging, at: now)?.power ?? PowerLimits.unbounded.upper)
    }

    private func narrowByOrders(_ imposed: inout ImposedLimits) {
        let limits = cells.limits.read()
        for index in 0..<limits.count where limits[index].rule.isImposed {
            switch limits[index].scope {
            case .connectionPoint, .circuit(0): imposed.narrow(connectionPoint: limits[index].power)
            case .controllable: imposed.narrow(station: limits[index].power)
            case .circuit, .evse, .everyEVSE: break
            }
        }
    }

    /// What is drawn behind the connection point without the station; zero while the meter is silent, since nobody knows.
    var building: Power {
        guard let view = cells.circuits.first?.read().view, !view.meterIsSilent else { return .zero }
        return view.uncontrolled
    }
}

/// Which way energy flows, without a flutter around zero.
private struct FlowSense {
    /// Below this a charger idles.
    private static let least = Power.watts(50)

    func flow(_ reading: ChargerReading, target: Power) -> EVSEReport.Flow {
        let power = reading.power ?? target
        if power > Self.least { return .charging }
        if power < .zero - Self.least { return .discharging }
        switch reading.state {
        case .charging, .discharging, .ready: return target.isZero ? .suspendedByStation : .suspendedByVehicle
        case .suspended, .finished: return target.isZero ? .suspendedByStation : .suspendedByVehicle
        case .unknown, .available, .preparing, .unavailable, .faulted: return .none
        }
    }
}

extension EVSEReport {
    /// What the car says of itself.
    fileprivate mutating func add(_ car: VehicleState) {
        guard let progress = car.progress else { return }
        if let charge = car.needs.soc { soc = Int(charge.milli / 1_000) }
        evccID = progress.vehicle.isEmpty ? nil : progress.vehicle
        protocolAgreed = "\(progress.standard.namespace),\(progress.standard.major).\(progress.standard.minor)"
    }
}

extension EVSEReport.Connector {
    init(_ state: ConnectorState) {
        self =
            switch state {
            case .available: .available
            case .preparing, .ready, .charging, .discharging, .suspended, .finished: .occupied
            case .unknown, .unavailable: .unavailable
            case .faulted: .faulted
            }
    }
}

extension GridRule {
    /// Whether somebody imposes it while the station runs, so that the backend is told (K12): the agreement and the grid code
    /// are what the station is.
    var isImposed: Bool {
        switch self {
        case .consumptionLimit, .productionLimit, .consumptionFailsafe, .productionFailsafe, .instruction, .relay,
            .section14a, .operatingEnvelope, .operatingEnvelopeDefault, .ceaseToEnergise, .limitationScheme:
            true
        case .firmCapacity, .timedCapacity, .flexibleCapacity, .feedInCap, .unbalance, .frequencyResponse, .voltageWatt,
            .enterService, .returnRamp, .momentaryCessation, .unverifiedSettings, .gradualRelease:
            false
        }
    }
}

extension PerPhase<Voltage> {
    /// Of the phases that are there; nil where none is.
    fileprivate var mean: Voltage? {
        let live = [l1, l2, l3].map(\.milli).filter { $0 > 0 }
        return live.isEmpty
            ? nil : Voltage(milli: live.reduce(0) { $0.addingReportingOverflow($1).partialValue } / Int64(live.count))
    }
}
