// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct MeterReadingTests {
    private static var reading: MeterReading {
        var reading = MeterReading()
        reading.report.imported = .wattHours(12_345)
        reading.report.exported = .wattHours(345)
        reading.report.power = .watts(-5_000)
        reading.report.current = PerPhase(.amperes(-7), .amperes(-8), Current(milli: 500))
        reading.report.voltage = PerPhase(.volts(230), .volts(231), .volts(229))
        reading.report.soc = 55
        reading.setpoint = .watts(-5_500)
        reading.offered = PowerLimits(from: .watts(-10_000), to: .watts(11_040))
        reading.frequency = Frequency(milli: 49_985)
        reading.before = Registers(imported: .wattHours(12_000), exported: .wattHours(300))
        reading.phases = 3
        return reading
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var measurand: MeasurandEnumType
        var values: [String]
        var unit: String
        var phases: [PhaseEnumType?] = [nil]
        var testDescription: String { measurand.word }
    }

    static let rows = [
        Row(measurand: .energyActiveImportRegister, values: ["12345"], unit: "Wh"),
        Row(measurand: .energyActiveExportRegister, values: ["345"], unit: "Wh"),
        Row(measurand: .energyActiveImportInterval, values: ["345"], unit: "Wh"),
        Row(measurand: .energyActiveExportInterval, values: ["45"], unit: "Wh"),
        Row(measurand: .energyActiveNet, values: ["12000"], unit: "Wh"),
        Row(measurand: .powerActiveImport, values: ["0"], unit: "W"),
        Row(measurand: .powerActiveExport, values: ["5000"], unit: "W"),
        Row(measurand: .powerActiveSetpoint, values: ["-5500"], unit: "W"),
        Row(measurand: .powerActiveResidual, values: ["-500"], unit: "W"),
        Row(measurand: .powerOffered, values: ["11040"], unit: "W"),
        Row(measurand: .powerImportOffered, values: ["11040"], unit: "W"),
        Row(measurand: .powerExportOffered, values: ["10000"], unit: "W"),
        Row(measurand: .currentOffered, values: ["16"], unit: "A"),
        Row(measurand: .currentExportOffered, values: ["14.492"], unit: "A"),
        Row(measurand: .currentImport, values: ["0", "0", "0.5"], unit: "A", phases: [.l1, .l2, .l3]),
        Row(measurand: .currentExport, values: ["7", "8", "0"], unit: "A", phases: [.l1, .l2, .l3]),
        Row(measurand: .voltage, values: ["230", "231", "229"], unit: "V", phases: [.l1N, .l2N, .l3N]),
        Row(measurand: .soC, values: ["55"], unit: "Percent"),
        Row(measurand: .frequency, values: ["49.985"], unit: "Hz"),
    ]

    @Test(arguments: rows)
    func `a measurand has its value, unit and phases`(row: Row) {
        // J01.FR.07 to .10, J02.FR.03 to .06.
        let values = Self.reading.values(of: [row.measurand], .samplePeriodic)
        #expect(values.map(\.value.description) == row.values)
        #expect(values.map(\.phase) == row.phases)
        #expect(values.allSatisfy { $0.unitOfMeasure?.unit == row.unit && $0.context == .samplePeriodic })
        #expect(values.allSatisfy { $0.location == (row.measurand == .soC ? .ev : .outlet) })
        #expect(Measurands.supported.contains(row.measurand))
    }

    @Test func `what is called supported is measured, and nothing else`() {
        for measurand in MeasurandEnumType.allCases {
            let isKnown = !Self.reading.values(of: [measurand], .other).isEmpty
            #expect(isKnown == Measurands.supported.contains(measurand), "\(measurand.word)")
        }
    }

    @Test func `what is not known has no value`() {
        #expect(MeterReading().values(of: MeasurandEnumType.allCases, .other).isEmpty)
    }

    @Test func `one phase shows one phase`() {
        var reading = Self.reading
        reading.phases = 1
        #expect(reading.values(of: [.currentExport], .other).map(\.phase) == [.l1])
        #expect(reading.values(of: [.voltage], .other).count == 1)
    }

    @Test func `a signature stands beside the register it signs`() {
        // E02.FR.14, J02.FR.21.
        var reading = Self.reading
        reading.signature = SignedMeterValueType(signedMeterData: "c2lnbmVk", encodingMethod: "OCMF")
        let values = reading.values(of: [.energyActiveImportRegister, .energyActiveExportRegister], .other)
        #expect(values.map { $0.signedMeterValue != nil } == [true, false])
    }
}

