// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import OCPP21

extension KeyStore {
    /// Carries out what a station wants of its keys.
    /// - Returns: What it is told about it, and a line for the log where something of our own failed.
    package func carryOut(_ task: KeyTask, at now: WallTime) -> (report: KeyReport?, notice: String?) {
        do throws(KeyFault) {
            return (try report(on: task, at: now), nil)
        } catch {
            return (failure(of: task, error), error.isOurs ? "\(error)" : nil)
        }
    }

    private func report(on task: KeyTask, at now: WallTime) throws(KeyFault) -> KeyReport? {
        switch task {
        case .makeKey(let purpose, let subject):
            let request = try makeKey(for: purpose, subject)
            return .keyMade(purpose, request: request, root: try signingRoot(for: purpose))
        case .adopt(let reply, let purpose, let chain, let name):
            try adopt(chain, for: purpose, commonName: name, at: now)
            return .adopted(reply: reply, purpose, reason: nil)
        case .settleStationCertificate(let keepsRenewed): try settleStationCertificate(keepsRenewed: keepsRenewed)
        case .install(let reply, let use, let text, let replaces, let most):
            try install(text, as: use, replaces: replaces, most: most, at: now)
            return .installed(reply: reply, .accepted, use, reason: nil)
        case .delete(let reply, let hash, let keepsLastRoot):
            switch try delete(hash, keepsLastRoot: keepsLastRoot) {
            case .deleted: return .deleted(reply: reply, .accepted, reason: nil)
            case .notFound: return .deleted(reply: reply, .notFound, reason: nil)
            case .refused(let reason): return .deleted(reply: reply, .failed, reason: reason)
            }
        case .list(let reply, let kinds): return .listed(reply: reply, try list(kinds))
        case .dropFormerRoot: try dropFormerRoot()
        case .inspect: return .inspected(try inventory(at: now))
        case .keepStatus(let request, let result): try keepStatus(request, result, at: now)
        }
        return nil
    }

    private func failure(of task: KeyTask, _ fault: KeyFault) -> KeyReport? {
        switch task {
        case .makeKey(let purpose, _): .keyMade(purpose, request: nil, root: nil, reason: "\(fault)")
        case .adopt(let reply, let purpose, _, _): .adopted(reply: reply, purpose, reason: "\(fault)")
        // M05.FR.03 is our own failure, M05.FR.06, M05.FR.07 are the certificate's.
        case .install(let reply, let use, _, _, _):
            .installed(reply: reply, fault.isOurs ? .failed : .rejected, use, reason: "\(fault)")
        case .delete(let reply, _, _): .deleted(reply: reply, .failed, reason: "\(fault)")
        case .list(let reply, _): .listed(reply: reply, [])
        case .settleStationCertificate, .dropFormerRoot, .inspect, .keepStatus: nil
        }
    }
}
