// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Somebody may charge at an EVSE, or at any.
struct Grant: Equatable, Sendable {
    /// Nil where another backend decides and this one is only told.
    var idToken: IdTokenType?
    var groupIdToken: IdTokenType?
    /// From RequestStartTransaction.
    var remoteStartId: Int?
    var reservationId: Int?
    /// EVSEs the token may be used at; nil or empty is all (C01.FR.19, C01.FR.20, C01.FR.21).
    var evses: [Int]?
    /// When the reservation that is used was made, in seconds since 1970.
    var reservedAt: Int64?
    var tariff: TariffType?
    /// The driver's tariff could not be used, and the backend calculates (I08.FR.33).
    var hasCentralCost = false
    var profile: ChargingProfileType?
    /// What the display tells them.
    var driver = Driver()

    var trigger: TriggerReasonEnumType { remoteStartId == nil ? .authorized : .remoteStart }

    func mayUse(_ evse: Int) -> Bool { evses.map { $0.isEmpty || $0.contains(evse) } ?? true }
}

extension IdTokenType {
    /// By letters and type, whatever the case; not by `additionalInfo` (C01.FR.25).
    func matches(_ other: IdTokenType) -> Bool {
        type == other.type && idToken.lowercased() == other.idToken.lowercased()
    }

    /// Of a start button, or where nobody asks who charges (C02.FR.01).
    static let nobody = IdTokenType(idToken: "", type: "NoAuthorization")

    var isNobody: Bool { type == "NoAuthorization" }
    /// Made by the backend for one use: neither asked for nor cached (C05.FR.01, C05.FR.02).
    var isCentral: Bool { type == "Central" }
}
