// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import ConfigurationFiles
import Electricity
import LinuxIO
import LocalAPI
import Logging
import StationStore

/// What the station hears of the site, and what it orders there.
extension BackendDesk {
    func carryOut(_ command: EVSECommand, evse id: Int) {
        guard backend.role == .inCharge, let index = evseIDs.firstIndex(of: id) else { return }
        do throws(APIProblem) {
            let now = MonotonicClock.now()
            try orders.carryOut(command, backend: place, evse: index, at: now)
            der.follow(command.reactive, backend: place, evse: index)
            if let heardAt { state.ordered(after: MonotonicClock.now() - heardAt) }
        } catch { logger.error("EVSE \(id) does not hear the backend: \(error.error)") }
    }

    /// Tells the station what is going on: changes at once, the rest once a second.
    func look() {
        let now = MonotonicClock.now()
        state.isAlive(at: now)
        let isTurn = now - renewedAt >= .seconds(1)
        for index in evseIDs.indices {
            let report = site.report(index, at: now)
            guard now - saidAt[index] >= .seconds(1) || said[index].map({ $0.differsInKind(from: report) }) ?? true
            else {
                continue
            }
            (said[index], saidAt[index]) = (report, now)
            inputs.append(.evse(evseIDs[index], report))
        }
        for index in evseIDs.indices {
            guard let condition = der.condition(evse: index), condition != conditions[index] else { continue }
            conditions[index] = condition
            inputs.append(.der(evse: evseIDs[index], condition))
        }
        for source in [ExternalSignal.Source.grid, .energyManager] {
            let imposed = site.imposed(by: source, at: now)
            guard external[source, default: ToldLimits()].update(imposed, beside: site.building, at: now) else {
                continue
            }
            let left = external[source]?.left
            inputs.append(.external(ExternalSignal(source: source, limits: left, isHeldBelow: true)))
        }
        if isTurn {
            renewedAt = now
            inputs.append(.grid(site.grid(at: now)))
            do throws(APIProblem) { try orders.renew(backend: place, at: now) } catch { logger.error("\(error.error)") }
        }
        work()
        if isTurn { outbox.commit(now: true) }
    }
}

extension EVSEReport {
    /// Whether something happened that the station acts upon at once.
    func differsInKind(from other: EVSEReport) -> Bool {
        connector != other.connector || flow != other.flow || faults != other.faults || evccID != other.evccID
            || (imported == nil) != (other.imported == nil)
    }
}
