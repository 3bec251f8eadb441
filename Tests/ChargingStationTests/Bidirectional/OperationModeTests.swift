// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct OperationModeTests {
    private func ready() -> StationBench {
        var bench = StationBench()
        bench.boot()
        bench.charge()
        return bench
    }

    private func reading(_ millihertz: Int64?, load: Int? = nil) -> StationInput {
        .grid(
            GridReading(
                frequency: millihertz.map(Frequency.init(milli:)), load: load.map { .watts($0) }))
    }

    private static func frequencyPeriod(signal: Bool = false) -> ChargingSchedulePeriodType {
        var period = Wire.mode(.localFrequency)
        period.v2xBaseline = 1_000
        period.v2xFreqWattCurve = [
            V2XFreqWattPointType(frequency: 49, power: -9_000), V2XFreqWattPointType(frequency: 50, power: 0),
            V2XFreqWattPointType(frequency: 51, power: 9_000),
        ]
        if signal {
            period.v2xSignalWattCurve = [
                V2XSignalWattPointType(signal: -1, power: -2_000), V2XSignalWattPointType(signal: 0, power: 0),
                V2XSignalWattPointType(signal: 1, power: 2_000),
            ]
        }
        return period
    }

    @Test func `the frequency moves the power along the curve, by steps that count`() {
        var bench = ready()
        _ = bench.handle(reading(50_000))
        bench.set(Wire.profile(1, .txProfile, for: "T", [Self.frequencyPeriod()]))
        // Q08.FR.06.
        #expect(bench.command().text == "-10000…11000 @ 1000")
        // Below LocalFrequencyUpdateThreshold (10 mHz): as it was (Q08.FR.07).
        _ = bench.handle(reading(50_009))
        #expect(bench.command().setpoint == .watts(1_000))
        _ = bench.handle(reading(50_010))
        #expect(bench.command().setpoint == .watts(1_090))
        _ = bench.handle(reading(49_500))
        #expect(bench.command().setpoint == .watts(-3_500))
        // Beyond its ends the curve stays level, and the hardware bounds it.
        _ = bench.handle(reading(40_000))
        #expect(bench.command().setpoint == .watts(-8_000))
    }

    @Test func `an old or missing frequency leaves the baseline alone`() {
        var bench = ready()
        bench.set(Wire.profile(1, .txProfile, for: "T", [Self.frequencyPeriod()]))
        #expect(bench.command().setpoint == .watts(1_000))
        _ = bench.handle(reading(49_500))
        #expect(bench.command().setpoint == .watts(-3_500))
        _ = bench.wait(.seconds(3))
        #expect(bench.command().setpoint == .watts(-3_500))
        _ = bench.wait(.milliseconds(1))
        #expect(bench.command().setpoint == .watts(1_000))
        _ = bench.handle(reading(49_500))
        _ = bench.handle(reading(nil))
        #expect(bench.command().setpoint == .watts(1_000))
    }

    @Test func `the operator's signal counts from its time on, where there is a curve for it`() {
        var bench = ready()
        func send(_ signal: Int, in seconds: Int) -> String {
            let at = bench.time.wall + .seconds(seconds)
            guard
                case .afrrSignal(let response)? = bench.ask(
                    .afrrSignal(AFRRSignalRequest(timestamp: DateTime(at), signal: signal))
                ).answer
            else { return "no answer" }
            return response.statusInfo?.reasonCode ?? response.status.word
        }
        bench.set(Wire.profile(1, .txProfile, for: "T", [Self.frequencyPeriod()]))
        // Q08.FR.11.
        #expect(send(1, in: 0) == "NoSignalWattCurve")
        bench.set(Wire.profile(1, .txProfile, for: "T", [Self.frequencyPeriod(signal: true)]))
        // Q08.FR.10.
        #expect(send(1, in: 0) == "Accepted")
        #expect(bench.command().setpoint == .watts(3_000))
        #expect(send(-1, in: 5) == "Accepted")
        #expect(bench.command().setpoint == .watts(3_000))
        _ = bench.wait(.seconds(5))
        #expect(bench.command().setpoint == .watts(-1_000))
        // It does not wait for the next profile that would follow one.
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.limit(1_000)]))
        bench.set(Wire.profile(1, .txProfile, for: "T", [Self.frequencyPeriod(signal: true)]))
        #expect(bench.command().setpoint == .watts(1_000))
        for _ in 0..<100 { _ = send(1, in: 1_000) }
        for second in 0..<100 { _ = send(1, in: 1_000 + second) }
        #expect(bench.station.bidirectional.signals.coming.count == AFRRSignals.most)
    }

    private func balance(_ bench: inout StationBench, on evse: Int = 1) {
        for (value, watts) in [
            (BidirectionalVariables.Balancing.upperThreshold, "5000"), (.lowerThreshold, "-1000"),
            (.upperOffset, "0"), (.lowerOffset, "0"),
        ] {
            // The name of the test cases (decision m).
            bench.setVariable(BidirectionalVariables.balancing(value, evse).alias, watts)
        }
    }

    @Test func `load balancing counts every sample once`() {
        var bench = ready()
        balance(&bench)
        #expect(bench.station.variables.text(BidirectionalVariables.balancing(.upperThreshold, 1).0) == "5000")
        #expect(bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.mode(.localLoadBalancing)])) == "Accepted")
        // Nobody knows the load: nothing flows.
        #expect(bench.command().setpoint == .zero)
        // Q09.FR.04.
        _ = bench.handle(reading(nil, load: 7_000))
        #expect(bench.command().setpoint == .watts(-2_000))
        _ = bench.handle(.tick)
        _ = bench.report { $0.soc = 50 }
        #expect(bench.command().setpoint == .watts(-2_000))
        _ = bench.handle(reading(nil, load: 5_000))
        #expect(bench.command().setpoint == .watts(-2_000))
        _ = bench.handle(reading(nil, load: -3_000))
        #expect(bench.command().setpoint == .zero)
        // Held within the limits, it turns at once when the load does (Q09.FR.05).
        for _ in 0..<9 { _ = bench.handle(reading(nil, load: 90_000)) }
        #expect(bench.command().setpoint == .watts(-10_000))
        _ = bench.handle(reading(nil, load: -2_000))
        #expect(bench.command().setpoint == .watts(-9_000))
        _ = bench.wait(.milliseconds(3_001))
        #expect(bench.command().setpoint == .zero)
    }

    @Test func `two EVSEs that balance share what is asked for`() {
        var bench = ready()
        balance(&bench)
        balance(&bench, on: 2)
        bench.charge("U", on: 2)
        bench.set(Wire.profile(1, .txDefaultProfile, [Wire.mode(.localLoadBalancing)]), on: 0)
        _ = bench.handle(reading(nil, load: 9_000))
        #expect(bench.command(1).setpoint == .watts(-2_000))
        #expect(bench.command(2).setpoint == .watts(-2_000))
    }

    @Test func `thresholds out of order refuse the mode`() {
        var bench = ready()
        balance(&bench)
        bench.setVariable(BidirectionalVariables.balancing(.lowerThreshold, 1).0, "5000")
        // Q09.FR.02.
        #expect(
            bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.mode(.localLoadBalancing)])) == "MissingDevModelInfo")
    }

    @Test func `idle means that nothing flows, and sleep only where the hardware can`() {
        var setup = StationBench.setup
        setup.evses[1].canSleep = true
        var bench = StationBench(setup)
        bench.boot()
        bench.charge("A", on: 1)
        bench.charge("B", on: 2)
        var period = Wire.mode(.idle)
        period.evseSleep = true
        period.preconditioningRequest = true
        bench.set(Wire.profile(1, .txDefaultProfile, [period]), on: 0)
        #expect(bench.command(1).text == "0…0 @ 0")
        #expect(bench.command(1).wantsPreconditioning)
        // Q10.FR.03, Q10.FR.04, Q10.FR.05.
        #expect(!bench.station.isAsleep(evse: 1) && bench.station.isAsleep(evse: 2))
        bench.set(Wire.profile(2, .txProfile, for: "B", [Wire.limit(0)]), on: 2)
        #expect(!bench.station.isAsleep(evse: 2))
    }

    @Test func `an external setpoint that nobody has given is zero, and follows then`() {
        var bench = ready()
        bench.set(Wire.profile(1, .txProfile, .dynamic, for: "T", [Wire.mode(.externalSetpoint)]))
        #expect(bench.command().setpoint == .zero)
        // Q05.FR.01, Q05.FR.03, Q05.FR.05.
        _ = bench.handle(.external(ExternalSignal(source: .energyManager, limits: nil, setpoint: .watts(-700))))
        #expect(bench.command().setpoint == .watts(-700))
        #expect(bench.station.smart.store.messages[1]?.chargingSchedule[0].chargingSchedulePeriod[0].setpoint == -700)
    }

    @Test func `external limits that nobody has given let nothing flow`() {
        var bench = ready()
        bench.set(Wire.profile(1, .txProfile, .dynamic, for: "T", [Wire.mode(.externalLimits)]))
        #expect(bench.command().text == "0…0")
    }

    @Test func `modes that are switched off are refused`() {
        var bench = ready()
        bench.setVariable(BidirectionalVariables.enabled(1), "false")
        // K01.FR.115, Q09.FR.01.
        #expect(bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(1)])) == "InvalidOperationMode")
        #expect(
            bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.mode(.localLoadBalancing)])) == "UnsupportedParam")
        #expect(bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.limit(1)])) == "Accepted")
    }

    @Test func `measurands of a mode are sampled while it lasts`() {
        var bench = ready()
        bench.setVariable(BidirectionalVariables.measurands(.updated, .centralSetpoint, 1), "Power.Active.Residual")
        bench.setVariable(BidirectionalVariables.interval(.updated, .centralSetpoint, 1), "5")
        #expect(bench.station.bidirectionalMeasurands(.updated, evse: 1).measurands == [])
        bench.set(Wire.profile(1, .txProfile, for: "T", [Wire.setpoint(-3_000)]))
        // Q01.FR.35.
        #expect(bench.station.bidirectionalMeasurands(.updated, evse: 1) == (["Power.Active.Residual"], 5))
    }

    @Test(arguments: [(-3_000, -3_500, 500), (-3_000, -2_000, -1_000), (2_000, 2_500, 500), (0, -40, 40), (0, 40, 40)])
    func `the residual tells how far the power misses the setpoint`(setpoint: Int, power: Int, residual: Int) {
        var reading = MeterReading()
        reading.setpoint = .watts(setpoint)
        reading.report.power = .watts(power)
        #expect(reading.values(of: [.powerActiveResidual], .other).map(\.value) == [DecimalNumber(residual)])
    }

    @Test func `the device model shows the car that is connected`() {
        var bench = ready()
        func text(_ name: String, _ instance: String? = nil) -> String? {
            bench.station.variables.text(VariableKey("ConnectedEV", name, instance: instance, evse: 1))
        }
        _ = bench.report {
            $0.connector = .occupied
            $0.evccID = "0102"
            $0.protocolAgreed = "urn:iso:std:iso:15118:-20:DC,1,0"
            $0.protocolsOffered = ["urn:iso:std:iso:15118:-20:DC,1,0", "urn:din:70121:2012:MsgDef,2,0"]
            $0.vehicleCertificates = ["leaf", "sub", "root"]
        }
        // Q01.FR.36.
        #expect(text("Available") == "true" && text("VehicleId") == "0102")
        #expect(text("ProtocolSupportedByEV", "2") == "urn:din:70121:2012:MsgDef,2,0")
        #expect(text("VehicleCertificate", "SubCA1") == "sub" && text("VehicleCertificate", "Root") == "root")
        _ = bench.report { $0.connector = .available }
        #expect(text("Available") == "false" && text("VehicleId") == nil)
    }
}

@Suite struct CurveTests {
    @Test(
        arguments: [
            ([], 5, nil), ([(5, 7)], 0, 7), ([(5, 7)], 9, 7), ([(0, 0), (10, 100)], 3, 30),
            ([(10, 100), (0, 0)], 3, 30),
            ([(0, 0), (10, 100)], -1, 0), ([(0, 0), (10, 100)], 11, 100), ([(0, 1), (5, 1), (5, 9), (9, 9)], 5, 9),
            ([(.min, .min), (.max, .max)], 0, 0),
        ] as [([(Int64, Int64)], Int64, Int64?)])
    func `between points it is straight, beyond them level`(points: [(Int64, Int64)], x: Int64, y: Int64?) {
        #expect(Curve(points.map { CurvePoint(x: $0.0, milliwatts: $0.1) }).value(at: x) == y)
    }
}
