// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import LocalAPI

struct StatusTextTests {
    @Test func `a site reads at a glance`() {
        #expect(
            StatusText(.sample).description == """
                Depot East                                2026-03-29 14:02:07 UTC  up 3 h 20 min

                Connection point  12.40 kW import                               meter ok, 120 ms
                      export 20 kW ▕·················│███████████············▏ import 24.8 kW
                  L1 18.0 A  L2 17.9 A  L3 18.0 A  231.2 V  49.98 Hz  uncontrolled 10.00 kW

                LIMIT                     EXPORT      IMPORT  SET BY
                connection point           20 kW       40 kW  agreement
                connection point               –     24.8 kW  operator (entered by hand), 12 min
                                                              left
                circuit garage             22 kW       22 kW  configuration

                EVSE            STATE             POWER     TARGET   SOC  BOUND BY
                1 Left bay      charging    ▶   7.40 kW    7.40 kW  54 %  wish
                2 Right bay wi… discharging ◀  -5.00 kW   -5.00 kW  81 %  (below)
                    bound by circuit garage, phase L2
                    wish -7 kW from local setpoint, 15 min left
                    link SILENT for 12 s: No answer from tcp://192.0.2.31:5020. Is it powered?

                Loop 100 ms NOT real-time, 108000 ticks, 2 missed, p99 0.73 ms late
                ! The loop runs without real-time priority: grant CAP_SYS_NICE, or start it with
                  the unit that is shipped.

                """)
    }

    @Test func `a site that knows nothing yet says so`() {
        #expect(
            StatusText(.blind).description == """
                Depot East                                       2026-03-29 14:02:07 UTC  up 0 s

                Connection point  unknown                                   meter NEVER ANSWERED
                   export no limit ▕·········································▏ import no limit

                No limits are in force.

                No EVSE is configured.

                Loop 100 ms real-time, 3 ticks, 0 missed, p99 0 ms late

                """)
    }

    @Test func `no line is wider than 80 characters`() {
        #expect(StatusText(.sample).lines.filter { $0.count > 80 } == [])
        #expect(StatusText(.blind).lines.filter { $0.count > 80 } == [])
    }

    @Test func `an explanation lists every stage and marks those that changed the value`() {
        let explanation = Explanation(
            evse: 1, time: SiteStatus.sample.time, target: .watts(3_100),
            steps: [
                .init(stage: "wish", value: .watts(7_400), because: "backend csms asks for 7.4 kW until 15:00"),
                .init(stage: "vehicle", value: .watts(7_400), because: "the vehicle takes up to 11 kW"),
                .init(
                    stage: "connection point", value: .watts(3_100),
                    because: "operator limit 4.2 kW import, entered by hand, less what the building draws"),
            ])
        #expect(
            ExplanationText(explanation).description == """
                EVSE 1: 3.1 kW                                           2026-03-29 14:02:07 UTC
                  wish                     7.40 kW  backend csms asks for 7.4 kW until 15:00
                  vehicle                  7.40 kW  the vehicle takes up to 11 kW
                * connection point         3.10 kW  operator limit 4.2 kW import, entered by
                                                    hand, less what the building draws

                """)
    }
}

struct PowerBarTests {
    @Test(arguments: [
        (0, "▕···│······▏"), (20_000, "▕···│███···▏"), (40_000, "▕···│██████▏"), (99_000, "▕···│██████▏"),
        (1, "▕···│█·····▏"), (39_999, "▕···│█████·▏"), (-20_000, "▕███│······▏"), (-7_000, "▕··█│······▏"),
    ])
    func `the bar fills toward the limit of its direction`(watts: Int, text: String) {
        #expect(PowerBar(width: 10).text(.watts(watts), export: .watts(20_000), import: .watts(40_000)) == text)
    }

    @Test(arguments: [(0, 0, "▕··········▏"), (0, 5, "▕│█████████▏"), (5, 0, "▕·········│▏")])
    func `a direction without a channel has no cells`(export: Int, import: Int, text: String) {
        #expect(PowerBar(width: 10).text(.watts(9), export: .watts(export), import: .watts(`import`)) == text)
    }
}

struct TextLayoutTests {
    @Test(arguments: [
        (7_400_000, "7.40 kW"), (-350_000, "-0.35 kW"), (-4_999, "0.00 kW"), (-5_000, "-0.01 kW"),
        (1_200_000_000, "1.20 MW"), (12_405_000, "12.41 kW"),
    ])
    func `power lines up in kilowatts`(milliwatts: Int64, text: String) {
        #expect(TextLayout.power(Power(milli: milliwatts)) == text)
    }

    @Test(arguments: [
        (0, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (12_000, "3 h 20 min"), (190_800, "2 d 5 h"),
    ])
    func `time is as exact as a person wants it`(seconds: Int, text: String) {
        #expect(TextLayout.time(.seconds(seconds)) == text)
    }
}
