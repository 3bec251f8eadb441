// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import PackageDescription

// The rooms of the house, top to bottom; each may import only what its line names (ARCHITECTURE.md says why).
// `SLUICE_ROOM=PowerControl swift test` reduces the package to that room, what it imports and its tests, so that the
// pure rooms build in seconds without NIO or Yams.

struct Room {
    enum Kind { case library, systemLibrary(pkgConfig: String, apt: String), c, executable }
    let name: String
    var kind = Kind.library
    var imports: [String] = []
    var products: [String] = []
    var testImports: [String] = []
}

let house: [Room] = [
    // Quantities with their unit and sign, limits that contain zero, units in text, time.
    Room(name: "Electricity"),
    // Snapshot to decision: arbitration, sharing, ramps, reasons.
    Room(name: "PowerControl", imports: ["Electricity"]),
    // What the connection point allows now: agreements, operator-instruction machines, grid codes, fallbacks.
    Room(name: "GridConnection", imports: ["Electricity"]),
    // Driver and meter protocols, capabilities, readings, the firmware-profile model, bus schedule.
    Room(name: "Chargers", imports: ["Electricity"]),
    // Device machines over a link: Modbus by profile, and one file per family where data is not enough.
    // They import the grid connection for the settings of a grid code, which a device is given and asked for.
    Room(name: "ChargerDrivers", imports: ["Chargers", "Electricity", "GridConnection"]),
    // JSON front to back, bounded, without a tree or as one.
    Room(name: "JSONText"),
    // OCPP without its messages: RPC frames, reading and writing of payloads, charging profiles and composite schedules.
    Room(
        name: "OCPP", imports: ["Electricity", "JSONText"], testImports: ["OCPP16", "OCPP201", "OCPP21"]),
    // The messages of one version each. Generated: scripts/generate-ocpp.
    Room(name: "OCPP16", imports: ["Electricity", "OCPP"]),
    Room(name: "OCPP201", imports: ["Electricity", "JSONText", "OCPP"]),
    Room(name: "OCPP21", imports: ["Electricity", "JSONText", "OCPP"]),
    // A charging station as one backend sees it: functional blocks over one model, in the words of OCPP 2.1.
    Room(name: "ChargingStation", imports: ["Electricity", "JSONText", "OCPP", "OCPP21"]),
    // What a connection speaks, as messages of OCPP 2.1: 2.0.1 and 1.6 translated. In part generated: scripts/generate-ocpp.
    Room(
        name: "StationFaces",
        imports: ["ChargingStation", "Electricity", "JSONText", "OCPP", "OCPP16", "OCPP201", "OCPP21"]),
    // EXI bit streams and what every V2G schema needs: the handshake, XML signatures. Generated: scripts/generate-exi.
    Room(name: "EXI", testImports: ["EXIDIN", "EXIISO2", "EXIISO20", "EXITables", "JSONText"]),
    // The messages of one standard each, with their generated codecs.
    Room(name: "EXIDIN", imports: ["EXI"]),
    Room(name: "EXIISO2", imports: ["EXI"]),
    Room(name: "EXIISO20", imports: ["EXI"]),
    // The conversation between car and station: V2GTP, SDP, the choice of a protocol, session machines for both sides.
    Room(
        name: "ISO15118", imports: ["EXI", "EXIDIN", "EXIISO2", "EXIISO20", "Electricity"], testImports: ["V2GKeys"]),
    // Which car is on which station's cable, over power line (ISO 15118-3): management messages and the matching of both sides.
    Room(name: "SLAC", imports: ["Electricity"]),
    // The same schemas as tables, interpreted: EXI to JSON and back for tools, and a second opinion for tests.
    Room(name: "EXITables", imports: ["EXI", "JSONText"]),
    // Deterministic chargers, cars, loads, grid; what the bench devices answer.
    Room(name: "SimulatedSite", imports: ["Chargers", "Electricity"]),
    // The site as registers for operator boxes and building controllers: what they show, what a write means.
    Room(name: "SiteRegisters", imports: ["Electricity"]),
    // YAML with line and column into typed values: the site's configuration with the rules of its connection,
    // firmware profiles, grid codes.
    Room(name: "ConfigurationFiles", imports: ["Chargers", "Electricity", "GridConnection"], products: ["Yams"]),
    Room(name: "CModbus", kind: .systemLibrary(pkgConfig: "libmodbus", apt: "libmodbus-dev")),
    Room(name: "CSystemd", kind: .systemLibrary(pkgConfig: "libsystemd", apt: "libsystemd-dev")),
    // The few C calls the loop thread makes, annotated for the compiler's proof.
    Room(name: "CRealTime", kind: .c),
    // The only code with a file descriptor: Modbus and serial links, clocks, real-time thread, wait-free exchange, systemd.
    Room(name: "LinuxIO", imports: ["Chargers", "Electricity", "CModbus", "CSystemd", "CRealTime"]),
    Room(name: "COpenSSL", kind: .systemLibrary(pkgConfig: "openssl", apt: "libssl-dev")),
    // Evidence that survives: instructions, limits, decisions and traces as a chain in SQLite; settings that must survive.
    Room(name: "Journal", imports: ["Electricity", "COpenSSL"], products: ["GRDB"]),
    Room(name: "CZlib", kind: .systemLibrary(pkgConfig: "zlib", apt: "zlib1g-dev")),
    // What a station must not forget, for each backend: kept values and unanswered calls in SQLite.
    Room(
        name: "StationStore", imports: ["CZlib", "ChargingStation"], products: ["GRDB", "Logging"],
        testImports: ["Electricity", "JSONText", "OCPP", "OCPP21", "StationFaces"]),
    // TLS over memory buffers with the system's OpenSSL, and as a channel handler: for backends and for cars.
    Room(name: "TLS", imports: ["COpenSSL"], products: ["NIOCore"]),
    // The cryptography of contracts between car and station: signatures, chains, keys that are sent to a car.
    Room(name: "V2GKeys", imports: ["COpenSSL", "Electricity", "ISO15118"]),
    // The station's keys and certificates on disk, and everything cryptographic that OCPP wants of a station.
    Room(name: "StationKeys", imports: ["COpenSSL", "ChargingStation", "Electricity", "OCPP", "OCPP21"]),
    // OCPP-J's transport on the station's side: WebSocket with security profiles, supervision, when to try again.
    Room(
        name: "BackendLinks", imports: ["CZlib", "TLS"],
        products: ["NIOCore", "NIOHTTP1", "NIOPosix", "NIOWebSocket"]),
    // Logs to a backend's server and firmware from it: one file over HTTP or HTTPS, bounded in size and time.
    Room(name: "FileTransfer", imports: ["TLS"], products: ["NIOCore", "NIOHTTP1", "NIOPosix"]),
    // What a station wants of its host besides keys: logs uploaded, firmware fetched, checked and handed to its installer.
    Room(name: "StationWork", imports: ["ChargingStation", "Electricity", "FileTransfer", "OCPP", "StationKeys"]),
    // ISO 15118's transport, both sides: matching, discovery, TCP and TLS, and the drivers of the machines.
    Room(
        name: "VehicleLinks", imports: ["COpenSSL", "Electricity", "ISO15118", "LinuxIO", "SLAC", "TLS"],
        products: ["NIOCore", "NIOPosix"],
        testImports: ["V2GKeys"]),
    // Counts a thread's calls to the allocator, for tests and benchmarks.
    Room(name: "CAllocationCount", kind: .c),
    // HTTP routes and JSON shapes, dashboard, metrics, over a read-only view and a command port; the client of the same.
    Room(
        name: "LocalAPI", imports: ["Electricity"],
        products: ["Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "ServiceLifecycle"]),
    // Composition of the daemon: configuration, the real-time loop, buses, supervision.
    Room(
        name: "Gateway",
        imports: [
            "BackendLinks", "ChargerDrivers", "Chargers", "ChargingStation", "ConfigurationFiles", "Electricity",
            "FileTransfer", "GridConnection", "ISO15118", "Journal", "LinuxIO", "LocalAPI", "OCPP", "OCPP21",
            "PowerControl", "SLAC", "SimulatedSite", "SiteRegisters", "StationFaces", "StationKeys", "StationStore",
            "StationWork", "TLS", "V2GKeys", "VehicleLinks", "CRealTime",
        ],
        products: ["Logging", "NIOCore", "NIOPosix", "ServiceLifecycle"], testImports: ["CAllocationCount"]),
    // Composition of the bench: simulated devices served on real wires.
    Room(
        name: "Bench",
        imports: [
            "Chargers", "ConfigurationFiles", "Electricity", "GridConnection", "ISO15118", "JSONText", "LinuxIO",
            "LocalAPI", "OCPP", "OCPP16", "OCPP201", "OCPP21", "SLAC", "SimulatedSite", "TLS", "V2GKeys",
            "VehicleLinks",
        ],
        products: ["Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOWebSocket", "ServiceLifecycle"]),
    // The command line.
    Room(
        name: "sluice", kind: .executable,
        imports: [
            "Bench", "Chargers", "ConfigurationFiles", "EXITables", "Electricity", "Gateway", "GridConnection",
            "ISO15118", "JSONText", "LinuxIO", "LocalAPI", "OCPP", "OCPP16", "OCPP201", "OCPP21", "SimulatedSite",
            "TLS", "VehicleLinks",
        ],
        products: ["ArgumentParser", "Logging", "ServiceLifecycle"]),
    // Figures of the control loop, printed and never judged; scripts/benchmark runs it.
    Room(
        name: "Benchmarks", kind: .executable,
        imports: [
            "CAllocationCount", "CRealTime", "Chargers", "ConfigurationFiles", "Electricity", "Gateway", "LinuxIO",
            "PowerControl", "SimulatedSite",
        ],
        products: ["ArgumentParser"]),
]

func exists(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + folder)
}
let rooms = house.filter { exists("Sources/" + $0.name) }

// What a room may use from outside, by product name.
let products: [String: (package: String, url: String, version: Version)] = [
    "ArgumentParser": ("swift-argument-parser", "https://github.com/apple/swift-argument-parser", "1.8.2"),
    "GRDB": ("GRDB.swift", "https://github.com/groue/GRDB.swift", "7.10.0"),
    "Hummingbird": ("hummingbird", "https://github.com/hummingbird-project/hummingbird", "2.28.1"),
    "HummingbirdCore": ("hummingbird", "https://github.com/hummingbird-project/hummingbird", "2.28.1"),
    "Logging": ("swift-log", "https://github.com/apple/swift-log", "1.16.2"),
    "NIOCore": ("swift-nio", "https://github.com/apple/swift-nio", "2.101.2"),
    "NIOHTTP1": ("swift-nio", "https://github.com/apple/swift-nio", "2.101.2"),
    "NIOPosix": ("swift-nio", "https://github.com/apple/swift-nio", "2.101.2"),
    "NIOWebSocket": ("swift-nio", "https://github.com/apple/swift-nio", "2.101.2"),
    "ServiceLifecycle": (
        "swift-service-lifecycle", "https://github.com/swift-server/swift-service-lifecycle", "2.13.0"
    ),
    "Yams": ("Yams", "https://github.com/jpsim/Yams", "6.2.2"),
]

let byName = Dictionary(uniqueKeysWithValues: rooms.map { ($0.name, $0) })

func closure(of names: [String]) -> Set<String> {
    var found: Set<String> = []
    var open = names
    while let name = open.popLast() {
        guard let room = byName[name] else { fatalError("Package.swift has no room “\(name)”") }
        if found.insert(name).inserted { open += room.imports.filter { byName[$0] != nil } }
    }
    return found
}

let tool = Context.environment["SLUICE_TOOL"]
// Never with a fuzzer: the sanitizer has an allocator of its own.
let toolRooms = tool == "EXIBenchmark" ? ["CAllocationCount"] : []
let wanted: Set<String> =
    if let room = Context.environment["SLUICE_ROOM"] {
        closure(of: [room] + (byName[room]?.testImports ?? []) + toolRooms)
    } else {
        Set(byName.keys)
    }
let tested: Set<String> = Context.environment["SLUICE_ROOM"].map { [$0] } ?? wanted

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
]

