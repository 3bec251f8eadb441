// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A version of OCPP as the sub-protocol of a WebSocket, by its registered name.
package enum Subprotocol: String, CaseIterable, Hashable, Sendable {
    case ocpp21 = "ocpp2.1"
    case ocpp201 = "ocpp2.0.1"
    case ocpp16 = "ocpp1.6"

    /// Newest first.
    package static let newestFirst: [Subprotocol] = [.ocpp21, .ocpp201, .ocpp16]
}

/// A secret that no message, log or crash shows.
package struct Password: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    let value: String

    package init(_ value: String) { self.value = value }

    package var description: String { "(hidden)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
