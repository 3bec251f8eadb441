// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118

/// One connector of a charger, as a car's session needs it: real or simulated. Calls come one at a time and in the
/// session's order, but for `authorise` and `checkCable`, which may take their time beside the others.
///
/// When the daemon goes down, the last calls come from a cancelled task and must switch off all the same.
package protocol ChargingPoint: Sendable {
    /// What a car that connects now is offered. Asked for on the event loop: it must be at hand.
    var offer: StationOffer { get }

    /// A car's session begins.
    func began(_ arrival: VehicleArrival) async
    /// Whether this car may charge. May take as long as a customer does; cancelled when the session ends.
    func authorise(vehicle: String) async -> StationInput.Authorisation
    /// DC: tests the insulation of cable and inlet. Cancelled when the session ends.
    func checkCable() async -> StationInput.Insulation
    /// - Returns: where the contactors are after it. A charger that could not switch them says where they stayed.
    func switchContactors(_ state: StationInput.ContactorState) async -> StationInput.ContactorState
    /// DC: holds until told otherwise. A later point takes the place of one that has not been carried out.
    func operate(_ point: OperatingPoint) async
    /// What the car needs and can, when it has changed.
    func need(_ needs: EVNeeds) async
    /// Nothing follows: the power is off and the contactors are open.
    func ended(_ end: StationEnd) async

    /// What the session must know as it changes: measurements, the target, the meter, a wish to end. Asked for once a
    /// session, and read until its end.
    func inputs() -> AsyncStream<StationInput>
}

/// Who has connected, and how securely.
package struct VehicleArrival: Hashable, Sendable {
    package var address: String
    package var security: ChannelSecurity
    /// The subject of the car's certificate (mutual TLS).
    package var certificate: String?
}

package enum ChannelSecurity: Hashable, Sendable, CustomStringConvertible {
    case none, tls1_2
    /// Mutual: the car has proved who it is.
    case tls1_3(isMutual: Bool)

    /// The standards that may be spoken over it: ISO 15118-20 wants mutual TLS 1.3 always; ISO 15118-2 goes without TLS for
    /// external payment in a place of trust; DIN SPEC 70121 knows no TLS.
    func permits(_ standard: Standard) -> Bool {
        switch (standard, self) {
        case (.din, _), (.iso2, _), (.iso20AC, .tls1_3(isMutual: true)), (.iso20DC, .tls1_3(isMutual: true)): true
        case (.iso20AC, .none), (.iso20AC, .tls1_2), (.iso20AC, .tls1_3(isMutual: false)), (.iso20DC, .none),
            (.iso20DC, .tls1_2), (.iso20DC, .tls1_3(isMutual: false)):
            false
        }
    }

    package var description: String {
        switch self {
        case .none: "no TLS"
        case .tls1_2: "TLS 1.2"
        case .tls1_3(let isMutual): isMutual ? "TLS 1.3, mutual" : "TLS 1.3"
        }
    }
}
