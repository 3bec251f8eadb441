// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// What may be used, as the backend has set it (block G). Station, EVSE and connector each have a state of their own
/// (G03, note 1).
struct Availability: Equatable, Sendable {
    /// Of what: the station, an EVSE, or its connector.
    enum Target: Hashable, Sendable {
        case station
        case evse(Int)
        case connector(evse: Int)

        var key: String {
            switch self {
            case .station: "availability/station"
            case .evse(let id): "availability/evse/\(id)"
            case .connector(let id): "availability/connector/\(id)"
            }
        }
    }

    private(set) var inoperative: Set<Target> = []
    /// To become inoperative when no transaction runs there any more.
    private(set) var scheduled: Set<Target> = []

    init() {}

    /// G01.FR.02, G03.FR.08, G04.FR.09.
    init(_ setup: StationSetup, kept: [String: [UInt8]]) {
        for target in Self.targets(setup) {
            switch kept[target.key].map({ String(decoding: $0, as: UTF8.self) }) {
            case "Inoperative": inoperative.insert(target)
            case "Scheduled": scheduled.insert(target)
            case _: break
            }
        }
    }

    static func targets(_ setup: StationSetup) -> [Target] {
        [.station] + setup.evses.flatMap { [.evse($0.id), .connector(evse: $0.id)] }
    }

    /// - Returns: Whether anything is different now.
    mutating func set(_ target: Target, _ status: OperationalStatusEnumType, isBusy: Bool)
        -> ChangeAvailabilityStatusEnumType
    {
        let isInoperative = inoperative.contains(target)
        switch status {
        /// G04.FR.04.
        case .operative:
            inoperative.remove(target)
            scheduled.remove(target)
            return .accepted
        case .inoperative:
            // G03.FR.03.
            guard !isInoperative else { return .accepted }
            // G03.FR.05, G04.FR.06.
            guard !isBusy else {
                scheduled.insert(target)
                return .scheduled
            }
            inoperative.insert(target)
            scheduled.remove(target)
            return .accepted
        }
    }

    /// What was scheduled and can be done now.
    mutating func settle(_ idle: [Target]) -> [Target] {
        let ready = idle.filter { scheduled.contains($0) }
        for target in ready {
            scheduled.remove(target)
            inoperative.insert(target)
        }
        return ready
    }

    func word(_ target: Target) -> String? {
        if inoperative.contains(target) { return "Inoperative" }
        return scheduled.contains(target) ? "Scheduled" : nil
    }

    /// Whether a new transaction is out of the question. What is scheduled for the whole station begins where nothing
    /// runs. G03.FR.06, G03.FR.07, G04.FR.07, G04.FR.08.
    func isOutOfService(evse: Int, isBusy: Bool) -> Bool {
        let targets: [Target] = [.station, .evse(evse), .connector(evse: evse)]
        return targets.contains { inoperative.contains($0) } || !isBusy && targets.contains { scheduled.contains($0) }
    }
}

/// Variables of what is available (OCPP 2.1 part 2, referenced components: charging infrastructure). `InfrastructureVariables`
/// defines them.
enum AvailabilityVariables {
    static let station = VariableKey("ChargingStation", "AvailabilityState")
    static func evse(_ id: Int) -> VariableKey { VariableKey("EVSE", "AvailabilityState", evse: id) }
    static func connector(_ id: Int) -> VariableKey {
        VariableKey("Connector", "AvailabilityState", evse: id, connector: 1)
    }
}
