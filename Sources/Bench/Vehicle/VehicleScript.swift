// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118

/// What happens to a bench car while it charges: events, each so long after the first turn of the charge loop.
package struct VehicleScript: Equatable, Sendable {
    package enum Deed: Equatable, Sendable {
        /// The car's own limits change.
        case limits(PowerLimits)
        case stop, pause, renegotiate, renegotiateService
        /// The cable is drawn.
        case unplug
        /// After a pause: the car comes back to its session.
        case resume
    }

    package struct Event: Equatable, Sendable {
        package let after: Interval
        package let deed: Deed
    }

    /// Earliest first.
    package let events: [Event]

    /// - Parameter lines: each like `10s limits -5kW 11kW`, `20s pause`, `30s resume`, `1min stop`.
    package init(parsing lines: [String]) throws(BenchProblem) {
        var events: [Event] = []
        for line in lines { events.append(try Self.event(line)) }
        self.events = events.sorted { $0.after < $1.after }
    }

    private static func event(_ line: String) throws(BenchProblem) -> Event {
        let words = line.split(separator: " ").map(String.init)
        do throws(QuantityTextError) {
            switch (words.dropFirst().first, words.count) {
            case ("limits"?, 4):
                let limits = PowerLimits(from: try Power(parsing: words[2]), to: try Power(parsing: words[3]))
                return Event(after: try Interval(parsing: words[0]), deed: .limits(limits))
            case (let verb?, 2):
                if let deed = plain[verb] { return Event(after: try Interval(parsing: words[0]), deed: deed) }
            case (_, _): break
            }
        } catch { throw BenchProblem(.usage, "In “\(line)”: \(error)") }
        throw BenchProblem(
            .usage,
            "“\(line)” is no event of a car; write “10s limits -5kW 11kW”, or a time with "
                + plain.keys.sorted().joined(separator: ", ") + ".")
    }

    private static let plain: [String: Deed] = [
        "stop": .stop, "pause": .pause, "renegotiate": .renegotiate, "renegotiate-service": .renegotiateService,
        "unplug": .unplug, "resume": .resume,
    ]
}

extension VehiclePlan.Fault {
    /// Reads `garbage:preCharge`: what, and at which question.
    package static func parsing(_ text: String) throws(BenchProblem) -> VehiclePlan.Fault {
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count == 2, let what = faults[parts[0]], let kind = Request.Kind(rawValue: parts[1]) else {
            let kinds = Request.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw BenchProblem(
                .usage,
                "“\(text)” is no fault; write one of \(faults.keys.sorted().joined(separator: ", ")), "
                    + "a colon and one of \(kinds).")
        }
        return VehiclePlan.Fault(what, at: kind)
    }

    private static var faults: [String: What] {
        ["wrong-order": .wrongOrder, "wrong-session": .wrongSession, "silence": .silence, "garbage": .garbage]
    }
}
