// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import ConfigurationFiles
import Electricity
import Foundation
import Logging
import OCPP21
import StationKeys
import TLS

/// The keys and certificates of one backend's station: what the backend has installed goes before the files of the
/// configuration.
struct BackendKeys {
    let store: KeyStore?
    private let backend: SiteConfiguration.Backend
    private let logger: Logger

    /// - Parameter folder: Nil keeps none: nothing can be installed then.
    init(folder: String?, _ backend: SiteConfiguration.Backend, logger: Logger) {
        (self.backend, self.logger) = (backend, logger)
        var opened: KeyStore?
        if let folder {
            do throws(KeyFault) {
                let store = try KeyStore(at: folder)
                try Self.take(backend.trustFile, into: store)
                opened = store
            } catch { logger.error("\(error) Nothing can be installed by the backend.") }
        }
        store = opened
    }

    /// The authority of the configuration is the first root, so that a backend that installs another does not lose this one.
    private static func take(_ trustFile: String?, into store: KeyStore) throws(KeyFault) {
        guard store.trustFile(former: false) == nil, let trustFile,
            let text = try? String(contentsOfFile: trustFile, encoding: .utf8)
        else { return }
        try store.install(
            text, as: .csmsRootCertificate, replaces: false, most: 100, at: StationTime.now().wall)
    }

    func identity(_ credentials: Credentials) -> TLSIdentity? {
        if let file = store?.identityFile(renewed: credentials.usesRenewedCertificate) {
            return TLSIdentity(certificateFile: file, keyFile: file)
        }
        guard case .certificate(let file, let key) = backend.proof else { return nil }
        return TLSIdentity(certificateFile: file, keyFile: key)
    }

    func trust(_ credentials: Credentials) -> TLSTrust {
        (store?.trustFile(former: credentials.usesFormerRoot) ?? backend.trustFile).map { .file($0) } ?? .system
    }

    func carryOut(_ task: KeyTask) -> KeyReport? {
        guard let store else { return task.refusal(backend) }
        let (report, notice) = store.carryOut(task, at: StationTime.now().wall)
        if let notice { logger.error("\(notice)") }
        guard case .inspected(var inventory)? = report else { return report }
        let configured = KeyInventory(backend)
        inventory.hasCSMSRoot = inventory.hasCSMSRoot || configured.hasCSMSRoot
        inventory.hasStationCertificate = inventory.hasStationCertificate || configured.hasStationCertificate
        return .inspected(inventory)
    }
}
