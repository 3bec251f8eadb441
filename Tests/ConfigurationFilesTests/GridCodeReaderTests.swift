// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GridConnection
import Testing

@testable import ConfigurationFiles

struct GridCodeReaderTests {
    static let library = GridCodeLibrary(folders: [
        URL(fileURLWithPath: Samples.folder).deletingLastPathComponent().appendingPathComponent("Grid-Codes").path
    ])

    /// A small code without mistakes; each test makes one.
    private static let sample = """
        format: 1
        id: test-1
        title: A grid code
        code: Test
        edition: "1"
        revision: 1
        sources: { book: a public book }
        nominal:
          voltage: { value: 230 V, source: book, confidence: source }
          frequency: { value: 50 Hz, source: book, confidence: default }
        frequency_response:
          over:
            enabled: { value: true, source: book, confidence: source }
            threshold: { value: 50.2 Hz, source: book, confidence: source }
            droop: { value: 5 %, source: book, confidence: source }
            return_window: { value: [49.8 Hz, 50.2 Hz], source: book, confidence: source }
            return_ramp: { value: 0.16 %/s, source: book, confidence: source }
        volt_watt:
          enabled: { value: true, source: book, confidence: source }
          delivery: { value: [[253 V, 100 %], [115 %, 36 %]], source: book, confidence: source }
        reactive_power:
          mode: { value: "off", source: book, confidence: source }
          volt_var: { value: [[93 %, 30 %], [107 %, -30 %]], source: book, confidence: source }
        enter_service:
          voltage: { value: [85 %, 110 %], source: book, confidence: source }
          frequency: { value: [49.5 Hz, 50.2 Hz], source: book, confidence: source }
          delay: { value: 60 s, source: book, confidence: source }
        trips:
          - { kind: over_voltage, value: 115 %, after: 0.2 s, source: book, confidence: source }
          - { kind: over_voltage, value: 276 V, after: 0.1 s, source: book, confidence: source }

        """

    private func read(_ text: String) -> GridCodeCheck {
        GridCodeReader.read(text: text, file: "c.yaml", expectedID: "test-1")
    }

    @Test(arguments: library.ids) func `every grid code of ours is free of mistakes`(id: String) throws {
        let check = try #require(Self.library.check(id))
        #expect(check.errors.map(\.description) == [])
        let code = try #require(check.code)
        #expect(code.id == id)
        #expect(code.provenance.count > 25)
        #expect(code.provenance.allSatisfy { code.sources[$0.source] != nil })
        #expect(code.provenance.allSatisfy { ($0.source == "unconfirmed") == ($0.confidence == .default) })
    }

