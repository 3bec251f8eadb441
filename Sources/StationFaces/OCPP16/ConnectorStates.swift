// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP16
import OCPP21

/// 1.6's nine states of a connector (4.9), put together from the five of 2.1 and what the transaction does.
struct ConnectorStates: Sendable {
    private struct Connector {
        var status: OCPP21.ConnectorStatusEnumType?
        /// What a transaction at it does; nil without one.
        var charging: OCPP21.ChargingStateEnumType?
        /// Whether energy may flow: somebody is authorised.
        var hasBegun = false
        var hasEnded = false
        var said: OCPP16.ChargePointStatusEnumType?
    }

    private var connectors: [Int: Connector] = [:]
    /// That of the whole station, as far as a backend has changed it.
    var whole = OCPP16.ChargePointStatusEnumType.available

    init(_ transactions: TransactionNumbers) {
        for record in transactions.records.values where record.hasBegun {
            connectors[record.evse] = Connector(charging: record.chargingState ?? .charging, hasBegun: true)
        }
    }

    /// The connector reports; what it says always goes on, since a backend may have asked for it.
    mutating func report(_ status: OCPP21.ConnectorStatusEnumType, at evse: Int) -> OCPP16.ChargePointStatusEnumType {
        var connector = connectors[evse] ?? Connector()
        connector.status = status
        if status == .available { connector.hasEnded = false }
        let state = Self.state(connector)
        connector.said = state
        connectors[evse] = connector
        return state
    }

    /// A transaction goes on or ends. Nil if the backend has heard that already.
    mutating func transaction(
        at evse: Int, _ charging: OCPP21.ChargingStateEnumType?, hasBegun: Bool, hasEnded: Bool
    ) -> OCPP16.ChargePointStatusEnumType? {
        var connector = connectors[evse] ?? Connector()
        connector.charging = hasEnded ? nil : charging ?? connector.charging ?? .evConnected
        connector.hasBegun = hasBegun && !hasEnded
        // What never began leaves nothing to finish.
        connector.hasEnded = hasEnded && hasBegun
        if connector.status != .faulted, connector.status != .unavailable, let charging, charging != .idle {
            connector.status = .occupied
        }
        guard !hasEnded || connector.status != nil else {
            connectors[evse] = connector
            return nil
        }
        let state = Self.state(connector)
        defer { connectors[evse] = connector }
        guard state != connector.said else { return nil }
        connector.said = state
        return state
    }

    /// The transaction ended because the car went; the connector will report what it is now.
    mutating func unplugged(at evse: Int) { connectors[evse]?.charging = nil }

    private static func state(_ connector: Connector) -> OCPP16.ChargePointStatusEnumType {
        switch connector.status {
        case .faulted: return .faulted
        case .unavailable where connector.charging == nil: return .unavailable
        case .reserved: return .reserved
        case .available where connector.charging == nil: return .available
        case .available, .occupied, .unavailable, nil: break
        }
        guard let charging = connector.charging else { return connector.hasEnded ? .finishing : .preparing }
        return switch charging {
        case .charging: .charging
        case .suspendedEV: .suspendedEV
        case .suspendedEVSE: .suspendedEVSE
        // Authorised and connected, but no energy path yet: the transaction of 1.6 runs, and the station holds it back.
        case .evConnected: connector.hasBegun ? .suspendedEVSE : .preparing
        case .idle: connector.hasBegun ? .finishing : .preparing
        }
    }
}
