// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A power-line modem where there is none: on a wire between two hosts, and in tests. It stands between one host and the wire,
/// takes keys, and measures what it is told to measure.
public struct SimulatedModem: Sendable {
    public enum Output: Hashable, Sendable {
        case toWire(ManagementFrame)
        case toHost(ManagementFrame)
    }

    public let address: MACAddress
    /// How faintly it hears cars.
    public var attenuation: AttenuationProfile
    /// The network it is in, once a host gave it a key.
    public private(set) var network: LogicalNetwork?

    public init(address: MACAddress = .localModem, attenuation: AttenuationProfile) {
        (self.address, self.attenuation) = (address, attenuation)
    }

    public mutating func fromHost(_ frame: ManagementFrame) -> [Output] {
        guard frame.destination == address else { return [.toWire(frame)] }
        switch frame.message {
        case .setKeyRequest(let network):
            self.network = network
            return [.toHost(ManagementFrame(to: frame.source, from: address, .setKeyConfirm(result: 0)))]
        case .ampMapRequest:
            return [.toHost(ManagementFrame(to: frame.source, from: address, .ampMapConfirm(result: 0)))]
        case .setKeyConfirm, .ampMapConfirm, .slacParmRequest, .slacParmConfirm, .startAttenChar, .mnbcSound,
            .attenProfile, .attenChar, .attenCharResponse, .validateRequest, .validateConfirm, .slacMatchRequest,
            .slacMatchConfirm:
            return []
        }
    }

    /// - Parameter host: whom to tell. Keys that others give their own modems do not pass over the wire.
    public func fromWire(_ frame: ManagementFrame, to host: MACAddress) -> [Output] {
        switch frame.message {
        case .setKeyRequest, .setKeyConfirm: []
        case .mnbcSound:
            [
                .toHost(frame),
                .toHost(ManagementFrame(to: host, from: address, .attenProfile(car: frame.source, attenuation))),
            ]
        case .ampMapRequest, .ampMapConfirm, .slacParmRequest, .slacParmConfirm, .startAttenChar, .attenProfile,
            .attenChar, .attenCharResponse, .validateRequest, .validateConfirm, .slacMatchRequest, .slacMatchConfirm:
            [.toHost(frame)]
        }
    }
}
