// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import NIOCore
import TLS

@testable import VehicleLinks

/// One car at one station over a real connection, whether or not the standards have it.
struct LinkMeeting: CustomStringConvertible, Sendable {
    enum Wish: CaseIterable, Sendable {
        case acOnePhase, acThreePhases, acBidirectional, dc, dcBidirectional

        var service: EnergyService {
            switch self {
            case .acOnePhase, .acThreePhases: .ac
            case .acBidirectional: .acBidirectional
            case .dc: .dc
            case .dcBidirectional: .dcBidirectional
            }
        }
    }
    enum Transport: CaseIterable, Sendable { case plain, tls1_2, tls1_3, tls1_3Mutual }

    let standard: Standard
    let wish: Wish
    let mode: ControlMode
    let payment: Payment
    let transport: Transport
    /// The configuration speaks ISO 15118-20 over any connection.
    let allowsInsecure: Bool

    var description: String {
        "\(standard) \(wish) \(mode) \(payment) \(transport) \(allowsInsecure ? "insecure allowed" : "strict")"
    }

    static let all: [LinkMeeting] = Standard.allCases.flatMap { standard in
        Wish.allCases.flatMap { wish in
            ControlMode.allCases.flatMap { mode in
                [Payment.external, .contract].flatMap { payment in
                    Transport.allCases.flatMap { transport in
                        [true, false].map { allowsInsecure in
                            LinkMeeting(
                                standard: standard, wish: wish, mode: mode, payment: payment, transport: transport,
                                allowsInsecure: allowsInsecure)
                        }
                    }
                }
            }
        }
    }
}

extension LinkMeeting {
    enum Verdict: Equatable {
        case charges(by: Payment)
        case ends(VehicleEnd)
    }

    /// By the standards and the configuration alone.
    var verdict: Verdict {
        if standard.isISO20, !allowsInsecure, transport != .tls1_3Mutual { return .ends(.noCommonProtocol) }
        guard isExpressible else { return .ends(.notOffered(wish.service, mode)) }
        // Who has no TLS does not show a contract, and pays at the station.
        if payment == .external || transport == .plain { return .charges(by: .external) }
        return standard == .din ? .ends(.contractNotOffered) : .charges(by: .contract)
    }

    private var isExpressible: Bool {
        switch (standard, wish) {
        case (.din, .dc), (.iso2, .acOnePhase), (.iso2, .acThreePhases), (.iso2, .dc): mode == .scheduled
        case (.din, _), (.iso2, _): false
        case (.iso20AC, _): wish.service.transfer == .ac
        case (.iso20DC, _): wish.service.transfer == .dc
        }
    }

    var profile: SignatureProfile { standard.isISO20 ? .p521 : .p256 }
    /// One that is the car's to bear.
    var target: Power { wish.service.isBidirectional ? .watts(-6_000) : .watts(5_000) }

    var plan: VehiclePlan {
        var plan = LinkBench.plan(standard, wish.service, mode, turns: 4)
        plan.pace = .milliseconds(5)
        if wish == .acOnePhase { plan.needs.phases = 1 }
        return plan
    }

    // MARK: Both ends of the transport

    func station() throws -> VehicleListener.Security {
        let all = try VehicleAuthority.made.get()
        let tls = StationTLS(
            identity: all.station, modernIdentity: all.modernStation,
            vehicles: transport == .tls1_3 ? nil : all.makers)
        return try VehicleListener.Security(
            transport == .plain ? nil : tls, allowsPlain: transport == .plain, allowsInsecureISO20: allowsInsecure)
    }

    func car() throws -> VehicleLink.Security? {
        let all = try VehicleAuthority.made.get()
        return switch transport {
        case .plain: nil
        case .tls1_2: try VehicleLink.Security(root: all.root, speaking: .older)
        case .tls1_3: try VehicleLink.Security(root: all.modernRoot, speaking: .modern)
        case .tls1_3Mutual: try VehicleLink.Security(root: all.modernRoot, identity: all.car, speaking: .modern)
        }
    }

    var agreed: ChannelSecurity {
        switch transport {
        case .plain: .none
        case .tls1_2: .tls1_2
        case .tls1_3: .tls1_3(isMutual: false)
        case .tls1_3Mutual: .tls1_3(isMutual: true)
        }
    }
}
