// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Glibc

/// Where messages for people go.
package enum StandardError {
    /// One line, at once and in one piece; what cannot be written is lost.
    package static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
