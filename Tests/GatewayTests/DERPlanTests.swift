// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ChargingStation
import ConfigurationFiles
import Electricity
import LinuxIO
import Logging
import OCPP
import OCPP21
import StationKeys
import Synchronization
import Testing

@testable import Gateway

@Suite struct DERPlanTests {
    private static let project =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

    func site(
        _ evse: String = "charger: { profile: sunspec/der, at: \"tcp://127.0.0.1:5021\" }", meter: Bool = true,
        gridCode: String = "", backends: Int = 0
    ) throws -> SiteConfiguration {
        let meter = meter ? ", meter: { profile: sluice/simulated-meter, at: \"tcp://127.0.0.1:5020\" }" : ""
        let each = (1...max(1, backends)).map {
            "{ ocpp: \"2.1\", url: \"ws://127.0.0.1:9000/\($0)\", identity: DEPOT-\($0), allow_insecure: true }"
        }
        let named = backends > 0 ? "backends: [\(each.joined(separator: ", "))]" : ""
        let check = ConfigurationReader.read(
            text: """
                site: { name: Test, timezone: UTC, fuse: 63 A\(meter) }
                agreement: { import: 16 kW, export: 8 kW }
                \(gridCode)
                evses: [{ id: 1, \(evse) }]
                \(named)
                """, file: "s", profiles: ProfileLibrary(folders: ["\(Self.project)/Firmware-Profiles"]),
            gridCodes: GridCodeLibrary(folders: ["\(Self.project)/Grid-Codes"]))
        return try #require(check.site, "\(check.errors)")
    }

    private func plan(_ site: SiteConfiguration) -> DERPlan { DERPlan(site.evses[0], site) }

    private static let reactive: Set<DERControlEnumType> = [
        .voltVar, .wattVar, .fixedVar, .fixedPFInject, .fixedPFAbsorb,
    ]

    @Test func `a SunSpec charger carries out reactive power, the gateway the rest`() throws {
        let plan = plan(try site())
        #expect(plan.byCharger == Self.reactive)
        #expect(plan.byGateway == [.limitMaxDischarge, .freqDroop, .freqWatt, .voltWatt])
        #expect(plan.functions == Set(DERFunction.allCases.filter(\.isReactive)))
        // Every other control type has its reason.
        for number in DERControlEnumType.words.indices {
            let type = try #require(DERControlEnumType(rawValue: UInt8(number)))
            #expect(
                (plan.refusals[type] == nil) == (plan.byCharger.contains(type) || plan.byGateway.contains(type)),
                "\(type.word)")
        }
        #expect(plan.refusals[.hvMustTrip]?.contains("installer") == true)
    }

    @Test func `what the grid code sets is no backend's`() throws {
        let open = plan(try site(gridCode: "grid_code: { profile: en-50549-1-2019 }"))
        #expect(open.byCharger == Self.reactive)
        let owned = plan(
            try site(gridCode: "grid_code: { profile: en-50549-1-2019, reactive_power: { mode: volt_var } }"))
        #expect(owned.byCharger.isEmpty)
        for type in Self.reactive { #expect(owned.refusals[type] == "The grid code of this connection sets it.") }
    }

    @Test func `without a meter the charger watches the grid itself`() throws {
        let plan = plan(try site(meter: false))
        #expect(plan.byCharger == Self.reactive.union([.voltWatt, .freqDroop]))
        #expect(plan.byGateway == [.limitMaxDischarge])
        #expect(plan.refusals[.freqWatt] != nil)
    }

    @Test func `an installer can keep the charger to itself, and other chargers have nothing to set`() throws {
        let left = plan(
            try site("der_controls: leave, charger: { profile: sunspec/der, at: \"tcp://192.0.2.5:502\" }"))
        #expect(left.byCharger.isEmpty && left.functions.isEmpty)
        #expect(left.refusals[.voltVar] == "The charger's settings are left to its installer.")
        let other = plan(try site("charger: { profile: sluice/simulated-bidi-22, at: \"tcp://192.0.2.5:502\" }"))
        #expect(other.byCharger.isEmpty && other.refusals[.fixedVar]?.contains("no such function") == true)
    }
}

