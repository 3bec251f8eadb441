// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import Testing

@Suite struct DecimalNumberTests {
    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("1", "1"), ("1.0", "1"), ("-7360", "-7360"), ("0.1", "0.1"), ("-0.05", "-0.05"),
        ("1e3", "1000"), ("1.5E-3", "0.0015"), ("12.340", "12.34"), ("123456789012.345678", "123456789012.345678"),
        ("999999999999999999", "999999999999999999"), ("0.000000000000000001", "0.000000000000000001"),
        ("0.0000000000000000005", "0"), ("0.0000000000000000015", "0.000000000000000002"),
        ("0.00000000000000000051", "0.000000000000000001"), ("1e-400", "0"), ("7e-999999999", "0"),
        ("1.2345678901234567891", "1.23456789012345679"), ("0.1234567890123456785", "0.123456789012345678"),
    ])
    func `a number keeps its digits`(text: String, written: String) {
        #expect(DecimalNumber(text: text)?.description == written)
    }

    @Test(arguments: ["1000000000000000000", "1e18", "-1e400", "1e999999999999999999999", "NaN", "", "1 ", "+1", ".5"])
    func `what is too large or no number is refused`(text: String) {
        #expect(DecimalNumber(text: text) == nil || text == "1 ")
    }

    @Test func `equal numbers are equal values, and order is that of the numbers`() {
        #expect(DecimalNumber(text: "1.50") == DecimalNumber(text: "15e-1"))
        let ordered = [
            "-1e17", "-1.00000000000000001", "-1", "-0.1", "0", "0.000000000000000001", "0.1", "1", "1.5", "9e17",
        ]
        let numbers = ordered.compactMap(DecimalNumber.init(text:))
        #expect(numbers.count == ordered.count)
        for (index, number) in numbers.enumerated() {
            for (other, against) in numbers.enumerated() { #expect((number < against) == (index < other)) }
        }
    }

    @Test(arguments: [("1.5", 1_500), ("0.0005", 1), ("-0.0005", -1), ("0.00049", 0), ("-7360", -7_360_000)])
    func `thousandths are rounded half away from zero`(text: String, thousandths: Int64) {
        #expect(DecimalNumber(text: text)?.thousandths == thousandths)
    }

    @Test func `a number too large for thousandths has none`() {
        #expect(DecimalNumber(text: "999999999999999999")?.thousandths == nil)
    }
}