@Suite struct MeteringTests {
    typealias Bench = StationBench

    private static func variables(_ updated: Int, _ ended: Int = 0, aligned: Int = 0) -> [VariableKey: String] {
        [
            VariableKey("SampledDataCtrlr", "TxUpdatedInterval"): "\(updated)",
            VariableKey("SampledDataCtrlr", "TxEndedInterval"): "\(ended)",
            VariableKey("AlignedDataCtrlr", "Interval"): "\(aligned)",
        ]
    }

    private func charging(_ values: [VariableKey: String], setup: StationSetup = Bench.setup) -> (
        StationBench, [StationOutput]
    ) {
        var bench = Bench.with(values, setup: setup)
        _ = bench.report { $0.imported = .wattHours(1_000) }
        _ = bench.plugIn()
        let start = bench.present()
        return (bench, start + bench.flow(.charging))
    }

    private func samples(_ bench: StationBench, _ outputs: [StationOutput]) -> [(String, Int64)] {
        bench.events(in: outputs).compactMap { event in
            guard event.eventType == .updated, let value = event.meterValue?.first else { return nil }
            return (event.triggerReason.word, value.timestamp.time.seconds - StationBench.start.seconds)
        }
    }

    @Test func `samples keep their beat from the begin of the transaction`() {
        // J02.FR.11, E02.FR.10.
        var (bench, _) = charging(Self.variables(60))
        let outputs = bench.wait(.seconds(300))
        #expect(samples(bench, outputs).map(\.0) == Array(repeating: "MeterValuePeriodic", count: 5))
        #expect(samples(bench, outputs).map(\.1) == [60, 120, 180, 240, 300])
        let contexts = bench.events(in: outputs).flatMap { $0.meterValue ?? [] }.flatMap(\.sampledValue).map(\.context)
        #expect(contexts.allSatisfy { $0 == .samplePeriodic })
    }

    @Test func `an interval of zero takes none, a new one counts from now`() {
        var (bench, _) = charging(Self.variables(0))
        #expect(samples(bench, bench.wait(.minutes(10))).isEmpty)
        bench.station.variables.report("30", as: VariableKey("SampledDataCtrlr", "TxUpdatedInterval"))
        _ = bench.handle(.tick)
        #expect(samples(bench, bench.wait(.seconds(61))).map(\.1) == [630, 660])
        bench.station.variables.report("false", as: VariableKey("SampledDataCtrlr", "Enabled"))
        #expect(samples(bench, bench.wait(.minutes(10))).isEmpty)
    }

    @Test func `begin and end have their values`() throws {
        // E01.FR.09, E02.FR.09, E06.FR.11, E07.FR.08, E15.FR.01, F01.FR.14.
        var (bench, start) = charging(Self.variables(0))
        let first = try #require(bench.events(in: start).first?.meterValue?.first)
        #expect(first.sampledValue.map(\.context) == [.transactionBegin])
        #expect(first.sampledValue[0].value == 1_000)
        _ = bench.report { $0.imported = .wattHours(9_000) }
        let end = try #require(bench.events(in: bench.present()).last?.meterValue)
        #expect(end.map { $0.sampledValue[0].context } == [.transactionBegin, .transactionEnd])
        #expect(end.map { $0.sampledValue[0].value } == [1_000, 9_000])
    }

