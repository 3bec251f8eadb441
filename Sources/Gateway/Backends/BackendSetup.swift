// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import BackendLinks
import ChargingStation
import ConfigurationFiles
import Electricity
import Foundation
import GridConnection
import LinuxIO
import OCPP
import OCPP21
import TLS

extension StationSetup {
    /// The site as one backend sees it.
    init(_ backend: SiteConfiguration.Backend, _ site: SiteConfiguration, version: String) {
        var chance = SystemRandomNumberGenerator()
        self.init(
            model: backend.station.model, vendor: backend.station.vendor, serialNumber: backend.station.serial,
            firmware: version,
            evses: site.evses.map { EVSE($0, DERPlan($0, site)) }, seed: chance.next())
        networkProfile = NetworkConnectionProfileType(
            ocppInterface: .wired0, ocppTransport: .json,
            messageTimeout: Int(backend.answerTimeout.nanoseconds / 1_000_000_000), ocppCsmsUrl: backend.url,
            securityProfile: backend.securityProfile, identity: backend.identity)
        allowsInsecure = backend.allowsInsecure
        allowsWildcards = backend.allowsWildcard
        pingInterval = backend.ping.wholeSeconds
        backOffMinimum = max(1, backend.retry.wholeSeconds)
        backOffRandomRange = backend.retrySpread.wholeSeconds
        displayLanguages = site.display?.languages ?? []
        role = backend.role == .inCharge ? .inCharge : .reading
        nominalVoltage = Int(site.site.voltage.milli / 1_000)
        clock = LocalClock(zone: site.site.timezone, around: Date())
    }
}

extension StationSetup.EVSE {
    fileprivate init(_ evse: SiteConfiguration.EVSE, _ plan: DERPlan) {
        self.init(
            id: evse.id,
            supply: evse.connectorType.isDirect ? .direct(volts: 400) : .alternating(phases: evse.phases.count),
            ratings: evse.limits, connectorType: evse.connectorType.rawValue,
            speaksISO15118: evse.vehicleLink != nil)
        renegotiatesService = evse.vehicleLink?.standards.contains(.iso20) ?? false
        derByGateway = plan.byGateway
        derByCharger = plan.byCharger
        derRefusals = plan.refusals
        takesReactivePower = plan.byCharger.contains(.fixedVar)
    }
}

extension Interval {
    /// Rounded up.
    var wholeSeconds: Int { Int((nanoseconds + 999_999_999) / 1_000_000_000) }
}

extension LocalClock {
    /// A year back and some years on, as far as schedules reach.
    init(zone name: String, around date: Date) {
        guard let zone = TimeZone(identifier: name) else {
            self = .utc
            return
        }
        let begin = date.addingTimeInterval(-400 * 86_400)
        var changes: [Change] = []
        var at = begin
        while changes.count < 64, let next = zone.nextDaylightSavingTimeTransition(after: at),
            next.timeIntervalSince(date) < 10 * 366 * 86_400
        {
            changes.append(
                Change(at: Int64(next.timeIntervalSince1970), offset: Int64(zone.secondsFromGMT(for: next))))
            at = next
        }
        self.init(initialOffset: Int64(zone.secondsFromGMT(for: begin)), changes: changes)
    }
}

extension NetworkProfile {
    /// - Throws: In words with what to do; a password is read from its file each time.
    init(_ backend: SiteConfiguration.Backend) throws(BackendRefused) {
        let proof: Proof =
            switch backend.proof {
            case .none: .none
            case .password(let file): .password(try Password(file: file))
            case .certificate(let file, let key): .certificate(TLSIdentity(certificateFile: file, keyFile: key))
            }
        try self.init(
            address: BackendAddress(backend.url), identity: backend.identity, proof: proof,
            trust: backend.trustFile.map { .file($0) } ?? .system, subprotocols: backend.versions.map(Subprotocol.init),
            allowsWildcard: backend.allowsWildcard, allowsInsecure: backend.allowsInsecure)
    }
}

extension Password {
    /// The first line of a file.
    init(file: String) throws(BackendRefused) {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            let line = text.split(separator: "\n", omittingEmptySubsequences: false).first
        else { throw .passwordUnusable }
        self.init(String(line))
    }
}

extension Subprotocol {
    init(_ version: SiteConfiguration.Backend.Version) {
        self =
            switch version {
            case .v16: .ocpp16
            case .v201: .ocpp201
            case .v21: .ocpp21
            }
    }

    var version: OCPPVersion {
        switch self {
        case .ocpp16: .v16
        case .ocpp201: .v201
        case .ocpp21: .v21
        }
    }
}

extension StationTime {
    /// Both clocks now.
    static func now() -> StationTime {
        let wall = WallClock.now()
        return StationTime(
            MonotonicClock.now(), WallTime(milliseconds: wall.seconds * 1_000 + Int64(wall.nanoseconds) / 1_000_000))
    }
}
