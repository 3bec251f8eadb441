// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Synchronization

/// One simulated site behind a lock, for the threads of a daemon or a bench: each access first moves the site to the
/// caller's `now`. A `now` behind the site's own finds the site where it is.
package final class SharedSite: Sendable {
    private let site: Mutex<SimulatedSite>

    package init(_ site: sending SimulatedSite) { self.site = Mutex(site) }

    package func access<Result: Sendable>(
        at now: Instant, _ body: (inout SimulatedSite) -> Result
    ) -> Result {
        site.withLock { site in
            site.advance(to: now)
            return body(&site)
        }
    }

    package func perform(_ verb: SiteAction, at now: Instant) throws(BenchRefused) {
        let refusal: BenchRefused? = access(at: now) { site in
            do throws(BenchRefused) {
                try site.perform(verb, at: now)
                return nil
            } catch {
                return error
            }
        }
        if let refusal { throw refusal }
    }
}