    @Test func `the end has the samples in between, and the station forgets them`() throws {
        // 2.8.8: TxEndedInterval.
        var (bench, _) = charging(Self.variables(0, 60))
        for minute in 1...5 {
            _ = bench.report { $0.imported = .wattHours(1_000 + minute * 100) }
            _ = bench.wait(.seconds(60))
        }
        #expect(bench.kept.keys.count { $0.hasPrefix("transaction-sample/") } == 6)
        let outputs = bench.present()
        let end = try #require(bench.events(in: outputs).last?.meterValue)
        #expect(end.map { $0.sampledValue[0].value } == [1_000, 1_100, 1_200, 1_300, 1_400, 1_500, 1_500])
        #expect(bench.kept.keys.allSatisfy { !$0.hasPrefix("transaction") })
    }

    @Test func `a transaction of months ends with a bounded number of samples, evenly spread`() throws {
        // J02.FR.20, E06.FR.12, E06.FR.13.
        var (bench, _) = charging(Self.variables(0, 60))
        for minute in 1...3_000 {
            _ = bench.report { $0.imported = .wattHours(1_000 + minute) }
            _ = bench.wait(.seconds(60))
        }
        #expect(bench.kept.keys.count { $0.hasPrefix("transaction-sample/") } <= TransactionSampling.mostCollected)
        let end = try #require(bench.events(in: bench.present()).last?.meterValue)
        #expect(end.count <= TransactionSampling.mostCollected + 1)
        let values = end.map { $0.sampledValue[0].value }
        #expect(values.first == 1_000 && values.last == 4_000)
        #expect(values == values.sorted())
    }

    @Test func `samples for the end survive a restart`() throws {
        var (bench, _) = charging(Self.variables(0, 60))
        _ = bench.wait(.seconds(180))
        bench.reopen(Self.variables(0, 60).merging([TransactionVariables.resumptionRange: "0"]) { $1 })
        _ = bench.report {
            $0.connector = .occupied
            $0.flow = .charging
            $0.imported = .wattHours(2_000)
        }
        _ = bench.wait(.seconds(120))
        let end = try #require(bench.events(in: bench.handle(.presented(Bench.card, evse: 1))).last?.meterValue)
        #expect(end.map { $0.sampledValue[0].value } == [1_000, 1_000, 1_000, 1_000, 2_000, 2_000, 2_000])
    }

    @Test func `interval values are the difference between two samples of the same kind`() {
        var values = Self.variables(60, aligned: 90)
        values[MeteringVariables.measurands(.updated)] = "Energy.Active.Import.Interval"
        values[MeteringVariables.measurands(.aligned)] = "Energy.Active.Import.Interval"
        var (bench, _) = charging(values)
        _ = bench.wait(.seconds(30))
        _ = bench.report { $0.imported = .wattHours(1_100) }
        let first = bench.wait(.seconds(30))
        _ = bench.report { $0.imported = .wattHours(1_150) }
        let second = bench.wait(.seconds(30))
        func numbers(_ outputs: [StationOutput]) -> [DecimalNumber] {
            bench.events(in: outputs).compactMap { $0.meterValue?.first?.sampledValue.first?.value }
        }
        #expect(numbers(first) == [100])
        #expect(numbers(second) == [150])
    }

    // MARK: Clock-aligned

    @Test(arguments: [
        (0, 900, 0, 900), (1, 900, 0, 900), (899, 900, 0, 900), (900, 900, 900, 1_800), (86_399, 900, 85_500, 86_400),
        // 50,000 s do not divide a day: the last interval ends with it.
        (60_000, 50_000, 50_000, 86_400), (86_400, 50_000, 86_400, 136_400),
        (-1, 900, -900, 0), (5, 86_400, 0, 86_400),
    ])
    func `intervals divide the day from midnight`(now: Int64, interval: Int, slot: Int64, next: Int64) {
        #expect(ClockAlignment.slot(now, every: interval) == slot)
        #expect(ClockAlignment.next(after: now, every: interval) == next)
    }