@Suite struct DERTranslationTests {
    private func settings(_ request: SetDERControlRequest) -> DERSettings {
        DERSettings([request], Set(DERFunction.allCases.map(\.controlType)), nominalVolts: 230)
    }

    private func curve(
        _ type: DERControlEnumType, _ unit: DERUnitEnumType, _ points: [(DecimalNumber, DecimalNumber)]
    ) -> SetDERControlRequest {
        SetDERControlRequest(
            isDefault: true, controlId: "a", controlType: type,
            curve: DERCurveType(
                curveData: points.map { DERCurvePointsType(x: $0.0, y: $0.1) }, priority: 1, yUnit: unit))
    }

    @Test func `curves keep their percentages, and volts become percent of the nominal voltage`() {
        let percent = settings(curve(.voltVar, .pctMaxVar, [(92, 44), (108, -44)])).voltVar
        #expect(percent?.points == [.init(x: 92_000, y: 44_000), .init(x: 108_000, y: -44_000)])
        #expect(percent?.reference == .maximumReactive && percent?.responseTime == nil)
        let volts = settings(curve(.voltVar, .pctVarAvail, [(207, 44), (253, -44)])).voltVar
        #expect(volts?.points == [.init(x: 90_000, y: 44_000), .init(x: 110_000, y: -44_000)])
        #expect(volts?.reference == .availableReactive)
        let watts = settings(curve(.wattVar, .pctMaxVar, [(-100, 44), (100, -44)])).wattVar
        #expect(watts?.points.first == .init(x: -100_000, y: 44_000))
    }

    @Test func `fixed values, power factors and droops are taken as they are`() {
        var request = SetDERControlRequest(isDefault: true, controlId: "a", controlType: .fixedVar)
        request.fixedVar = FixedVarType(priority: 1, setpoint: -30, unit: .pctMaxVar)
        #expect(settings(request).fixedVar == .share(-30_000, of: .maximumReactive))
        request = SetDERControlRequest(isDefault: true, controlId: "a", controlType: .fixedPFInject)
        request.fixedPFInject = FixedPFType(
            priority: 1, displacement: DecimalNumber(thousandths: 950), excitation: true)
        #expect(settings(request).powerFactorInjecting == .init(thousandths: 950, isOverExcited: true))
        request = SetDERControlRequest(isDefault: true, controlId: "a", controlType: .freqDroop)
        request.freqDroop = FreqDroopType(
            priority: 1, overFreq: DecimalNumber(thousandths: 50_200), underFreq: DecimalNumber(thousandths: 49_800),
            overDroop: DecimalNumber(thousandths: 50), underDroop: DecimalNumber(thousandths: 40), responseTime: 2)
        #expect(
            settings(request).droop
                == .init(
                    deadBandOver: Frequency(milli: 200), deadBandUnder: Frequency(milli: 200), slopeOver: 50_000,
                    slopeUnder: 40_000, responseTime: .seconds(2)))
    }

    @Test func `what another carries out is not given to the charger`() {
        let request = curve(.voltVar, .pctMaxVar, [(92, 44), (108, -44)])
        #expect(DERSettings([request], [.fixedVar], nominalVolts: 230) == DERSettings())
    }
}

@Suite struct DERDeskTests {
    private static let voltVar = SetDERControlRequest(
        isDefault: true, controlId: "a", controlType: .voltVar,
        curve: DERCurveType(
            curveData: [DERCurvePointsType(x: 92, y: 44), DERCurvePointsType(x: 108, y: -44)], priority: 1,
            yUnit: .pctMaxVar))
    private static let fixedVar = SetDERControlRequest(
        isDefault: true, controlId: "b", controlType: .fixedVar,
        fixedVar: FixedVarType(priority: 1, setpoint: 10, unit: .pctMaxVar))

