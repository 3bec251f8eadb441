// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension OwnMap {
    /// The operator's box: heartbeat, limit and failsafe of one direction.
    static func limitation(_ direction: FlowDirection, at address: Int) -> MapBlock {
        let words =
            switch direction {
            case .import: (title: "Consumption limit (EEBUS LPC)", flow: "import")
            case .export: (title: "Production limit (EEBUS LPP)", flow: "export")
            }
        var block = MapBlock(words.title, at: address)
        func known<Value>(_ path: @escaping @Sendable (SiteFigures.Limitation) -> Value?)
            -> @Sendable (Readable) -> Value?
        { { readable in readable.figures.limitation(direction).flatMap(path) } }

        block.add(
            "heartbeat", .uint16, "s", .write,
            "Any value says that the box lives, at least every 60 s; reads the time since the last",
            known {
                $0.sinceHeartbeat.map { min($0.nanoseconds / 1_000_000_000, 65_534) }
            })
        block.makeOrder("a heartbeat") { _ throws(RegisterRefusal) in .heartbeat(direction) }
        block.add("active", .uint16, "", .write, "1 limits, 0 lifts the limit", known { $0.state == .limited ? 1 : 0 })
        block.add(
            "limit", .uint32, "W", .write, "On \(words.flow), as a size; reads what binds", known { $0.limit?.watts })
        block.add(
            "duration", .uint32, "s", .write, "0: until it is written anew; at most a year",
            known { $0.state == .limited ? $0.ordered?.wholeSeconds ?? 0 : nil })
        block.makeOrder(of: 3, "a limit") { values throws(RegisterRefusal) in
            let duration = try Interval(register: values[2])
            return .limit(
                direction, try Power(watts: values[1]), isActive: try flag(values[0]),
                duration: duration == .zero ? nil : duration)
        }
        block.add(
            "failsafe_limit", .uint32, "W", .write, "What holds while the box is silent", known { $0.failsafe.watts })
        block.makeOrder("a failsafe limit") { values throws(RegisterRefusal) in
            .failsafe(direction, try Power(watts: values[0]))
        }
        block.add(
            "failsafe_duration", .uint32, "s", .write, "7200 to 86400: how long it holds at least",
            known { $0.failsafeDuration.wholeSeconds })
        block.makeOrder("a failsafe duration") { values throws(RegisterRefusal) in
            .failsafeDuration(direction, try Interval(register: values[0]))
        }
        block.add(
            "state", .uint16, "", .read, "1 not limited, 2 limited, 3 failsafe; not available: no such rule",
            known { $0.state.rawValue })
        block.add(
            "remaining", .uint32, "s", .read, "Of the limit; not available: no end",
            known { $0.remaining?.wholeSeconds })
        return block
    }

    static var reduction: MapBlock {
        var block = MapBlock("Reduction by § 14a EnWG", at: 400)
        block.add("active", .uint16, "", .write, "1 reduces, 0 ends the reduction") {
            $0.figures.hasReductions ? ($0.figures.reduction == nil ? 0 : 1) : nil
        }
        block.add("power", .uint32, "W", .write, "What all EVSEs together may draw") {
            $0.figures.reduction?.power.watts
        }
        block.add("duration", .uint32, "s", .write, "0: until it is ended; reads what is left") {
            $0.figures.reduction?.remaining?.wholeSeconds
        }
        block.makeOrder(of: 3, "a reduction") { values throws(RegisterRefusal) in
            let duration = try Interval(register: values[2])
            guard try flag(values[0]) else { return .reduction(nil, duration: nil) }
            return .reduction(try Power(watts: values[1]), duration: duration == .zero ? nil : duration)
        }
        return block
    }

    static var contacts: MapBlock {
        let names: [(Contact, String, String)] = [
            (.w3, "contact_w3", "no feed-in"), (.s2, "contact_s2", "feed-in of 30 %"),
            (.s1, "contact_s1", "feed-in of 60 %"), (.w4, "contact_w4", "dims the loads"),
        ]
        var block = MapBlock("Contacts of a control box", at: 420)
        for (contact, name, meaning) in names {
            block.add(
                name, .uint16, "", .write,
                "0 open, 1 closed, 2 unknown: \(meaning). To be repeated within `relays.maximum_age`"
            ) { $0.figures.contacts[contact]?.rawValue }
            block.makeOrder("a contact") { values throws(RegisterRefusal) in
                guard let state = ContactState(rawValue: values[0]) else { throw .badValue }
                return .contact(contact, state)
            }
        }
        return block
    }

    /// A limit at the connection point that needs no rule of the agreement and no heartbeat.
    static func controllerLimit(_ direction: FlowDirection, at address: Int) -> MapBlock {
        let flow =
            switch direction {
            case .import: "import"
            case .export: "export"
            }
        @Sendable func entry(_ readable: Readable) -> SiteFigures.Entry? {
            switch direction {
            case .import: readable.figures.controllerImport
            case .export: readable.figures.controllerExport
            }
        }
        var block = MapBlock("The controller's own limit on \(flow)", at: address)
        block.add("active", .uint16, "", .write, "1 limits, 0 lifts the limit") { entry($0) == nil ? 0 : 1 }
        block.add("limit", .uint32, "W", .write, "At the connection point, as a size") { entry($0)?.power.watts }
        block.add("duration", .uint32, "s", .write, "0: until it is lifted; reads what is left") {
            entry($0)?.remaining?.wholeSeconds
        }
        block.makeOrder(of: 3, "a limit of the controller's own") { values throws(RegisterRefusal) in
            let duration = try Interval(register: values[2])
            guard try flag(values[0]) else { return .controllerLimit(direction, nil, duration: nil) }
            return .controllerLimit(
                direction, try Power(watts: values[1]), duration: duration == .zero ? nil : duration)
        }
        return block
    }

    private static func flag(_ value: Int64) throws(RegisterRefusal) -> Bool {
        guard value == 0 || value == 1 else { throw .badValue }
        return value == 1
    }
}
