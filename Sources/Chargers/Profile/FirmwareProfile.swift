// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Everything that is data about one device family: where its values are, what they mean, how it wants to be commanded
/// and what it does when we fall silent. Read from `Firmware-Profiles/<vendor>/<family>.yaml`.
package struct FirmwareProfile: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable { case charger, meter }
    /// What the bytes on the wire are.
    package enum WireProtocol: String, CaseIterable, Sendable {
        case modbus, rapi
        case dsmrP1 = "dsmr-p1"
    }

    /// `vendor/family`, equal to the file's place.
    package var id: String
    package var title: String
    package var kind: Kind
    /// Rises with every change of the file.
    package var revision: Int
    package var wireProtocol: WireProtocol
    /// Public documents the facts come from.
    package var sources: [String]
    /// What an installer has to know or set before (menu settings, licences).
    package var preconditions: [String]
    package var transport: Transport
    package var location: Location
    package var points: [Point]
    /// What must hold before the device counts as the one described.
    package var probes: [Probe]
    package var timing: Timing
    /// Chargers only.
    package var charger: ChargerProfile?

    package init(
        id: String, title: String, kind: Kind, revision: Int, wireProtocol: WireProtocol, sources: [String] = [],
        preconditions: [String] = [], transport: Transport, location: Location = .absolute, points: [Point] = [],
        probes: [Probe] = [], timing: Timing, charger: ChargerProfile? = nil
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.revision = revision
        self.wireProtocol = wireProtocol
        self.sources = sources
        self.preconditions = preconditions
        self.transport = transport
        self.location = location
        self.points = points
        self.probes = probes
        self.timing = timing
        self.charger = charger
    }

    package func point(named name: String) -> Point? { points.first { $0.name == name } }
    package func point(for role: Role) -> Point? { points.first { $0.role == role } }
}

/// How the device is reached.
package struct Transport: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable { case tcp, rtu, serial }
    package enum Parity: String, CaseIterable, Sendable { case none, even, odd }
    package struct SerialFormat: Equatable, Sendable {
        package var baud: Int
        package var dataBits: Int
        package var parity: Parity
        package var stopBits: Int
        package init(baud: Int, dataBits: Int = 8, parity: Parity = .none, stopBits: Int = 1) {
            self.baud = baud
            self.dataBits = dataBits
            self.parity = parity
            self.stopBits = stopBits
        }
    }
    package var kinds: [Kind]
    package var port: Int
    /// The Modbus unit where the configuration names none.
    package var unit: Int
    package var serial: SerialFormat?
    /// How long an answer may take.
    package var responseTimeout: Interval
    package var minimumReadGap: Interval
    package var minimumWriteGap: Interval
    /// Registers per read.
    package var maximumRead: Int
    /// Reading across registers that no point covers is refused by the device.
    package var readsAcrossGaps: Bool

    package init(
        kinds: [Kind], port: Int = 502, unit: Int = 1, serial: SerialFormat? = nil,
        responseTimeout: Interval = .seconds(1), minimumReadGap: Interval = .zero, minimumWriteGap: Interval = .zero,
        maximumRead: Int = 125, readsAcrossGaps: Bool = true
    ) {
        self.kinds = kinds
        self.port = port
        self.unit = unit
        self.serial = serial
        self.responseTimeout = responseTimeout
        self.minimumReadGap = minimumReadGap
        self.minimumWriteGap = minimumWriteGap
        self.maximumRead = maximumRead
        self.readsAcrossGaps = readsAcrossGaps
    }
}

/// What the addresses of the points are relative to.
package enum Location: Equatable, Sendable {
    /// Protocol addresses, 0-based.
    case absolute
    /// One block per connector at `index × stride`; the connector is named by the configuration, or the first whose
    /// `scan` point is not zero. Points marked `isPerConnector` are relative to the block.
    case blocks(stride: Int, first: Int, last: Int, scan: String?)
    /// Points name a SunSpec model and an offset from its ID register; the chain is discovered on every connection.
    /// `models` are the models a simulated device offers, in order, with their lengths without ID and L.
    case sunspec(bases: [Int], models: [SunSpecModel])
}

package struct SunSpecModel: Equatable, Sendable {
    package var id: Int
    package var length: Int
    package init(id: Int, length: Int) {
        self.id = id
        self.length = length
    }
}

/// When things are read, and how old they may be.
package struct Timing: Equatable, Sendable {
    /// Between two readings of the points that move.
    package var poll: Interval
    /// Between two readings of the points marked slow.
    package var slowPoll: Interval
    /// How often the device renews its values.
    package var refresh: Interval
    /// A reading older than this makes the device silent.
    package var maximumAge: Interval
    package init(poll: Interval, slowPoll: Interval = .seconds(60), refresh: Interval, maximumAge: Interval) {
        self.poll = poll
        self.slowPoll = slowPoll
        self.refresh = refresh
        self.maximumAge = maximumAge
    }
}

/// A check made on every connection, before anything is written.
package struct Probe: Equatable, Sendable {
    package enum Expectation: Equatable, Sendable {
        case readable
        case contains(String)
        case oneOf([Int64])
        case between(Double, Double)
    }
    package var point: String
    package var expectation: Expectation
    package init(point: String, expectation: Expectation) {
        self.point = point
        self.expectation = expectation
    }
}
