// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import GridConnection
import PowerControl

/// Which row of the loop's tables belongs to whom. Rows are laid out once; putting one in force is a number.
package struct SiteTables: Sendable {
    /// Who may impose a limit, besides the wiring and the agreement.
    enum LimitSource: UInt16, CaseIterable, Sendable {
        case configuration = 1
        case importByHand, exportByHand, importByController, exportByController, evseByController

        /// Those at the connection point that somebody imposes while the daemon runs, in the order of their rows.
        static let atConnectionPoint: [LimitSource] = [
            .importByHand, .exportByHand, .importByController, .exportByController,
        ]
    }

    /// Backends are numbered from here on among the sources of limits and wishes, in the order of the configuration.
    static let firstBackend: UInt16 = 500

    let evseCount: Int
    private let ownWishes: Int
    private let ownLimits: Int
    let backendNames: [String]
    package let wishes: [Wish]
    package let limits: [ImposedLimit]

    package init(_ configuration: SiteConfiguration) {
        let evses = configuration.evses
        evseCount = evses.count
        let ranks = configuration.control.priorities
        backendNames = configuration.backends.map(\.name)
        let own = SiteConfiguration.Source.allCases.flatMap { source in
            let rank = ranks.firstIndex(of: source) ?? ranks.count
            return (-1..<evses.count).map { index in
                Wish(
                    scope: index < 0 ? .site : .evse(index), source: Self.number(source),
                    priority: UInt8(clamping: 200 - 10 * rank), power: .zero, expiresAt: .distantPast)
            }
        }
        ownWishes = own.count
        // Between two backends the one that is named first goes first; all stay within the rank of backends.
        let rank = ranks.firstIndex(of: .backend) ?? ranks.count
        wishes =
            own
            + configuration.backends.indices.flatMap { backend in
                evses.indices.map { index in
                    Wish(
                        scope: .evse(index), source: Self.firstBackend + UInt16(backend),
                        priority: UInt8(clamping: 200 - 10 * rank - 1 - backend), power: .zero, expiresAt: .distantPast)
                }
            }
        let standing =
            evses.indices.map { index in
                ImposedLimit(
                    scope: .evse(index), source: LimitSource.configuration.rawValue, power: evses[index].limits,
                    current: evses[index].current.map { CurrentLimits(from: Current.zero - $0, to: $0) } ?? .unbounded)
            }
            // Nothing flows until the backend in charge lets it.
            + configuration.backends.indices.filter { configuration.backends[$0].role == .inCharge }.flatMap {
                backend in
                evses.indices.map {
                    ImposedLimit(scope: .evse($0), source: Self.firstBackend + UInt16(backend), power: .zero)
                }
            }
        ownLimits = standing.count
        standingLimits = standing.count
        commanding = configuration.backends.indices.filter { configuration.backends[$0].role == .inCharge }
        limits =
            standing
            + LimitSource.atConnectionPoint.map { ImposedLimit(scope: .circuit(0), source: $0.rawValue) }
            + evses.indices.map { ImposedLimit(scope: .evse($0), source: LimitSource.evseByController.rawValue) }
    }

    /// How many rows of `limits` are in force from the start.
    let standingLimits: Int
    /// The backends that are in charge, by their place in the configuration.
    private let commanding: [Int]

    /// Nil for a backend that only reads.
    func backendLimitPlace(_ backend: Int, evse: Int) -> Int? {
        commanding.firstIndex(of: backend).map { evseCount + $0 * evseCount + evse }
    }

    func backendWishPlace(_ backend: Int, evse: Int) -> Int { ownWishes + backend * evseCount + evse }

    /// Which backend a source of limits or wishes is; nil for other sources.
    static func backend(of number: UInt16) -> Int? {
        number >= firstBackend && number < ImposedLimit.firstRule ? Int(number - firstBackend) : nil
    }

    /// Whether the grid's operator imposes it, and not the building or its agreement.
    static func isOperators(limitSource number: UInt16) -> Bool {
        if number >= ImposedLimit.firstRule {
            return GridRule(rawValue: UInt8(clamping: number - ImposedLimit.firstRule))?.isImposed ?? false
        }
        return switch LimitSource(rawValue: number) {
        case .importByHand, .exportByHand: true
        case .configuration, .importByController, .exportByController, .evseByController, nil: false
        }
    }

    /// - Parameter evse: Index; nil for the site's own row.
    package func wishPlace(_ source: SiteConfiguration.Source, evse: Int?) -> Int {
        let sources = SiteConfiguration.Source.allCases
        return (sources.firstIndex(of: source) ?? 0) * (evseCount + 1) + (evse.map { $0 + 1 } ?? 0)
    }

    package func limitPlace(isImport: Bool) -> Int { limitPlace(isImport ? .importByHand : .exportByHand) }

    func limitPlace(_ kind: HeldLimits.Kind) -> Int {
        let row =
            switch kind {
            case .importByHand: 0
            case .exportByHand: 1
            case .importByController: 2
            case .exportByController: 3
            }
        return ownLimits + row
    }

    func controllerLimitPlace(evse: Int) -> Int { ownLimits + LimitSource.atConnectionPoint.count + evse }

    static func number(_ source: SiteConfiguration.Source) -> UInt16 {
        UInt16((SiteConfiguration.Source.allCases.firstIndex(of: source) ?? 0) + 1)
    }

    static func name(ofWishSource number: UInt16) -> String {
        let sources = SiteConfiguration.Source.allCases
        let index = Int(number) - 1
        return sources.indices.contains(index) ? sources[index].rawValue : "unknown"
    }

    static func name(ofLimitSource number: UInt16) -> String {
        if number >= ImposedLimit.firstRule {
            return GridRule(rawValue: UInt8(clamping: number - ImposedLimit.firstRule))?.inWords ?? "unknown"
        }
        return switch LimitSource(rawValue: number) {
        case .configuration: "configuration"
        case .importByHand, .exportByHand: "limit entered by hand"
        case .importByController, .exportByController: "limit by the building controller"
        case .evseByController: "building controller"
        case nil: "unknown"
        }
    }
}
