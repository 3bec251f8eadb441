// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

struct QuantityTests {
    @Test(arguments: [
        ("7.4 kW", 7_400_000), ("-5000W", -5_000_000), ("+11 kW", 11_000_000), ("0.0005 W", 1), ("−3 kW", -3_000_000),
        ("1_000 W", 1_000_000), ("0 W", 0), ("1.5 MW", 1_500_000_000),
    ])
    func `power is read exactly with its unit`(text: String, milliwatts: Int64) throws {
        #expect(try Power(parsing: text).milli == milliwatts)
    }

    @Test(arguments: [
        ("7400", "“7400” has no unit; write it like 7.4 kW"),
        ("7 kVA", "“7 kVA” has the unit “kVA”; allowed here: W, kW, MW"),
        ("kW", "“kW” is not a number with a unit; write it like 7.4 kW"),
        ("7. kW", "“7. kW” is not a number with a unit; write it like 7.4 kW"),
        ("1.2.3 kW", "“1.2.3 kW” has the unit “.3 kW”; allowed here: W, kW, MW"),
        ("99999999999999999999 MW", "“99999999999999999999 MW” is larger than any plausible value"),
        ("2 GW", "“2 GW” has the unit “GW”; allowed here: W, kW, MW"),
        ("", "“” is not a number with a unit; write it like 7.4 kW"),
    ])
    func `a power that is none says what is wrong`(text: String, message: String) {
        #expect(throws: QuantityTextError(message)) { try Power(parsing: text) }
    }

    @Test(arguments: [
        (7_400_000, "7.4 kW"), (-350_000, "-350 W"), (999_999, "999.999 W"), (0, "0 W"), (-1, "-0.001 W"),
        (1_000_000, "1 kW"), (12_345_678, "12.346 kW"),
    ])
    func `power is printed with its unit`(milliwatts: Int64, text: String) {
        #expect(Power(milli: milliwatts).description == text)
    }

    @Test func `what is printed reads back`() throws {
        for milli in stride(from: Int64(-3_000_000), through: 3_000_000, by: 1_999) {
            let current = Current(milli: milli)
            #expect(try Current(parsing: current.description) == current)
        }
    }

    @Test(arguments: [
        ("15 min", "15 min"), ("90 s", "90 s"), ("1.5 s", "1.5 s"), ("100 ms", "100 ms"), ("24 h", "1 d"),
    ])
    func `lengths of time are read and printed`(text: String, printed: String) throws {
        #expect(try Interval(parsing: text).description == printed)
    }

    @Test(arguments: ["5", "-3 s", "4 weeks", "9999999 d"])
    func `lengths of time that are none are refused`(text: String) {
        #expect(throws: QuantityTextError.self) { try Interval(parsing: text) }
    }

    @Test func `a measured value that is not a number or absurd is none`() {
        #expect(Power(measured: .nan) == nil)
        #expect(Power(measured: .infinity) == nil)
        #expect(Power(measured: -1e300) == nil)
        #expect(Power(measured: -7_400.4)?.milli == -7_400_400)
    }

    @Test func `the current behind a power is rounded away from zero`() {
        #expect(Power.watts(7_400).current(at: .volts(230)).milli == 32_174)
        #expect(Power.watts(-7_400).current(at: .volts(230)).milli == -32_174)
        #expect(Power.watts(2_300).current(at: .volts(230)) == .amperes(10))
    }

    @Test func `limits contain zero whatever they were made from`() {
        #expect(PowerLimits(from: .watts(5), to: .watts(-5)) == .zero)
        let limits = PowerLimits(from: .watts(-5_000), to: .watts(11_000))
        #expect(limits.nearest(to: .watts(-7_000)) == .watts(-5_000))
        #expect(
            limits.narrowed(to: PowerLimits(from: .watts(-9_000), to: .watts(3_000)))
                == PowerLimits(from: .watts(-5_000), to: .watts(3_000)))
    }
}