func dependencies(_ room: Room) -> [Target.Dependency] {
    room.imports.filter { byName[$0] != nil }.map { .target(name: $0) }
        + room.products.map { name in
            guard let product = products[name] else { fatalError("Package.swift pins no product “\(name)”") }
            return .product(name: name, package: product.package)
        }
}

// Programs outside the house, seen only when asked for: `SLUICE_TOOL=EXIFuzz`, `OCPPFuzz`, `StationFuzz`, `V2GFuzz` (scripts/fuzz),
// `EXIBenchmark` (scripts/benchmark-exi), `OCPPBenchmark` (scripts/benchmark-ocpp), `StationBenchmark` (scripts/benchmark-backend),
// `LinkProbe` (scripts/test, for the peers of backends), `VehicleProbe` (scripts/interop-vehicles, scripts/benchmark-vehicles).
let isFuzzing = tool?.hasSuffix("Fuzz") == true
// A whole station is plain values without a pointer: what goes wrong traps by itself, and faster.
let sanitizers = tool == "StationFuzz" ? "-sanitize=fuzzer" : "-sanitize=fuzzer,address"
let instrumented: [SwiftSetting] = isFuzzing ? [.unsafeFlags([sanitizers, "-parse-as-library"])] : []
let toolFolder = isFuzzing ? "Fuzz/" : tool?.hasSuffix("Probe") == true ? "Tests/" : "Benchmarks/"
let toolRoomDependencies: [Target.Dependency] = toolRooms.map { .target(name: $0) }
func toolDependencies(_ name: String) -> [Target.Dependency] {
    if name == "LinkProbe" { return ["BackendLinks", "TLS", .product(name: "NIOPosix", package: "swift-nio")] }
    if name == "VehicleProbe" {
        return [
            "Electricity", "ISO15118", "SLAC", "TLS", "V2GKeys", "VehicleLinks",
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ]
    }
    if name == "StationFuzz" { return ["ChargingStation", "Electricity", "OCPP", "OCPP21", "StationFaces"] }
    if name == "StationBenchmark" { return ["ChargingStation", "Electricity", "OCPP", "OCPP21", "StationStore"] }
    if name == "V2GFuzz" { return ["EXI", "EXIDIN", "EXIISO2", "EXIISO20", "Electricity", "ISO15118"] }
    return name.hasPrefix("OCPP")
        ? ["Electricity", "JSONText", "OCPP", "OCPP16", "OCPP201", "OCPP21"]
        : ["EXI", "EXIDIN", "EXIISO2", "EXIISO20", "EXITables", "JSONText"] + toolRoomDependencies
}
let tools: [Target] =
    tool.map { name in
        [
            .executableTarget(
                name: name, dependencies: toolDependencies(name), path: toolFolder + name,
                swiftSettings: settings + instrumented,
                linkerSettings: isFuzzing ? [.unsafeFlags([sanitizers])] : [])
        ]
    } ?? []

