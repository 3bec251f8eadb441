// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import SimulatedSite
import TLS
import VehicleLinks

/// What a bench car is told: where its station is, how it charges, its battery, its needs, its misbehaviour.
package struct BenchVehicleOptions: Sendable {
    package enum Place: Equatable, Sendable {
        /// To be discovered on a network interface.
        case interface(String)
        /// An address with its port; no discovery.
        case address(host: String, port: Int)
    }

    package var place: Place
    /// Matching over power line first (SLAC), with this modem.
    package var powerLine: PowerLineModem?
    package var courses: [VehicleCourse]
    package var mode = ControlMode.dynamic
    package var battery = SimulatedVehicle.Battery(maximumCharge: .watts(11_000), maximumDischarge: .watts(10_000))
    package var stateOfCharge = StateOfCharge.percent(50)
    package var minimumSoC: StateOfCharge?
    package var departure: Interval?
    /// Of a battery that is half full (DC).
    package var batteryVoltage = Voltage.volts(400)
    package var pace = Interval.milliseconds(100)
    /// The schedule it chooses, by its place among those offered.
    package var preferredSchedule = 0
    /// Turns of the loop; without it, the car charges until its script, its station or a signal ends it.
    package var turns: Int?
    package var leastPatience = Interval.zero
    package var script: VehicleScript
    package var fault: VehiclePlan.Fault?
    /// The V2G root; nil goes without TLS.
    package var root: String?
    package var identity: TLSIdentity?
    package var tls = TLSContext.Generation.any
    package var papers = VehiclePapers()
    package var vehicleID = "WSLUICE0000000001A"
    package var isJSON = false
    package var showsEveryTurn = false

    package init(place: Place, courses: [VehicleCourse], script: VehicleScript) {
        (self.place, self.courses, self.script) = (place, courses, script)
    }

    func check() throws(BenchProblem) {
        guard let first = courses.first else { throw BenchProblem(.usage, "A car needs a way to charge.") }
        guard courses.allSatisfy({ $0.service == first.service || !$0.isISO20 && !first.isISO20 }) else {
            throw BenchProblem(
                .usage, "One car charges one way: the protocols it names must transfer energy in the same way.")
        }
        if case .address = place, powerLine != nil {
            throw BenchProblem(.usage, "SLAC looks for the station on a network interface: it needs --interface.")
        }
        guard identity == nil || root != nil else {
            throw BenchProblem(.usage, "A certificate needs --root, the authority of the station's certificate.")
        }
        guard papers.isEmpty || root != nil else {
            throw BenchProblem(.usage, "A contract is shown over TLS only: it needs --root.")
        }
    }

    func security() throws(BenchProblem) -> VehicleLink.Security? {
        guard let root else { return nil }
        do throws(TLSFault) {
            return try VehicleLink.Security(root: .file(root), identity: identity, speaking: tls)
        } catch { throw BenchProblem(.configuration, "\(error)") }
    }

    func contracts() throws(BenchProblem) -> VehicleContracts? { try papers.contracts(root: root) }

    func plan(_ battery: VehicleBattery, resuming: [UInt8]?) -> VehiclePlan {
        let service = courses.first?.service ?? .dc
        var plan = VehiclePlan(
            standards: courses.map(\.standard), service: service,
            mode: courses.allSatisfy(\.isISO20) ? mode : .scheduled, needs: needs(battery, service))
        plan.vehicle = vehicleID
        plan.batteryVoltage = battery.voltage
        plan.pace = pace
        plan.turns = turns
        plan.preferredSchedule = preferredSchedule
        plan.leastPatience = leastPatience
        plan.resuming = resuming
        plan.fault = fault
        return plan
    }

    private func needs(_ battery: VehicleBattery, _ service: EnergyService) -> EVNeeds {
        var needs = EVNeeds()
        let limits = battery.limits(bidirectional: service.isBidirectional)
        needs.power = limits
        needs.current = battery.current(of: limits, service)
        needs.lowestVoltage = battery.nominalVoltage * 3 / 4
        needs.highestVoltage = battery.nominalVoltage * 5 / 4
        needs.soc = battery.stateOfCharge
        needs.minimumSoC = minimumSoC
        needs.targetSoC = self.battery.target
        needs.targetEnergy = battery.energy(to: self.battery.target)
        needs.maximumEnergy = battery.energy(to: .percent(100))
        needs.minimumEnergy = battery.energy(to: minimumSoC ?? .percent(0))
        needs.departure = departure
        return needs
    }
}