    @Test func `without a transaction they go as MeterValues, for each EVSE and the connection point`() throws {
        // J01.FR.02, J01.FR.03, J01.FR.05, J01.FR.06, J01.FR.14, J01.FR.17.
        var values = Self.variables(0, aligned: 900)
        values[MeteringVariables.measurands(.aligned)] = "Energy.Active.Import.Register,Power.Active.Import"
        var bench = Bench.with(values)
        _ = bench.wait(.seconds(100))
        for evse in 1...2 { _ = bench.report(evse) { $0.imported = .wattHours(evse * 10) } }
        _ = bench.handle(.grid(GridReading(frequency: .hertz(50), load: .watts(3_000))))
        let outputs = bench.wait(.seconds(1_700))
        let requests = bench.calls(in: outputs).compactMap { if case .meterValues(let it) = $0 { it } else { nil } }
        #expect(requests.map(\.evseId) == [1, 2, 0, 1, 2, 0])
        let offsets = requests.map { $0.meterValue[0].timestamp.time.milliseconds - Bench.start.wall.milliseconds }
        #expect(offsets == [900_000, 900_000, 900_000, 1_800_000, 1_800_000, 1_800_000])
        #expect(requests[2].meterValue[0].sampledValue.map(\.location) == [.inlet])
        #expect(requests[0].meterValue[0].sampledValue[0].context == .sampleClock)
    }

    @Test func `in a transaction they go as events`() {
        // J01.FR.22.
        var (bench, _) = charging(Self.variables(0, aligned: 900))
        let outputs = bench.wait(.seconds(901))
        #expect(samples(bench, outputs).map(\.0) == ["MeterValueClock"])
        #expect(bench.calls(in: outputs).allSatisfy { $0.action != .meterValues })
    }

