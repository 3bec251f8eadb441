// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What a V2GTP frame carries (ISO 15118-2:2014, 7.8.3; ISO 15118-20:2022, 7.8.3).
public enum PayloadType: UInt16, CaseIterable, Hashable, Sendable {
    /// The handshake in every standard; all messages of DIN SPEC 70121 and ISO 15118-2.
    case exi = 0x8001
    /// ISO 15118-20 from here on: one type per set of grammars.
    case common = 0x8002
    case ac = 0x8003
    case dc = 0x8004
    case acdp = 0x8005
    case wpt = 0x8006
    /// Side conversations beside the main one, of common messages.
    case scheduleRenegotiation = 0x8101
    case meteringConfirmation = 0x8102
    /// Named so that they can be refused by name; they are not spoken here.
    case acdpSystemStatus = 0x8103
    case parkingStatus = 0x8104
    /// SECC discovery, over UDP.
    case discoveryRequest = 0x9000
    case discoveryResponse = 0x9001
    case wirelessDiscoveryRequest = 0x9002
    case wirelessDiscoveryResponse = 0x9003

    var isSideStream: Bool {
        switch self {
        case .scheduleRenegotiation, .meteringConfirmation: true
        case .exi, .common, .ac, .dc, .acdp, .wpt, .acdpSystemStatus, .parkingStatus, .discoveryRequest,
            .discoveryResponse, .wirelessDiscoveryRequest, .wirelessDiscoveryResponse:
            false
        }
    }
}
