// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import ISO15118
import PowerControl
import Testing

@testable import Gateway
@testable import VehicleLinks

/// A car that has agreed with a station on something.
private func progress(
    _ standard: Standard = .iso20DC, _ service: EnergyService? = .dcBidirectional, _ phase: StationPhase = .charging
) -> SessionProgress {
    var machine = StationMachine(
        standard,
        offer: StationOffer(
            standards: [standard], services: [.dc, .dcBidirectional], evseID: "ZZ*SLU*E1", power: .zero),
        sessionID: [1], at: .distantPast, wallTime: WallTime(milliseconds: 0))
    _ = machine.advance(to: .distantPast)
    var progress = SessionProgress(machine)
    (progress.phase, progress.service, progress.mode, progress.vehicle) = (phase, service, .dynamic, "CAR1")
    return progress
}

private func needs(_ change: (inout EVNeeds) -> Void = { _ in }) -> EVNeeds {
    var needs = EVNeeds()
    needs.power = PowerLimits(from: .watts(-10_000), to: .watts(11_000))
    change(&needs)
    return needs
}

private let station = PowerLimits(from: .watts(-22_000), to: .watts(22_000))

@Suite struct VehicleLimitsTests {
    typealias Case = (needs: EVNeeds, progress: SessionProgress, why: VehicleLimits.NoDischarge?)

    static var cases: [Case] {
        [
            (needs(), progress(), nil),
            (needs(), progress(.din, .dc), .byStandard(.din)),
            (needs(), progress(.iso2, .dc), .byStandard(.iso2)),
            (needs(), progress(.iso20DC, .dc), .byService(.dc)),
            (needs { ($0.minimumSoC, $0.soc) = (.percent(30), .percent(30)) }, progress(), .belowFloor(.percent(30))),
            (needs { ($0.minimumSoC, $0.soc) = (.percent(30), .percent(31)) }, progress(), nil),
            (needs { $0.minimumEnergy = .wattHours(1) }, progress(), .belowFloor(nil)),
            (needs { $0.minimumEnergy = .wattHours(-1) }, progress(), nil),
            (needs { $0.minimumV2XEnergy = .wattHours(1) }, progress(), .belowFloor(nil)),
            (needs { $0.power = PowerLimits(from: .zero, to: .watts(11_000)) }, progress(), .byCar),
        ]
    }

    @Test(arguments: cases.indices) func `a car that is not discharged has a reason`(_ index: Int) {
        let (needs, progress, why) = Self.cases[index]
        let limits = VehicleLimits(needs, progress, station: station, allowed: nil)
        #expect(limits.noDischarge == why)
        #expect(limits.power == PowerLimits(from: why == nil ? .watts(-10_000) : .zero, to: .watts(11_000)))
    }

    @Test func `what is not known is nothing`() {
        #expect(VehicleLimits(EVNeeds(), progress(), station: station, allowed: nil).power == .zero)
        #expect(VehicleLimits(needs(), progress(.iso20DC, nil), station: station, allowed: nil).power == .zero)
    }

    @Test func `a current and a voltage are a power where the car names none`() {
        let spoken = needs {
            $0.power = nil
            $0.current = CurrentLimits(from: .zero, to: .amperes(20))
            $0.highestVoltage = .volts(400)
        }
        let limits = VehicleLimits(spoken, progress(.iso2, .dc), station: station, allowed: nil)
        #expect(limits.power == PowerLimits(from: .zero, to: .watts(8_000)))
    }

    @Test func `neither car nor station widens the other`() {
        let small = PowerLimits(from: .watts(-3_000), to: .watts(4_000))
        #expect(VehicleLimits(needs(), progress(), station: small, allowed: nil).power == small)
        let limits = VehicleLimits(
            needs(), progress(), station: PowerLimits(from: .zero, to: .watts(4_000)), allowed: nil)
        #expect(limits.noDischarge == .byStation)
    }

    @Test func `the backend allows less than the car chose`() {
        let charges = VehicleLimits(needs(), progress(), station: station, allowed: [.dc])
        #expect(charges.power == PowerLimits(from: .zero, to: .watts(11_000)))
        #expect(charges.noDischarge == .byBackend)
        #expect(VehicleLimits(needs(), progress(), station: station, allowed: []).power == .zero)
    }
}

@Suite struct VehicleSampleTests {
    private func sample(_ change: (inout VehicleSample) -> Void) -> EVSESample {
        var car = VehicleSample()
        car.isLinked = true
        change(&car)
        var sample = EVSESample()
        sample.takesSetpoints = true
        sample.offered = PowerLimits(from: .watts(-5_000), to: .watts(20_000))
        sample.narrow(to: car)
        return sample
    }

    @Test func `direct current waits for a car that speaks`() {
        let silent = sample { $0.mustSpeak = true }
        #expect(!silent.takesSetpoints && silent.offered == .zero)
    }

    @Test func `alternating current flows by the charger's own signal until a car speaks`() {
        #expect(sample { _ in }.takesSetpoints)
        #expect(sample { $0.hasSession = true }.offered == .zero)
    }

    @Test func `an EVSE without a link is as it was`() {
        let other = sample { $0.isLinked = false }
        #expect(other.takesSetpoints && other.offered?.upper == .watts(20_000))
    }

    @Test func `the tighter of car and charger holds in each direction`() {
        let both = sample {
            ($0.hasSession, $0.isCharging) = (true, true)
            $0.offered = PowerLimits(from: .watts(-10_000), to: .watts(11_000))
        }
        #expect(both.offered == PowerLimits(from: .watts(-5_000), to: .watts(11_000)))
        #expect(both.takesSetpoints && both.hasVehicle)
    }
}

@Suite struct VehicleOutletTests {
    @Test func `losses are the grid's when charging and the car's when discharging`() {
        let outlet = VehicleOutlet(efficiency: 940)
        #expect(outlet.atInlet(.watts(10_000)) == .watts(9_400))
        #expect(outlet.atInlet(.watts(-9_400)) == .watts(-10_000))
        #expect(outlet.atGrid(.watts(9_400)) == .watts(10_000))
        #expect(outlet.atGrid(.watts(-10_000)) == .watts(-9_400))
        #expect(outlet.atInlet(Power.zero) == .zero)
    }

    @Test func `a number no site has does not overflow`() {
        let outlet = VehicleOutlet(efficiency: 1)
        #expect(outlet.atGrid(Power(milli: .max)) > .zero)
        #expect(outlet.atInlet(Power(milli: .min)) < .zero)
    }
}
