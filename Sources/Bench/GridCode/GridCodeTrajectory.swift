// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Runs a grid code's functions along a trajectory of frequency and voltage, for comparison with other models. The charger
/// is ideal: it does in one row what the row before commanded, so that only the functions are compared.
package struct GridCodeTrajectory: Sendable {
    package struct Row: Equatable, Sendable {
        package var time: Interval
        package var frequency: Frequency
        /// Of all phases.
        package var voltage: Voltage
        /// Import positive; nil keeps the last one.
        package var wanted: PerUnit?
    }

    package struct Options: Sendable {
        /// nil keeps what the code has on by default.
        package var mode: ReactivePower.Mode?
        package var isVoltWattOn: Bool?
        package var isFrequencyResponseOn: Bool?
        /// Import positive.
        package var wanted = PerUnit(millionths: 0)
        /// Whether the trajectory begins in service rather than with the delay before it.
        package var beginsInService = true
        package init() {}
    }

    private var functions: GridCodeFunctions
    private let start: Instant
    private var wanted: PerUnit
    private var power = PerUnit(millionths: 0)
    private var events = ConnectionEvents()

    package init(_ original: GridCodeProfile, _ options: Options) {
        var profile = original
        if let mode = options.mode { profile.reactivePower.mode = mode }
        if let isOn = options.isVoltWattOn { profile.voltWatt.isOn = isOn }
        if let isOn = options.isFrequencyResponseOn {
            profile.frequencyResponse.over.isOn = isOn
            profile.frequencyResponse.under.isOn = isOn
        }
        wanted = options.wanted
        start = Instant(nanoseconds: 0)
        let past = Interval.minutes(120)
        functions = GridCodeFunctions(
            profile, silence: GridCodeFunctions.Silence(), seed: 1, at: options.beginsInService ? start - past : start)
        if options.beginsInService { rest(profile, from: start - past) }
    }

    /// Two hours on a grid at rest, which is longer than any delay and ramp a file may ask for together.
    private mutating func rest(_ profile: GridCodeProfile, from begin: Instant) {
        var now = begin
        while now < start {
            step(now, profile.nominalFrequency, profile.nominalVoltage)
            now = now + .seconds(1)
        }
    }

    private mutating func step(_ now: Instant, _ frequency: Frequency, _ voltage: Voltage) {
        let measurement = GridMeasurement(
            frequency: frequency, voltage: PerPhase(all: voltage), measuredAt: now)
        let point = OperatingPoint(power: power, wanted: wanted, areSettingsVerified: true)
        events.removeAll()
        power = functions.step(now, measurement, point, &events).served(wanted)
    }

    package static let header = "time_s,power_percent,reactive_percent,service"

    /// - Returns: A line of CSV: power import positive, reactive power injected positive, the phase of entering service.
    package mutating func advance(_ row: Row) -> String {
        if let wanted = row.wanted { self.wanted = wanted }
        step(start + row.time, row.frequency, row.voltage)
        let reactive = functions.enterService.isPermittedToDeliver ? functions.reactivePower.value : nil
        return [
            SweepReport.number(row.time.inSeconds, 3), SweepReport.number(power.percent, 4),
            SweepReport.number((reactive ?? PerUnit(millionths: 0)).percent, 4), "\(functions.enterService.phase)",
        ].joined(separator: ",")
    }

    // MARK: Reading CSV

    /// Lines of `time_s,frequency_Hz,voltage_V` and, where wanted, `,wanted_percent`; a header is skipped.
    /// - Parameter line: As its file counts, from 1.
    package static func row(_ text: String, line: Int) throws(BenchProblem) -> Row? {
        let cells = text.split(separator: ",", omittingEmptySubsequences: false).map { cell in
            String(cell.filter { !$0.isWhitespace })
        }
        if line == 1, cells.first.flatMap(Double.init) == nil { return nil }
        let numbers = cells.compactMap(Double.init).filter(\.isFinite)
        guard numbers.count == cells.count, (3...4).contains(cells.count) else {
            throw BenchProblem(
                .usage, "line \(line): expected time_s,frequency_Hz,voltage_V[,wanted_percent], found “\(text)”")
        }
        guard (0...1e7).contains(numbers[0]), let frequency = Frequency(measured: numbers[1]),
            let voltage = Voltage(measured: numbers[2])
        else { throw BenchProblem(.usage, "line \(line): a value is beyond any grid: “\(text)”") }
        return Row(
            time: Interval(nanoseconds: Int64((numbers[0] * 1e9).rounded())), frequency: frequency, voltage: voltage,
            wanted: numbers.count == 4 ? PerUnit(fraction: numbers[3] / 100) : nil)
    }
}
