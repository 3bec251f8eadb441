// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Testing

@testable import ChargerDrivers

@Suite struct DERSettingsTests {
    private static let voltVar = DERSettings.Curve(
        points: [(92_000, 30_000), (98_000, 0), (102_000, 0), (108_000, -30_000)].map {
            DERSettings.Point(x: $0, y: $1)
        },
        reference: .maximumReactive, responseTime: .seconds(5))

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout DERSettings) -> Void
        /// Offsets in model 704 and what they hold.
        let holds: [(Int, UInt16)]
    }

    static let controls: [Case] = [
        Case(
            testDescription: "30 % of the most reactive power, injected",
            change: { $0.fixedVar = .share(30_000, of: .maximumReactive) },
            holds: [(35, 1), (36, 1), (42, 300), (2, 0), (8, 0)]),
        Case(
            testDescription: "20 % of the rated active power, absorbed",
            change: { $0.fixedVar = .share(-20_000, of: .maximumActive) }, holds: [(35, 1), (36, 0), (42, 0xFF38)]),
        Case(
            testDescription: "half of what is available",
            change: { $0.fixedVar = .share(50_000, of: .availableReactive) }, holds: [(35, 1), (36, 2), (42, 500)]),
        Case(
            testDescription: "1.5 kvar absorbed", change: { $0.fixedVar = .millivars(-1_500_000) },
            holds: [(35, 1), (36, 4), (38, 0xFFFF), (39, 0xFA24)]),
        Case(
            testDescription: "a power factor for each direction",
            change: {
                $0.powerFactorInjecting = .init(thousandths: 950, isOverExcited: true)
                $0.powerFactorAbsorbing = .init(thousandths: 900, isOverExcited: false)
            }, holds: [(2, 1), (59, 950), (60, 0), (8, 1), (63, 900), (64, 1), (35, 0)]),
    ]

    @Test(arguments: controls) func `what a control says stands in model 704`(_ each: Case) throws {
        var bench = try DERBench()
        bench.give(each.change)
        for (offset, word) in each.holds { #expect(bench.device.word(704, offset) == word, "704 at \(offset)") }
        #expect(bench.report.failures == [:] && !bench.report.inForce.isEmpty)
    }

    @Test func `values come before the switch that puts them in force`() throws {
        var bench = try DERBench()
        bench.give { $0.fixedVar = .share(30_000, of: .maximumReactive) }
        #expect(bench.device.written.last == 1_035)
        bench.give { $0.powerFactorInjecting = .init(thousandths: 950, isOverExcited: true) }
        bench.run(for: .seconds(10))
        // Off before anything else begins.
        #expect(bench.device.word(704, 35) == 0 && bench.device.written.last == 1_002)
        let off = bench.device.written.lastIndex(of: 1_035) ?? .max
        let value = bench.device.written.lastIndex(of: 1_059) ?? .min
        #expect(off < value)
    }

    @Test func `curves are written, adopted, and what was there comes back with the end`() throws {
        var bench = try DERBench {
            // A curve that the installer has left, switched off.
            for offset in 0..<18 where offset != 9 && offset != 4 { $0.registers[1_115 + offset] = UInt16(offset + 1) }
            $0.registers[1_115] = 2
            $0.registers[1_115 + 1] = 3
        }
        let before = bench.device.words(705, 15..<33)
        bench.give { $0.voltVar = Self.voltVar }
        #expect(bench.device.word(705, 2) == 1)
        #expect(bench.device.words(705, 25..<33) == [920, 300, 980, 0, 1_020, 0, 1_080, 0xFED4])
        #expect(bench.device.word(705, 15) == 4 && bench.device.word(705, 16) == 1)
        // 5 s in tenths, the reference voltage at 100 %.
        #expect(bench.device.word(705, 23) == 50 && bench.device.word(705, 18) == 1_000)
        #expect(bench.report.inForce == [.voltVar])
        bench.give { _ in }
        #expect(bench.device.word(705, 2) == 0)
        #expect(bench.device.words(705, 15..<33) == before)
        #expect(bench.settings.formerSettings.isEmpty && bench.report.inForce == [])
        #expect(bench.events.contains(.formerSettings([:])))
    }

    @Test func `every curve has its model`() throws {
        var bench = try DERBench()
        bench.give {
            $0.wattVar = .init(
                points: [.init(x: -100_000, y: 44_000), .init(x: 100_000, y: -44_000)], reference: .availableReactive)
            $0.voltWatt = .init(
                points: [.init(x: 106_000, y: 100_000), .init(x: 110_000, y: 0)], reference: .availableActive)
            $0.droop = .init(
                deadBandOver: Frequency(milli: 36), deadBandUnder: Frequency(milli: 40), slopeOver: 50_000,
                slopeUnder: 40_000, responseTime: .seconds(5))
        }
        #expect(bench.report.inForce == [.wattVar, .voltWatt, .frequencyDroop])
        #expect(bench.device.word(712, 15) == 2)
        #expect(bench.device.words(712, 18..<22) == [0xFC18, 440, 1_000, 0xFE48])
        #expect(bench.device.word(706, 16) == 1 && bench.device.words(706, 20..<24) == [1_060, 1_000, 1_100, 0])
        #expect(bench.device.words(711, 14..<22) == [0, 36, 0, 40, 50, 40, 0, 50])
        #expect([706, 711, 712].map { bench.device.word($0, 2) } == [1, 1, 1])
    }

    @Test func `one function of reactive power is in force, and what gave way returns`() throws {
        var bench = try DERBench { $0.registers[1_102] = 1 }
        bench.give { $0.fixedVar = .share(10_000, of: .maximumReactive) }
        #expect(bench.device.word(705, 2) == 0 && bench.device.word(704, 35) == 1)
        bench.give { $0.voltVar = Self.voltVar }
        bench.run(for: .seconds(10))
        #expect(bench.device.word(705, 2) == 1 && bench.device.word(704, 35) == 0)
        bench.give { _ in }
        #expect(bench.device.word(705, 2) == 1 && bench.device.word(704, 35) == 0)
        #expect(bench.device.words(705, 25..<33) == [0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func `what was there is handed out before anything is written over it`() throws {
        var bench = try DERBench()
        var wanted = DERSettings()
        wanted.voltVar = Self.voltVar
        bench.settings.give(wanted)
        var kept: FormerSettings = [:]
        while bench.device.written.isEmpty {
            bench.now = max(bench.now + .milliseconds(1), bench.settings.nextAt ?? .distantFuture)
            for case .formerSettings(let former) in try bench.settings.advance(bench.session, at: bench.now) {
                kept = former
            }
        }
        // Model 704 gives way to a curve, so it comes first.
        #expect(kept.keys.sorted().first == 704 || kept.keys.contains(705))
        #expect(kept[705]?.first == 705 || kept[704]?.first == 704)
    }

    @Test func `after a restart what was there before still returns`() throws {
        var bench = try DERBench()
        bench.give { $0.voltVar = Self.voltVar }
        let former = bench.settings.formerSettings
        var restarted = try DERBench(former: former) { $0.registers = bench.device.registers }
        // Nobody has said yet what is wanted.
        restarted.run(for: .seconds(25))
        #expect(restarted.device.word(705, 2) == 1 && restarted.device.written.isEmpty)
        restarted.run(for: .seconds(5))
        #expect(restarted.device.word(705, 2) == 0 && restarted.settings.formerSettings.isEmpty)
        var again = try DERBench(former: former) { $0.registers = bench.device.registers }
        again.give { $0.voltVar = Self.voltVar }
        again.run(for: .minutes(20))
        #expect(again.device.word(705, 2) == 1 && again.device.written.isEmpty)
        #expect(again.report.inForce == [.voltVar])
    }

    @Test func `a device that comes back is brought to what is wanted by then`() throws {
        var bench = try DERBench()
        let fresh = bench.device.registers
        bench.give { $0.voltVar = Self.voltVar }
        bench.device.isReachable = false
        bench.settings.disconnected()
        bench.device.registers = fresh
        bench.device.isReachable = true
        bench.run(for: .seconds(90))
        bench.connect()
        #expect(bench.device.word(705, 2) == 1 && bench.report.inForce == [.voltVar])
        bench.settings.disconnected()
        bench.give { _ in }
        #expect(bench.device.word(705, 2) == 1)
        bench.connect()
        #expect(bench.device.word(705, 2) == 0 && bench.settings.formerSettings.isEmpty)
    }

    @Test func `memory that wears is written a minute apart and so many times a day, and a return is not held up`()
        throws
    {
        var bench = try DERBench(dailyBudget: 2)
        func curve(_ percent: Int64) -> DERSettings.Curve {
            .init(points: [.init(x: 90_000, y: percent * 1_000), .init(x: 110_000, y: 0)], reference: .maximumReactive)
        }
        bench.give { $0.voltVar = curve(10) }
        bench.give { $0.voltVar = curve(20) }
        #expect(bench.device.word(705, 26) == 100 && bench.report.inForce == [])
        bench.run(for: .seconds(60))
        #expect(bench.device.word(705, 26) == 200 && bench.report.inForce == [.voltVar])
        bench.run(for: .seconds(60))
        bench.give { $0.voltVar = curve(30) }
        #expect(bench.report.failures[.voltVar]?.contains("2 writes of the day to model 705 are used up") == true)
        bench.give { _ in }
        #expect(bench.device.word(705, 2) == 0 && bench.settings.formerSettings.isEmpty)
    }

    @Test func `a setpoint of reactive power follows every ten seconds at most`() throws {
        var bench = try DERBench()
        bench.give { $0.fixedVar = .millivars(100_000) }
        bench.give { $0.fixedVar = .millivars(200_000) }
        #expect(bench.device.word(704, 39) == 100)
        bench.give { $0.fixedVar = .millivars(300_000) }
        bench.run(for: .seconds(10))
        #expect(bench.device.word(704, 39) == 300)
    }

    @Test func `what a device does not take is named, tried again, and does not keep the others from acting`() throws {
        var bench = try DERBench { $0.refuses = 1_038 }
        bench.give {
            $0.fixedVar = .millivars(100_000)
            $0.voltWatt = .init(points: [.init(x: 106_000, y: 100_000)], reference: .maximumActive)
        }
        #expect(
            bench.report.failures[.fixedVar]?.contains("“704.VarSet” cannot be written: Modbus exception 3") == true)
        #expect(bench.report.inForce == [.voltWatt])
        bench.device.refuses = nil
        bench.run(for: .minutes(6))
        #expect(bench.report.failures == [:] && bench.device.word(704, 35) == 1)
    }

    @Test func `a failure ends with what failed, also where nothing was written`() throws {
        for refused in [DERFunction.voltVar, .wattVar] {
            // A curve that is too long fails before anything is written, a model that is not there before anything is read.
            var bench = try DERBench()
            if refused == .wattVar { bench.session.found(DERDevice.models.filter { $0.key != 712 }) }
            bench.settings.connected(bench.session)
            let curve = DERSettings.Curve(
                points: (0..<6).map { .init(x: 90_000 + 2_000 * $0, y: 0) }, reference: .maximumReactive)
            bench.give { if refused == .voltVar { $0.voltVar = curve } else { $0.wattVar = curve } }
            #expect(bench.report.failures[refused] != nil)
            bench.events = []
            bench.give { _ in }
            let last = bench.events.reversed().lazy.compactMap { if case .der(let report) = $0 { report } else { nil } }
                .first
            #expect(last?.failures == [:])
        }
    }

    @Test func `a curve with more points than the device has is refused before anything is written`() throws {
        var bench = try DERBench()
        bench.give {
            $0.voltVar = .init(
                points: (0..<6).map { .init(x: 90_000 + 2_000 * $0, y: 0) }, reference: .maximumReactive)
        }
        #expect(bench.report.failures[.voltVar] == "model 705 holds 4 points and the control has 6")
        #expect(!bench.device.written.contains { (1_100..<1_200).contains($0) })
    }

    @Test func `a device says what it can be given`() throws {
        #expect(try DERBench().report.found == Set(DERFunction.allCases))
        // A switch that is not implemented, a set that cannot be written.
        let partly = try DERBench {
            $0.registers[1_035] = 0xFFFF
            $0.registers[1_100 + 33 + 9] = 1
        }
        #expect(
            partly.report.found
                == Set(DERFunction.allCases).subtracting([.fixedVar, .voltVar]))
        #expect(try DERBench([.fixedVar]).report.found == [.fixedVar])
        #expect(
            partly.report.rating == DERReport.Rating(apparent: 11_000_000, injected: 4_840_000, absorbed: 4_400_000))
    }

    @Test func `registers of any content end in a report and never in a trap`() throws {
        var state: UInt64 = 11
        for _ in 0..<200 {
            var bench = try DERBench {
                for index in 1_002..<1_480 where ![1_101, 1_201, 1_301, 1_401].contains(index) {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    if state >> 33 & 7 == 0 { $0.registers[index] = UInt16(truncatingIfNeeded: state >> 40) }
                }
            }
            bench.give {
                $0.voltVar = Self.voltVar
                $0.droop = .init(
                    deadBandOver: .hertz(1), deadBandUnder: .hertz(1), slopeOver: 1, slopeUnder: 1, responseTime: .zero)
            }
            bench.run(for: .seconds(120))
            #expect(bench.report.found != nil)
            #expect(bench.report.inForce.union(bench.report.failures.keys).isSuperset(of: [.voltVar, .frequencyDroop]))
            bench.give { _ in }
            bench.run(for: .seconds(120))
        }
    }
}