    @Test(arguments: [
        (MeteringVariables.idleOnly, [Int]()), (MeteringVariables.idleOnly(evse: 1), [2]),
    ])
    func `a transaction may silence them`(key: VariableKey, heard: [Int]) {
        // J01.FR.19, J01.FR.20.
        var (bench, _) = charging(Self.variables(0, aligned: 900).merging([key: "true"]) { $1 })
        _ = bench.report(2) { $0.imported = .wattHours(1) }
        let outputs = bench.wait(.seconds(901))
        #expect(samples(bench, outputs).isEmpty)
        #expect(
            bench.calls(in: outputs).compactMap { if case .meterValues(let it) = $0 { it.evseId } else { nil } }
                == heard)
    }

    @Test func `a clock set back takes no interval twice`() {
        var (bench, _) = charging(Self.variables(0, aligned: 900))
        #expect(samples(bench, bench.wait(.seconds(901))).count == 1)
        bench.time = StationTime(bench.time.monotonic, bench.time.wall + .seconds(-600))
        #expect(samples(bench, bench.handle(.tick)).isEmpty)
        bench.time = StationTime(bench.time.monotonic, bench.time.wall + .seconds(600))
        #expect(samples(bench, bench.handle(.tick)).isEmpty)
        #expect(samples(bench, bench.wait(.seconds(900))).count == 1)
        bench.time = StationTime(bench.time.monotonic, bench.time.wall + .seconds(-86_400))
        #expect(samples(bench, bench.handle(.tick)).isEmpty)
        #expect(samples(bench, bench.wait(.seconds(900))).count == 1)
    }

    @Test func `they are collected for the end too`() throws {
        // 2.8.21, 2.8.22.
        var values = Self.variables(0)
        values[MeteringVariables.measurands(.alignedEnded)] = "Energy.Active.Import.Register"
        values[VariableKey("AlignedDataCtrlr", "TxEndedInterval")] = "900"
        var (bench, _) = charging(values)
        _ = bench.wait(.seconds(1_801))
        let end = try #require(bench.events(in: bench.present()).last?.meterValue)
        #expect(
            end.map { $0.sampledValue[0].context } == [.transactionBegin, .sampleClock, .sampleClock, .transactionEnd])
    }

    // MARK: Signatures

    private static let signature = SignedMeterValueType(
        signedMeterData: "c2lnbmVk", encodingMethod: "OCMF", publicKey: "oca:base16:asn1:00")

    private static var signing: StationSetup {
        var setup = Bench.setup
        setup.hasSigningMeter = true
        return setup
    }

    @Test func `a signature can begin a transaction`() throws {
        // E01.FR.04.
        var values = Bench.points(start: "DataSigned", stop: "Authorized")
        values[MeteringVariables.signsSampled] = "true"
        values[MeteringVariables.signsStarted] = "true"
        var bench = Bench.with(values, setup: Self.signing)
        _ = bench.report { $0.imported = .wattHours(5) }
        _ = bench.plugIn()
        #expect(bench.events(in: bench.present()).isEmpty)
        let outputs = bench.report { $0.signature = Self.signature }
        #expect(bench.told(outputs) == ["Started SignedDataReceived EVConnected"])
        let value = try #require(bench.events(in: outputs).first?.meterValue?.first?.sampledValue.first)
        #expect(value.signedMeterValue == Self.signature)
    }

    @Test(arguments: [
        ("Never", [false, false]), ("OncePerTransaction", [true, false]), ("EveryMeterValue", [true, true]),
    ])
    func `the public key goes as often as wanted`(mode: String, keys: [Bool]) {
        // J02.FR.21, J02.FR.23.
        var values = Self.variables(60)
        values[MeteringVariables.signsSampled] = "true"
        values[MeteringVariables.signsStarted] = "true"
        values[MeteringVariables.signsUpdated] = "true"
        values[MeteringVariables.publicKey] = mode
        var bench = Bench.with(values, setup: Self.signing)
        _ = bench.report {
            $0.imported = .wattHours(5)
            $0.signature = Self.signature
        }
        _ = bench.plugIn()
        let outputs = bench.present() + bench.wait(.seconds(61))
        let signed = bench.events(in: outputs).compactMap { $0.meterValue?.first?.sampledValue.first?.signedMeterValue }
        #expect(signed.map { $0.publicKey != nil } == keys)
    }

    @Test func `clock-aligned values and those at the end are signed if that is asked for`() throws {
        // J01.FR.21, J02.FR.24.
        var values = Self.variables(0, aligned: 900)
        values[MeteringVariables.signsAligned] = "true"
        values[MeteringVariables.signsAlignedUpdated] = "true"
        values[MeteringVariables.signsSampled] = "true"
        var (bench, _) = charging(values, setup: Self.signing)
        _ = bench.report { $0.signature = Self.signature }
        let aligned = bench.events(in: bench.wait(.seconds(901))).compactMap {
            $0.meterValue?.first?.sampledValue.first
        }
        #expect(aligned.map(\.signedMeterValue) == [Self.signature])
        let end = try #require(bench.events(in: bench.present()).last?.meterValue?.last?.sampledValue.first)
        #expect(end.signedMeterValue == Self.signature)
    }

    @Test func `registers are told as the meter shows them, for their EVSE alone`() throws {
        // J02.FR.16, J02.FR.17, J02.FR.18, J02.FR.22.
        var (bench, _) = charging(Self.variables(60))
        _ = bench.report(2) { $0.imported = .wattHours(777) }
        var last: DecimalNumber = 0
        for step in 1...5 {
            _ = bench.report { $0.imported = .wattHours(123_456 + step) }
            let event = try #require(bench.events(in: bench.wait(.seconds(60))).last)
            let value = try #require(event.meterValue?.first?.sampledValue.first)
            #expect(value.value == DecimalNumber(123_456 + step) && value.value > last)
            #expect(event.meterValue?.count == 1 && event.meterValue?.first?.timestamp == event.timestamp)
            last = value.value
        }
    }

    @Test func `nothing is signed unasked, and a meter that cannot sign does not say it can`() {
        var (bench, start) = charging([:])
        _ = bench.report { $0.signature = Self.signature }
        let all = start + bench.present()
        #expect(
            bench.events(in: all).flatMap { $0.meterValue ?? [] }.flatMap(\.sampledValue).allSatisfy {
                $0.signedMeterValue == nil
            })
        #expect(bench.station.variables.text(MeteringVariables.signsSampled) == nil)
    }
}
