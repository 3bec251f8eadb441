// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// The default tariffs of the EVSEs (I07).
struct Tariffs: Equatable, Sendable {
    struct Installed: Equatable, Sendable {
        var tariff: TariffType
        var evse: Int
        /// When it counts from: its own begin, or when it was installed. In seconds since 1970.
        var from: Int64
        /// Under which it is kept.
        var slot: Int
    }

    /// Of one EVSE, those to come included.
    static let mostPerEVSE = 10

    private(set) var installed: [Installed] = []

    init() {}

    init(kept: [String: [UInt8]]) {
        installed = kept.compactMap { key, bytes in
            let parts = key.split(separator: "/")
            guard parts.count == 4, parts[0] == "tariff", let evse = Int(parts[1]), let slot = Int(parts[2]),
                let from = Int64(parts[3]), let tariff = TariffType(keptBytes: bytes)
            else { return nil }
            return Installed(tariff: tariff, evse: evse, from: from, slot: slot)
        }.sorted { ($0.evse, $0.slot) < ($1.evse, $1.slot) }
    }

    static func key(_ installed: Installed) -> String { "tariff/\(installed.evse)/\(installed.slot)/\(installed.from)" }

    func has(_ id: String) -> Bool { installed.contains { $0.tariff.tariffId == id } }

    func hasRoom(_ evse: Int) -> Bool { installed.count { $0.evse == evse } < Self.mostPerEVSE }

    /// What is in force at an EVSE: the one that came last (I07.FR.19, I07.FR.20, I07.FR.21, I07.FR.22, I07.FR.23).
    func current(_ evse: Int, at now: Int64) -> TariffType? {
        installed.filter { $0.evse == evse && $0.from <= now }.max { ($0.from, $0.slot) < ($1.from, $1.slot) }?.tariff
    }

    mutating func install(_ tariff: TariffType, evse: Int, at now: Int64) -> Installed {
        let slot = (installed.filter { $0.evse == evse }.map(\.slot).max() ?? -1) + 1
        let new = Installed(tariff: tariff, evse: evse, from: tariff.validFrom?.time.seconds ?? now, slot: slot)
        installed.append(new)
        return new
    }

    /// Removes what has been replaced.
    mutating func settle(at now: Int64) -> [Installed] {
        var gone: [Installed] = []
        for evse in Set(installed.map(\.evse)) {
            let begun = installed.filter { $0.evse == evse && $0.from <= now }.sorted {
                ($0.from, $0.slot) < ($1.from, $1.slot)
            }
            gone += begun.dropLast()
        }
        installed.removeAll { gone.contains($0) }
        return gone
    }

    mutating func remove(where matches: (Installed) -> Bool) -> [Installed] {
        let gone = installed.filter(matches)
        installed.removeAll { gone.contains($0) }
        return gone
    }
}

/// Variables of tariffs and costs (OCPP 2.1 part 2, referenced components, 2.11).
enum TariffVariables {
    static let tariffs = VariableKey("TariffCostCtrlr", "Enabled", instance: "Tariff")
    static let costs = VariableKey("TariffCostCtrlr", "Enabled", instance: "Cost")
    static let runningCosts = VariableKey("TariffCostCtrlr", "Enabled", instance: "RunningCost")
    static let costInterval = VariableKey("TariffCostCtrlr", "Interval", instance: "Cost")
    static let tariffInterval = VariableKey("TariffCostCtrlr", "Interval", instance: "Tariff")
    static let failedTariff = VariableKey("TariffCostCtrlr", "HandleFailedTariff", instance: "Tariff")
    static let problem = VariableKey("TariffCostCtrlr", "Problem")
    static let currency = VariableKey("TariffCostCtrlr", "Currency")

    static func all(_ setup: StationSetup) -> [VariableDefinition] { texts(setup) + counting }

    /// What a display says where nothing better is known, one for each language of it and one for any other (2.11.3, 2.11.6,
    /// 2.11.8; 2.0.1 knows only that one), and in which currency the backend counts (2.11.7).
    private static func texts(_ setup: StationSetup) -> [VariableDefinition] {
        guard !setup.displayLanguages.isEmpty else { return [] }
        return Fallback.allCases.flatMap { fallback in
            ([nil] + setup.displayLanguages).map { language in
                VariableDefinition(fallback.key(language), .string(longest: 512), .readWrite, standard: "")
            }
        } + [VariableDefinition(currency, .string(longest: 3), .readWrite, standard: "")]
    }

    private static var counting: [VariableDefinition] {
        [
            VariableDefinition(
                VariableKey("TariffCostCtrlr", "Available", instance: "Tariff"), .boolean, .readOnly, standard: "true"),
            VariableDefinition(
                VariableKey("TariffCostCtrlr", "Available", instance: "Cost"), .boolean, .readOnly, standard: "true"),
            VariableDefinition(tariffs, .boolean, .readWrite, standard: "true"),
            VariableDefinition(costs, .boolean, .readWrite, standard: "true"),
            VariableDefinition(runningCosts, .boolean, .readWrite, standard: "false"),
            VariableDefinition(costInterval, .integer(10...86_400), unit: "s", .readWrite, standard: "300"),
            // Conditions are looked at with every report of an EVSE.
            VariableDefinition(tariffInterval, .integer(0...0), unit: "s", .readOnly, standard: "0"),
            VariableDefinition(
                VariableKey("TariffCostCtrlr", "MaxElements", instance: "Tariff"),
                .integer(0...TariffType.mostElements), .readOnly, standard: String(TariffType.mostElements)),
            VariableDefinition(
                VariableKey("TariffCostCtrlr", "ConditionsSupported", instance: "Tariff"), .boolean, .readOnly,
                standard: "true"),
            VariableDefinition(
                failedTariff, .option(["Deauthorize", "UseDefaultTariff", "CentralCost"]), .readWrite,
                standard: "Deauthorize"),
            VariableDefinition(problem, .boolean, .readOnly, standard: "false"),
        ]
    }
}

/// Texts for drivers that the backend writes beforehand (I04.FR.01, I05.FR.02).
enum Fallback: String, CaseIterable, Sendable {
    case tariff = "TariffFallbackMessage"
    case offlineTariff = "OfflineTariffFallbackMessage"
    case totalCost = "TotalCostFallbackMessage"

    /// - Parameter language: Nil for the text that serves every language without one of its own.
    func key(_ language: String?) -> VariableKey { VariableKey("TariffCostCtrlr", rawValue, instance: language) }
}
