// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118

/// A paused session whose car may come back to it, until then.
package struct WaitingSession: Hashable, Sendable {
    package var session: PausedSession
    package var until: Instant

    package init(_ session: PausedSession, until: Instant) { (self.session, self.until) = (session, until) }

    /// nil once the time has passed.
    func session(at now: Instant) -> PausedSession? { now < until ? session : nil }
}
