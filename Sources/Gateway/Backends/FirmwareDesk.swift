// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import ConfigurationFiles
import Electricity
import FileTransfer
import StationKeys
import StationWork
import TLS

/// What one backend's station has for firmware: the installer of the configuration, the keys that vouch for a file, the place where the
/// file lies meanwhile. Without one of them the station takes no firmware, and says so.
struct FirmwareDesk {
    private let installer: InstallerProgram?
    private let store: KeyStore?
    private let file: String?

    /// - Parameter file: Nil where nothing survives a restart.
    init(_ backend: SiteConfiguration.Backend, _ keys: BackendKeys, file: String?) {
        installer = backend.station.firmwareInstaller.map { InstallerProgram($0) }
        store = keys.store
        self.file = file
    }

    /// Whether there is somebody to install it.
    var isThere: Bool { installer != nil && store != nil && file != nil }

    /// - Parameter trusts: Whom the server may be vouched for by.
    func work(trusting trusts: [TLSTrust]) -> FirmwareWork? {
        guard let installer, let store, let file else { return nil }
        return FirmwareWork(FileTransfer(trusting: trusts), store, installer, file: file)
    }
}
