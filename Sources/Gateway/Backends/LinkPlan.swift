// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import BackendLinks
import ChargingStation
import ConfigurationFiles
import Electricity
import OCPP21
import TLS

/// The ways to the backend, in the order in which they are tried, each with its slot.
struct LinkPlan {
    let profiles: [NetworkProfile]
    let slots: [Int]
    let policy: ReconnectPolicy
    let pingInterval: Duration
    /// What was left out and why, for the log.
    let faults: [String]

    /// - Throws: Where no way is left.
    init(_ station: Station, _ backend: SiteConfiguration.Backend, _ keys: BackendKeys) throws(BackendRefused) {
        let settings = station.connectionSettings
        let credentials = station.credentials
        var profiles: [NetworkProfile] = []
        var slots: [Int] = []
        var faults: [String] = []
        for slot in settings.profiles {
            do throws(BackendRefused) {
                profiles.append(try NetworkProfile(slot.profile, credentials, backend, keys, settings.allowsWildcards))
                slots.append(slot.slot)
            } catch { faults.append("network profile \(slot.slot): \(error)") }
        }
        if profiles.isEmpty {
            profiles = [try NetworkProfile(backend)]
            slots = [0]
        }
        (self.profiles, self.slots, self.faults) = (profiles, slots, faults)
        pingInterval = Self.pingInterval(settings, backend)
        policy = ReconnectPolicy(
            minimum: Self.exact(settings.backOffMinimum, backend.retry), repeatTimes: settings.backOffRepeatTimes,
            randomRange: Self.exact(settings.backOffRandomRange, backend.retrySpread),
            attemptsPerProfile: settings.attempts,
            profiles: profiles.count)
    }

    static func pingInterval(_ settings: ConnectionSettings, _ backend: SiteConfiguration.Backend) -> Duration {
        // Here 0 is none, and not the least there is.
        settings.pingInterval == backend.ping.wholeSeconds
            ? .nanoseconds(backend.ping.nanoseconds) : .seconds(settings.pingInterval)
    }

    /// OCPP knows whole seconds; the configuration is finer.
    private static func exact(_ seconds: Int, _ configured: Interval) -> Duration {
        max(1, configured.wholeSeconds) == max(1, seconds) ? .nanoseconds(configured.nanoseconds) : .seconds(seconds)
    }
}

extension NetworkProfile {
    /// A profile of the device model.
    fileprivate init(
        _ profile: NetworkConnectionProfileType, _ credentials: Credentials, _ backend: SiteConfiguration.Backend,
        _ keys: BackendKeys, _ allowsWildcards: Bool
    ) throws(BackendRefused) {
        let address = try BackendAddress(profile.ocppCsmsUrl)
        let proof: Proof
        switch profile.securityProfile {
        case 0: proof = .none
        case 3:
            guard let identity = keys.identity(credentials) else { throw .insecure(address) }
            proof = .certificate(identity)
        case _: proof = .password(try Password(profile, credentials, backend))
        }
        try self.init(
            address: address, identity: profile.identity ?? backend.identity, proof: proof,
            trust: keys.trust(credentials),
            subprotocols: backend.versions.map(Subprotocol.init), allowsWildcard: allowsWildcards,
            allowsInsecure: backend.allowsInsecure)
    }
}

extension Password {
    /// What the backend has set goes before the file.
    fileprivate init(
        _ profile: NetworkConnectionProfileType, _ credentials: Credentials, _ backend: SiteConfiguration.Backend
    ) throws(BackendRefused) {
        if let password = credentials.password ?? profile.basicAuthPassword, !password.isEmpty {
            self.init(password)
            return
        }
        guard case .password(let file) = backend.proof else { throw .passwordUnusable }
        try self.init(file: file)
    }
}

extension CredentialRefusal {
    /// What of the credentials the attempt failed by, if it did.
    init?(_ refusal: BackendRefused, securityProfile: Int) {
        switch refusal {
        case .notLetIn:
            guard securityProfile == 1 || securityProfile == 2 else { return nil }
            self = .password
        case .notSecure(let fault):
            switch fault {
            case .ourCertificateRefused: self = .stationCertificate
            case .untrusted, .expired, .notYetValid, .wrongName, .certificateRefused: self = .backendCertificate
            case .fileUnusable, .keyDoesNotMatch, .tokenUnusable, .notTLS, .handshakeFailed, .handshakeTimedOut,
                .cutOff,
                .broken, .notSecure, .noCommonVersion, .noCommonSuite:
                return nil
            }
        case .addressUnusable, .identityUnusable, .passwordUnusable, .subprotocolsUnusable, .insecure,
            .certificateWithoutTLS, .unreachable, .unknownHere, .status, .notWebSocket, .noSubprotocol,
            .foreignSubprotocol, .foreignExtension, .timedOut, .cancelled:
            return nil
        }
    }
}
