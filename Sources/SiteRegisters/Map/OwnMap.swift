// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The project's own map. `docs/modbus-server.md` shows it; a test holds the two together.
package enum OwnMap {
    /// Counts up when an address changes its meaning.
    package static let version: Int64 = 1
    package static let firstEVSE = 1_000
    package static let evseStride = 20
    /// Below SunSpec's base address.
    package static let mostEVSEs = 1_900

    package static func blocks(evseCount: Int) -> [MapBlock] {
        [general, measurements, limitation(.import, at: 200), limitation(.export, at: 300), reduction, contacts]
            + [controllerLimit(.import, at: 500), controllerLimit(.export, at: 520), siteSetpoint]
            + (0..<min(evseCount, mostEVSEs)).map(evse)
    }

    private static var general: MapBlock {
        var block = MapBlock("General", at: 0)
        block.add("map_version", .uint16, "", .read, "Counts up when an address changes its meaning; now 1") { _ in
            version
        }
        block.add("uptime", .uint16, "s", .read, "Since the start, modulo 65535: a sign of life") {
            $0.figures.uptime.nanoseconds / 1_000_000_000 % 65_535
        }
        block.add(
            "state", .uint16, "", .read,
            "Bits: 0 the loop decides, 1 the meter is heard, 2 every charger is under control, 3 consumption is limited, "
                + "4 its failsafe holds, 5 production is limited, 6 its failsafe holds, 7 a person's setpoint or limit is in force"
        ) { state($0.figures) }
        block.add("evse_count", .uint16, "", .read, "Blocks of EVSEs from 1000 on") { Int64($0.figures.evses.count) }
        return block
    }

    private static func state(_ figures: SiteFigures) -> Int64 {
        let bits = [
            figures.isTicking, figures.isMeterHeard, figures.areAllUnderControl,
            figures.consumption?.state == .limited, figures.consumption?.state == .failsafe,
            figures.production?.state == .limited, figures.production?.state == .failsafe, figures.isLocal,
        ]
        return bits.enumerated().reduce(0) { $0 | ($1.element ? 1 << Int64($1.offset) : 0) }
    }

    private static var measurements: MapBlock {
        var block = MapBlock("Measurements and what binds", at: 100)
        block.add("power", .int32, "W", .read, "At the connection point; positive is import") {
            $0.figures.power?.watts
        }
        block.add("current_l1", .int32, "mA", .read, "At the connection point") { $0.figures.current?.l1.milli }
        block.add("current_l2", .int32, "mA", .read, "") { $0.figures.current?.l2.milli }
        block.add("current_l3", .int32, "mA", .read, "") { $0.figures.current?.l3.milli }
        block.add("voltage_l1", .uint32, "mV", .read, "L1 to neutral") { $0.figures.voltage?.milli }
        block.add("frequency", .uint32, "mHz", .read, "") { $0.figures.frequency?.milli }
        block.add("uncontrolled", .int32, "W", .read, "Everything behind the connection point that is no EVSE") {
            $0.figures.uncontrolled?.watts
        }
        block.add("evse_power", .int32, "W", .read, "All EVSEs together, measured; positive charges") {
            $0.figures.evsePower?.watts
        }
        block.add("evse_target", .int32, "W", .read, "All EVSEs together, commanded") { $0.figures.evseTarget.watts }
        block.add("import_limit", .uint32, "W", .read, "The narrowest in force at the connection point") {
            $0.figures.importLimit?.watts
        }
        block.add("export_limit", .uint32, "W", .read, "The same for export, as a size") {
            $0.figures.exportLimit?.watts
        }
        return block
    }

    private static var siteSetpoint: MapBlock {
        var block = MapBlock("Setpoint of the site: the sum over the EVSEs", at: 600)
        block.addSetpoint(evse: nil) { $0.figures.siteSetpoint }
        return block
    }

    private static func evse(_ index: Int) -> MapBlock {
        var block = MapBlock("EVSE number \(index) from 0", at: firstEVSE + evseStride * index)
        block.add("id", .uint16, "", .read, "As the configuration numbers it") { Int64($0.figures.evses[index].id) }
        block.add(
            "state", .uint16, "", .read,
            "0 unknown, 1 available, 2 preparing, 3 ready, 4 charging, 5 discharging, 6 suspended, 7 finished, "
                + "8 unavailable, 9 faulted"
        ) { $0.figures.evses[index].state }
        block.add("power", .int32, "W", .read, "Measured; positive charges") { $0.figures.evses[index].power?.watts }
        block.add("target", .int32, "W", .read, "Commanded") { $0.figures.evses[index].target.watts }
        block.add("soc", .uint16, "0.1 %", .read, "Of the vehicle's battery") {
            $0.figures.evses[index].stateOfCharge.map { $0.milli / 100 }
        }
        block.add("under_control", .uint16, "", .read, "1: its fallback is armed and it takes setpoints") {
            $0.figures.evses[index].isUnderControl ? 1 : 0
        }
        block.addSetpoint(evse: index) { $0.figures.evses[index].setpoint }
        return block
    }
}

extension MapBlock {
    fileprivate mutating func addSetpoint(
        evse: Int?, _ entry: @escaping @Sendable (Readable) -> SiteFigures.Entry?
    ) {
        add("setpoint", .int32, "W", .write, "The controller's; positive charges, negative discharges") {
            entry($0)?.power.watts
        }
        add("setpoint_for", .uint32, "s", .write, "How long it holds, 1 s to a year; reads what is left") {
            entry($0)?.remaining?.wholeSeconds
        }
        makeOrder(of: 2, "a setpoint with its end") { values throws(RegisterRefusal) in
            guard values[1] > 0 else { throw .badValue }
            return .setpoint(
                evse: evse, try Power(watts: values[0]), duration: try Interval(register: values[1]))
        }
        add("release", .uint16, "", .write, "1 releases the setpoint; reads 0") { _ in 0 }
        makeOrder("releases the setpoint") { values throws(RegisterRefusal) in
            guard values[0] == 1 else { throw .badValue }
            return .setpoint(evse: evse, nil, duration: nil)
        }
    }
}

extension Power {
    var watts: Int64 { milli / 1_000 }

    /// - Throws: Where no site is that large.
    init(watts: Int64) throws(RegisterRefusal) {
        guard watts.magnitude <= UInt64(Power.plausible / 1_000) else { throw .badValue }
        self.init(milli: watts * 1_000)
    }
}

extension Interval {
    /// A second that has begun counts whole.
    var wholeSeconds: Int64 { nanoseconds <= 0 ? 0 : (nanoseconds - 1) / 1_000_000_000 + 1 }

    /// - Parameter register: Seconds, at most a year.
    init(register: Int64) throws(RegisterRefusal) {
        guard (0...366 * 86_400).contains(register) else { throw .badValue }
        self = .seconds(Int(register))
    }
}
