// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Glibc

/// What the system says of itself.
package enum SystemFacts {
    /// Names this run of the system, `3b0b7d9c-1f0e-4c6e-9a54-0d6c1f1f7d11`; nil where it is not told.
    package static func bootID() -> String? {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }

    /// Whether the time of day is kept by a time service (adjtimex(2)); a clock that runs free may be hours off.
    package static func clockIsSynchronised() -> Bool {
        sluice_clock_is_synchronised() != 0
    }
}
