// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension OCPPObject {
    /// As the station keeps it through a restart.
    var keptBytes: [UInt8] {
        var writer = PayloadWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Nil for what was not kept, or cannot be read any more.
    init?(keptBytes bytes: [UInt8]?) {
        guard let bytes else { return nil }
        var reader = PayloadReader(bytes, version: .v21)
        do { self = try Self(from: &reader) } catch { return nil }
    }
}
