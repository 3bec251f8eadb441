// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP

extension OCPPObject {
    /// As it is remembered through a restart.
    var keptBytes: [UInt8] {
        var writer = PayloadWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Nil for what another version of this program remembered in another shape.
    init?(keptBytes: [UInt8]?) {
        guard let keptBytes else { return nil }
        var reader = PayloadReader(keptBytes, version: .v21)
        guard let value = try? Self(from: &reader) else { return nil }
        self = value
    }
}
