// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Why the daemon's answer did not arrive, or what it refused. The description is meant for people.
package enum APIClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nobody listens there.
    case unreachable(ListenAddress, reason: String)
    case silent(ListenAddress, waited: Interval)
    /// The daemon said no; the problem carries the HTTP status.
    case refused(APIProblem)
    case tooLarge(limit: Int)
    /// Something answers, but not as Sluice does.
    case notUnderstood(ListenAddress, what: String)

    package var description: String {
        switch self {
        case .unreachable(let address, let reason):
            "No Sluice daemon answers at \(address) (\(reason)). Is it running? See `systemctl status sluice`, or start "
                + "`sluice demo`; another address is chosen with --api."
        case .silent(let address, let waited):
            "The daemon at \(address) did not answer within \(waited). Its journal may say why: `journalctl -u sluice`."
        case .refused(let problem): problem.description
        case .tooLarge(let limit): "The answer is larger than \(limit) bytes, which no Sluice daemon sends."
        case .notUnderstood(let address, let what):
            "What answers at \(address) does not speak like Sluice: \(what). Is it another program, or another version?"
        }
    }

    /// Whether the daemon could not be reached at all: exit code 69 for a command line.
    package var isUnavailable: Bool {
        switch self {
        case .unreachable, .silent: true
        case .refused(let problem): problem.status == 503
        case .tooLarge, .notUnderstood: false
        }
    }
}
