// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Glibc

/// How many files the process may have open.
package enum DescriptorLimit {
    /// Lowers the soft limit, so that no descriptor can be too large for select(), which libmodbus waits with. Call it
    /// before anything is opened.
    /// - Parameter limit: The number of descriptors; the largest one is then `limit - 1`.
    /// - Returns: The limit in force, which may have been lower before.
    @discardableResult
    package static func cap(at limit: Int = 1_024) throws(SystemFault) -> Int {
        var limits = rlimit()
        guard getrlimit(resource, &limits) == 0 else { throw SystemFault("read the limit of open files") }
        guard limits.rlim_cur > rlim_t(limit) else { return Int(limits.rlim_cur) }
        limits.rlim_cur = rlim_t(limit)
        guard setrlimit(resource, &limits) == 0 else { throw SystemFault("limit open files to \(limit)") }
        return limit
    }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