    private func desk(backends: Int = 1) throws -> (DERDesk, DERCell) {
        let site = try DERPlanTests().site(backends: backends)
        let waker = try WakeUp()
        let cell = DERCell(FormerSettingsFile(folder: nil, name: "evse-1.json"), waker: waker)
        return (DERDesk([ChargerCell(name: "1", waker: waker, vehicle: nil, der: cell)], site), cell)
    }

    @Test func `the first word is passed on even if it wants nothing, and later ones when something changes`() throws {
        let (desk, cell) = try desk()
        #expect(cell.take() == nil)
        desk.follow(nil, backend: 0, evse: 0)
        #expect(cell.take() == DERSettings())
        desk.follow(nil, backend: 0, evse: 0)
        #expect(cell.take() == nil)
        #expect(desk.give([Self.voltVar], backend: 0, evse: 0))
        #expect(cell.take()?.functions == [.voltVar])
        #expect(cell.take() == nil)
        #expect(!desk.give([], backend: 0, evse: 7))
    }

    @Test func `a control comes before a setpoint of a profile, whose sign turns`() throws {
        let (desk, cell) = try desk()
        desk.follow(ReactivePower(millivars: 1_500_000), backend: 0, evse: 0)
        #expect(cell.take()?.fixedVar == .millivars(-1_500_000))
        _ = desk.give([Self.fixedVar], backend: 0, evse: 0)
        #expect(cell.take()?.fixedVar == .share(10_000, of: .maximumReactive))
        _ = desk.give([], backend: 0, evse: 0)
        #expect(cell.take()?.fixedVar == .millivars(-1_500_000))
        desk.follow(ReactivePower(millivars: 0), backend: 0, evse: 0)
        #expect(cell.take() == DERSettings())
    }

    @Test func `of two backends the first is heard, and nothing is taken back before both have spoken`() throws {
        let (desk, cell) = try desk(backends: 2)
        desk.follow(nil, backend: 0, evse: 0)
        #expect(cell.take() == nil)
        _ = desk.give([Self.fixedVar], backend: 1, evse: 0)
        _ = desk.give([Self.voltVar], backend: 0, evse: 0)
        #expect(cell.take()?.functions == [.voltVar])
        _ = desk.give([], backend: 0, evse: 0)
        #expect(cell.take()?.functions == [.fixedVar])
    }

    @Test func `what the charger says reaches the station in its words`() throws {
        let (desk, cell) = try desk()
        #expect(desk.condition(evse: 0) == DERCondition())
        var report = DERReport()
        report.found = [.fixedVar, .voltVar]
        report.failures = [.fixedVar: "“704.VarSet” cannot be written"]
        cell.report.withLock { $0 = report }
        #expect(
            desk.condition(evse: 0)
                == DERCondition(
                    found: [.fixedVar, .voltVar], failures: [.fixedVar: "“704.VarSet” cannot be written"]))
        #expect(report.trouble?.contains("The backend's FixedVar does not act in the charger") == true)
    }

    @Test func `what stood in the charger is there again in the next run, and gone once it was put back`() throws {
        let folder = "/tmp/sluice-der-\(UInt64.random(in: 0 ... .max))"
        let file = FormerSettingsFile(folder: try StateFolder(folder), name: "evse-1.json")
        let logger = Logger(label: "test")
        #expect(file.load(logger) == [:])
        file.keep([705: [705, 49, 0], 704: [704, 65]], logger)
        let again = FormerSettingsFile(folder: try StateFolder(folder), name: "evse-1.json")
        #expect(again.load(logger) == [705: [705, 49, 0], 704: [704, 65]])
        again.keep([:], logger)
        #expect(file.load(logger) == [:])
    }
}