    @Test func `the seven codes are there`() {
        #expect(
            Self.library.ids == [
                "as-nzs-4777.2-2020-a", "en-50549-1-2019", "g99-1", "ieee-1547-2018-a-ii", "ieee-1547-2018-b-iii",
                "tor-erzeuger-a",
                "vde-ar-n-4105-2018-11",
            ])
        #expect(Self.library.missing("g98-1") == "no grid code is called “g98-1”; did you mean g99-1?")
        #expect(Self.library.check("../secret") == nil)
    }

    @Test func `a code becomes what it says`() throws {
        let code = try #require(Self.library.check("vde-ar-n-4105-2018-11")?.code)
        let profile = code.profile
        #expect(profile.frequencyResponse.over.threshold == Frequency(milli: 50_200))
        #expect(profile.frequencyResponse.over.droop == PerUnit(millionths: 50_000))
        #expect(profile.frequencyResponse.over.returnRamp == PerUnit(millionths: 96_000))
        #expect(profile.frequencyResponse.under.mayReverse)
        #expect(profile.enterService.lowerVoltage == PerUnit(millionths: 850_000))
        #expect(profile.enterService.shortDelay == .seconds(5))
        #expect(profile.reactivePower.mode == .off)
        #expect(profile.reactivePower.voltVar.value(at: PerUnit(millionths: 930_000)) == PerUnit(millionths: 300_000))
        #expect(profile.tenMinuteVoltage == PerUnit(millionths: 1_100_000))
        #expect(profile.trips.of(.underVoltage).map(\.after) == [.seconds(3), .milliseconds(300)])
        #expect(!profile.voltWatt.isOn)
    }

    @Test func `for each value it is known where it comes from, and what is to be confirmed is announced`() throws {
        let check = read(Self.sample)
        #expect(check.errors.map(\.description) == [])
        let code = try #require(check.code)
        #expect(
            code.provenance.first { $0.path == "frequency_response.over.return_window" }
                == GridCode.Provenance(
                    path: "frequency_response.over.return_window", value: "49.8 Hz, 50.2 Hz", source: "book",
                    confidence: .source))
        #expect(code.unconfirmed.map(\.path) == ["nominal.frequency"])
        #expect(
            check.notices.map(\.message) == [
                "1 of 16 values are defaults to be confirmed against the code before use"
            ])
    }

    static let mistakes: [(what: String, with: String, expected: String)] = [
        ("format: 1", "format: 2", "1:9: format: format 2 is not known to this version of sluice; it reads format 1"),
        ("id: test-1", "id: test-2", "2:5: id: expected “test-1” as the file's place says, found “test-2”"),
        (
            "230 V, source: book", "230 V, source: bok",
            "9:36: nominal.voltage.source: “bok” is not among the “sources” of this file"
        ),
        (
            "{ book: a public book }", "{ book: a public book, other: another }",
            "7:33: sources.other: no value refers to this source"
        ),
        (
            "60 s, source: book, confidence: source", "60 s, source: book, confidence: sure",
            "27:51: enter_service.delay.confidence: expected one of source, default, found “sure”"
        ),
        (
            "delay: { value: 60 s,", "delay: { value: 60,",
            "27:19: enter_service.delay: “60” has no unit; write it like 15 min"
        ),
        (
            "droop: { value: 5 %,", "droop: { value: 0.5 %,",
            "15:21: frequency_response.over.droop: expected 1 % to 100 %"
        ),
        (
            "value: 0.16 %/s", "value: 0.16 %",
            "17:27: frequency_response.over.return_ramp: expected a rate such as 10 %/min or 0.16 %/s"
        ),
        (
            "value: 0.16 %/s", "value: 101 %/s",
            "17:27: frequency_response.over.return_ramp: expected a rate from 0 to 100 %/s"
        ),
        (
            "threshold: { value: 50.2 Hz", "threshold: { value: 49.9 Hz",
            "14:25: frequency_response.over.threshold: expected above 50 Hz"
        ),
        (
            "[49.8 Hz, 50.2 Hz]", "[49.8 Hz, 50.3 Hz]",
            "16:29: frequency_response.over.return_window: the window reaches beyond the threshold of 50.2 Hz"
        ),
        (
            "[49.8 Hz, 50.2 Hz]", "[50.1 Hz, 50.2 Hz]",
            "16:29: frequency_response.over.return_window: the nominal frequency of 50 Hz is not in the window"
        ),
        (
            "[49.5 Hz, 50.2 Hz]", "[49.5 Hz]",
            "26:23: enter_service.frequency: expected two bounds such as [49.5 Hz, 50.2 Hz], found 1 values"
        ),
        (
            "[49.5 Hz, 50.2 Hz]", "[50.2 Hz, 49.5 Hz]",
            "26:33: enter_service.frequency[1]: the upper bound is below the lower one"
        ),
        (
            "[49.5 Hz, 50.2 Hz]", "[47 Hz, 49 Hz]",
            "26:23: enter_service.frequency: the nominal frequency of 50 Hz is not in the window"
        ),
        ("[85 %, 110 %]", "[101 %, 110 %]", "25:21: enter_service.voltage: the nominal voltage is not in the window"),
        (
            "[115 %, 36 %]", "[109 %, 36 %]",
            "20:40: volt_watt.delivery[1][0]: points ascend; this one is not beyond the one before"
        ),
        (
            "[253 V, 100 %]", "[220 V, 100 %]",
            "20:22: volt_watt.delivery: expected 100 % at the nominal voltage and never more at a higher one"
        ),
        (
            "[93 %, 30 %]", "[93 %, -40 %]",
            "23:22: reactive_power.volt_var: a higher voltage never asks for more injection"
        ),
        (
            "[[93 %, 30 %], [107 %, -30 %]]", "[[93 %, 30 %]]",
            "23:22: reactive_power.volt_var: expected 2 to 8 points, found 1"
        ),
        (
            "[93 %, 30 %]", "[93 %, 30 %, 1]",
            "23:23: reactive_power.volt_var[0]: expected a point such as [93 %, 30 %], found 3 values"
        ),
        ("value: \"off\"", "value: watt_var", "22:18: reactive_power.mode: this mode needs “watt_var”"),
        (
            "value: 115 %", "value: 108 %",
            "29:34: trips[0]: the charger would trip within the window in which it enters service"
        ),
        ("after: 0.1 s", "after: 3 s", "30:34: trips[1]: a stage further out is slower than one further in"),
        (
            "kind: over_voltage, value: 276 V", "kind: over_frequency, value: 276 V",
            "30:36: trips[1]: “276 V” has the unit “V”; allowed here: Hz, mHz"
        ),
        ("276 V", "500 V", "30:34: trips[1]: expected a voltage from 0 to twice the nominal one"),
        ("  delay: ", "  dely: ", "27:3: enter_service.dely: “dely” is not a known key; did you mean “delay”?"),
    ]

    @Test(arguments: mistakes.indices) func `a mistake is named with its place`(index: Int) {
        let (what, with, expected) = Self.mistakes[index]
        #expect(Self.sample.contains(what))
        let check = read(Self.sample.replacing(what, with: with, maxReplacements: 1))
        #expect(check.code == nil)
        #expect(check.errors.map(\.description).contains { $0.hasPrefix("c.yaml:\(expected)") }, "\(check.errors)")
    }

    @Test func `no line can be left out or doubled without an answer`() {
        let lines = Self.sample.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for index in lines.indices {
            var shorter = lines
            shorter.remove(at: index)
            var longer = lines
            longer.insert(lines[index], at: index)
            for text in [shorter, longer] {
                let check = read(text.joined(separator: "\n"))
                #expect((check.code == nil) == !check.errors.isEmpty)
            }
        }
    }
}