func target(_ room: Room) -> Target {
    switch room.kind {
    case .library: .target(name: room.name, dependencies: dependencies(room), swiftSettings: settings + instrumented)
    case .systemLibrary(let pkgConfig, let apt):
        .systemLibrary(name: room.name, pkgConfig: pkgConfig, providers: [.apt([apt])])
    case .c: .target(name: room.name)
    case .executable: .executableTarget(name: room.name, dependencies: dependencies(room), swiftSettings: settings)
    }
}

func testTarget(_ room: Room) -> Target? {
    guard case .library = room.kind, tested.contains(room.name), exists("Tests/" + room.name + "Tests") else {
        return nil
    }
    let own = Target.Dependency.target(name: room.name)
    return .testTarget(
        name: room.name + "Tests",
        dependencies: [own] + dependencies(room) + room.testImports.map { .target(name: $0) },
        // Golden vectors, which tests read where they lie.
        exclude: ["Vectors"].filter { exists("Tests/" + room.name + "Tests/" + $0) },
        swiftSettings: settings)
}

let present = rooms.filter { wanted.contains($0.name) }
let pins = Dictionary(
    present.flatMap(\.products).compactMap { products[$0] }.map { ($0.url, $0.version) },
    uniquingKeysWith: { first, _ in first })

let package = Package(
    name: "sluice",
    dependencies: pins.sorted { $0.key < $1.key }.map { .package(url: $0.key, exact: $0.value) },
    targets: present.map(target) + (tool == nil ? present.compactMap(testTarget) : []) + tools,
    swiftLanguageModes: [.v6])
