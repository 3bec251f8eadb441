// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import Foundation
import GridConnection
import Testing

@testable import Bench

struct GridCodeSweepTests {
    static let library = GridCodeLibrary(folders: [
        URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Grid-Codes").path
    ])

    @Test(arguments: library.ids) func `a simulated charger follows every curve of a grid code`(id: String) throws {
        let code = try #require(Self.library.check(id)?.code)
        for sweep in GridCodeSweep.all(of: code.profile, every: 10) {
            let worst = try #require(sweep.worst)
            #expect(abs(worst.measured - worst.expected) < 0.1, "\(id), \(sweep.title) at \(worst.x)")
            #expect((sweep.slowest ?? .zero) < GridCodeSweep.hold / 2, "\(id), \(sweep.title) did not settle")
            #expect(sweep.deadBand != nil)
        }
    }

    @Test func `the dead band is where nothing moves`() throws {
        let code = try #require(Self.library.check("vde-ar-n-4105-2018-11")?.code)
        let sweep = try #require(GridCodeSweep.all(of: code.profile, every: 4).first)
        #expect(sweep.title == "P(f), delivering 50 %")
        #expect(sweep.deadBand == 49.9...50.1)
    }
}

struct GridCodeTrajectoryTests {
    private func row(_ text: String, line: Int = 2) throws -> GridCodeTrajectory.Row? {
        try GridCodeTrajectory.row(text, line: line)
    }

    @Test func `a row is time, frequency, voltage and perhaps what the car would do`() throws {
        #expect(
            try row("0.1, 50.2, 230")
                == GridCodeTrajectory.Row(
                    time: .milliseconds(100), frequency: Frequency(milli: 50_200), voltage: .volts(230), wanted: nil))
        #expect(try row("1,50,230,-70")?.wanted == PerUnit(percent: -70))
        #expect(try row("time_s,frequency_Hz,voltage_V", line: 1) == nil)
        #expect(try row("0,50,230", line: 1) != nil)
    }

    @Test(arguments: ["", "1,50", "1,50,230,4,5", "a,50,230", "1,50,nan", "-1,50,230", "1,1e9,230", "1e300,50,230"])
    func `what is no row is refused with its line`(text: String) {
        let refusal = #expect(throws: BenchProblem.self) { try row(text, line: 7) }
        #expect(refusal?.description.hasPrefix("line 7: ") == true)
    }

    @Test func `it begins in service, or with the delay before it`() {
        var profile = GridCodeProfile()
        profile.enterService.lowerVoltage = PerUnit(percent: 90)
        profile.enterService.upperVoltage = PerUnit(percent: 110)
        profile.enterService.lowerFrequency = .hertz(49)
        profile.enterService.upperFrequency = .hertz(51)
        profile.enterService.delay = .seconds(10)
        var options = GridCodeTrajectory.Options()
        options.wanted = PerUnit(percent: -50)
        let row = GridCodeTrajectory.Row(time: .zero, frequency: .hertz(50), voltage: .volts(230), wanted: nil)
        var inService = GridCodeTrajectory(profile, options)
        #expect(inService.advance(row) == "0.000,-50.0000,0.0000,inService")
        options.beginsInService = false
        var waiting = GridCodeTrajectory(profile, options)
        #expect(waiting.advance(row) == "0.000,0.0000,0.0000,counting")
    }
}
