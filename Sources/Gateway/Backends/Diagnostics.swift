// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import Foundation
import LinuxIO
import LocalAPI
import Synchronization

/// What a backend gets that asks for the diagnostics log (N01): how the site is set up, without anything secret, how it stands now, and
/// what the daemon logged last. Text for people; its parts are JSON.
final class Diagnostics: Sendable {
    private let setup: DiagnosedSite
    private let recent: RecentLog
    private let look = Mutex<(@Sendable () -> SiteStatus)?>(nil)

    init(_ configuration: SiteConfiguration, _ recent: RecentLog) {
        setup = DiagnosedSite(configuration)
        self.recent = recent
    }

    /// From when on the whole site can be looked at.
    func look(_ look: @escaping @Sendable () -> SiteStatus) { self.look.withLock { $0 = look } }

    /// - Parameters:
    ///   - oldest: In milliseconds since 1970; no line of the log is older. Nil is without end.
    ///   - latest: No line of the log is newer.
    func file(from oldest: Int64?, until latest: Int64?) -> [UInt8] {
        var status = look.withLock { $0 }?()
        if let backends = status?.backends {
            status?.backends = backends.map {
                var told = $0
                told.url = DiagnosedSite.withoutLogin($0.url)
                return told
            }
        }
        let lines = recent.lines(from: oldest, until: latest)
        let parts = [
            ("Sluice, diagnostics of", WallClock.now().description),
            ("Configuration", Self.json(setup)),
            ("Status", status.map(Self.json) ?? "not known yet"),
            ("Log, the last \(lines.count) lines", lines.joined(separator: "\n")),
        ]
        return Array(parts.map { "== \($0.0)\n\($0.1)\n" }.joined(separator: "\n").utf8)
    }

    private static func json(_ value: some Encodable) -> String {
        (try? WireJSON.encode(value, pretty: true)).map { String(decoding: $0, as: UTF8.self) } ?? "cannot be said"
    }
}

/// What of the configuration helps to understand the log. Files with secrets are not named, and an address is told without what stands
/// before its `@`.
struct DiagnosedSite: Encodable, Equatable {
    struct EVSE: Encodable, Equatable {
        let id: Int
        let charger: String
        let connector: String
        let lowest_W: Double
        let highest_W: Double
        let phases: Int
    }

    struct Backend: Encodable, Equatable {
        let name: String
        let url: String
        let identity: String
        let versions: [String]
        let role: String
        let securityProfile: Int

        enum CodingKeys: String, CodingKey {
            case name, url, identity, versions, role
            case securityProfile = "security_profile"
        }
    }

    let site: String
    let timezone: String
    let meter: String?
    let evses: [EVSE]
    let circuits: [String]
    let backends: [Backend]

    init(_ configuration: SiteConfiguration) {
        site = configuration.site.name
        timezone = configuration.site.timezone
        meter = configuration.site.meter.map { "\($0.address)" }
        circuits = configuration.circuits.map(\.id)
        evses = configuration.evses.map {
            EVSE(
                id: $0.id, charger: "\($0.charger.address)", connector: $0.connectorType.rawValue,
                lowest_W: Double($0.limits.lower.milli) / 1_000, highest_W: Double($0.limits.upper.milli) / 1_000,
                phases: $0.phases.count)
        }
        backends = configuration.backends.map {
            Backend(
                name: $0.name, url: Self.withoutLogin($0.url), identity: $0.identity,
                versions: $0.versions.map(\.rawValue),
                role: $0.role.rawValue, securityProfile: $0.securityProfile)
        }
    }

    static func withoutLogin(_ url: String) -> String {
        guard let scheme = url.range(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@") else { return url }
        return String(url[..<scheme.upperBound]) + rest[rest.index(after: at)...]
    }
}
