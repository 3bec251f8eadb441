// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity

/// What `sluice bench charger` and `sluice bench meter` are told.
package struct BenchDeviceOptions: Sendable {
    /// The wire the device answers on.
    package enum Wire: Equatable, Sendable {
        /// Modbus TCP.
        /// - Parameter port: 0 takes a free one.
        case tcp(host: String, port: UInt16)
        /// A pseudo terminal: Modbus RTU, or the profile's serial protocol.
        /// - Parameter link: A name of choice for it; nil for none.
        case pty(link: String?)
    }

    package var kind: FirmwareProfile.Kind
    /// The id of a profile, `wallbox/quasar-1`, or the path of a `.yaml` file.
    package var profile: String
    /// Where profiles are looked for.
    package var library: ProfileLibrary
    package var wire: Wire
    /// Nil is the profile's.
    package var unit: Int?
    package var seed: UInt64
    /// HOST:PORT of the bench API, loopback only.
    package var api: String
    /// What `/bench` calls the device.
    package var name: String?

    // Chargers only.
    package var isPluggedIn: Bool
    package var stateOfCharge: StateOfCharge
    package var capacity: Energy
    /// The conductors of the site that the charger's own L1, L2, L3 are connected to.
    package var wiring: [Phase]

    // Meters only.
    /// What everything but the chargers draws; nil follows a household's day.
    package var load: Power?
    /// Benches of chargers behind this meter, `http://127.0.0.1:PORT`.
    package var include: [String]

    package init(
        kind: FirmwareProfile.Kind, profile: String, library: ProfileLibrary,
        wire: Wire = .tcp(host: "127.0.0.1", port: 0), unit: Int? = nil, seed: UInt64 = 1, api: String = "127.0.0.1:0",
        name: String? = nil, isPluggedIn: Bool = true, stateOfCharge: StateOfCharge = .percent(50),
        capacity: Energy = .wattHours(60_000), wiring: [Phase] = Phase.allCases, load: Power? = nil,
        include: [String] = []
    ) {
        self.kind = kind
        self.profile = profile
        self.library = library
        self.wire = wire
        self.unit = unit
        self.seed = seed
        self.api = api
        self.name = name
        self.isPluggedIn = isPluggedIn
        self.stateOfCharge = stateOfCharge
        self.capacity = capacity
        self.wiring = wiring
        self.load = load
        self.include = include
    }
}

extension BenchDeviceOptions.Wire {
    /// Reads `127.0.0.1:5020`, `[::1]:0` or `pty`.
    package init(parsing text: String) throws(BenchProblem) {
        if text == "pty" {
            self = .pty(link: nil)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            colon != text.startIndex
        else {
            throw BenchProblem(.usage, "“\(text)” is not an address to listen on. Write HOST:PORT or pty.")
        }
        let host = text[..<colon]
        let isBracketed = host.first == "[" && host.last == "]"
        guard isBracketed || !host.contains(":") else {
            throw BenchProblem(.usage, "“\(text)” is not an address to listen on. Write IPv6 as [::1]:PORT.")
        }
        self = .tcp(host: String(isBracketed ? host.dropFirst().dropLast() : host), port: port)
    }
}

extension BenchDeviceOptions {
    /// - Throws: `.configuration` for a profile that is missing or wrong, `.usage` for one that does not fit the rest.
    func resolvedProfile() throws(BenchProblem) -> FirmwareProfile {
        let found = profile.hasSuffix(".yaml") ? ProfileLibrary.checkFile(profile) : library.check(profile)
        guard let found else { throw BenchProblem(.configuration, library.missing(profile)) }
        guard let resolved = found.profile else {
            throw BenchProblem(.configuration, found.errors.map(\.description).joined(separator: "\n"))
        }
        guard resolved.kind == kind else {
            throw BenchProblem(
                .usage,
                "The profile \(resolved.id) describes a \(resolved.kind.rawValue). Use `sluice bench "
                    + "\(resolved.kind.rawValue)`.")
        }
        try check(resolved)
        return resolved
    }

    private func check(_ profile: FirmwareProfile) throws(BenchProblem) {
        if let unit, !(0...255).contains(unit) {
            throw BenchProblem(.usage, "Unit \(unit) does not exist; possible: 0 to 255.")
        }
        switch (profile.wireProtocol, wire) {
        case (.modbus, _), (.rapi, .pty), (.dsmrP1, .pty): break
        case (.rapi, .tcp), (.dsmrP1, .tcp):
            throw BenchProblem(.usage, "\(profile.id) speaks over a serial line. Use --pty in place of --listen.")
        }
        if profile.wireProtocol != .modbus, unit != nil {
            throw BenchProblem(.usage, "The protocol \(profile.wireProtocol.rawValue) has no units.")
        }
        guard (StateOfCharge.zero...StateOfCharge.percent(100)).contains(stateOfCharge) else {
            throw BenchProblem(.usage, "A state of charge of \(stateOfCharge) does not exist; possible: 0 % to 100 %.")
        }
    }
}
