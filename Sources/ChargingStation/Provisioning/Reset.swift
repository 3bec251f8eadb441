// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Resets a backend has asked for and that wait, or are on their way (B11 to B13).
struct ResetProgress: Equatable, Sendable {
    struct Wish: Equatable, Sendable {
        enum Step: Equatable, Sendable {
            /// For the transactions to end.
            case waitingForIdle
            /// For the answer and the last events to leave; what does not is on disk.
            case leaving(at: Instant)
            case underWay
        }
        /// Nil is the station.
        var evse: Int?
        var reason: BootReasonEnumType
        var step: Step
        var resumes = false
        /// The EVSEs where energy flowed before it.
        var charging: [Int] = []
        var retriesLeft: Int
    }
    static let resumeKey = "reset/resume"
    static let grace = Interval.seconds(2)
    static let retryPause = Interval.seconds(10)

    var wishes: [Wish] = []
    /// Whether the transactions that run go on after the restart whatever time it took (B13.FR.23).
    let resumesAfterRestart: Bool
    /// The EVSEs where energy flowed before that restart (B13.FR.24, B13.FR.25).
    let chargedBefore: Set<Int>

    init(kept: [String: [UInt8]] = [:]) {
        let charging = kept[Self.resumeKey]
        resumesAfterRestart = charging != nil
        chargedBefore = Set(
            String(decoding: charging ?? [], as: UTF8.self).split(separator: ",").compactMap { Int($0) })
    }
}

extension Station {
    /// B11.FR.01.
    mutating func answer(_ request: ResetRequest) -> ResetResponse {
        if let refusal = refusal(of: request) { return ResetResponse(status: .rejected, statusInfo: refusal) }
        guard !reset.wishes.contains(where: { $0.evse == request.evseId && $0.step == .underWay }) else {
            return ResetResponse(status: .accepted)
        }
        reset.wishes.removeAll { $0.evse == request.evseId }
        switch request.type {
        case .immediate: return resetNow(request)
        case .immediateAndResume: return resetAndResume(request)
        case .onIdle: return resetOnIdle(request)
        }
    }

    private func refusal(of request: ResetRequest) -> StatusInfoType? {
        // Another backend is in charge.
        guard setup.role == .inCharge else { return StatusInfoType(reasonCode: "NotEnabled") }
        if let id = request.evseId {
            guard let index = index(ofEVSE: id) else { return StatusInfoType(reasonCode: "UnknownEvse") }
            guard evses[index].setup.canReset else {  // B11.FR.09, B12.FR.09
                return StatusInfoType(
                    reasonCode: "UnsupportedRequest", additionalInfo: "Only the whole station resets.")
            }
        }
        if request.type == .immediateAndResume, (variables.integer(TransactionVariables.resumptionTimeout) ?? 0) <= 0
        {  // B13.FR.01
            return StatusInfoType(reasonCode: "UnsupportedParam", additionalInfo: "TxResumptionTimeout is 0.")
        }
        guard request.type != .onIdle else { return nil }
        return reasonAgainstReset.map { StatusInfoType(reasonCode: "FwUpdateInProgress", additionalInfo: $0) }
    }

    /// B12.FR.02, B12.FR.04, B12.FR.08; without transactions B11.FR.03, B11.FR.08.
    private mutating func resetNow(_ request: ResetRequest) -> ResetResponse {
        endTransactions(evse: request.evseId, stopped: .immediateReset, because: .resetCommand)
        leave(request, .remoteReset)
        return ResetResponse(status: .accepted)
    }

    /// B13.FR.02, B13.FR.03, B13.FR.04.
    private mutating func resetAndResume(_ request: ResetRequest) -> ResetResponse {
        let running = evses.filter { (request.evseId ?? $0.id) == $0.id && $0.transaction != nil }.map(\.id)
        for evse in running { updateTransaction(evse: evse, because: .resetCommand) }
        leave(request, .remoteReset, resumes: !running.isEmpty)
        for evse in running { holdBack(evse) }
        return ResetResponse(status: .accepted)
    }

    /// Energy stops until the reset is over (B13.FR.10, B13.FR.20).
    private mutating func holdBack(_ evse: Int) {
        guard let index = index(ofEVSE: evse), let last = reset.wishes.indices.last else { return }
        if evses[index].transaction?.chargingState == .charging { reset.wishes[last].charging.append(evse) }
        evses[index].transaction?.holds.insert(.reset)
        refreshAuthorization(index)
    }

    /// Scheduled while a transaction runs or something else is busy (B12.FR.01, B11.FR.07).
    private mutating func resetOnIdle(_ request: ResetRequest) -> ResetResponse {
        guard hasTransaction(evse: request.evseId) || reasonAgainstReset != nil else {
            leave(request, .remoteReset)
            return ResetResponse(status: .accepted)
        }
        reset.wishes.append(
            .init(
                evse: request.evseId, reason: .scheduledReset, step: .waitingForIdle, retriesLeft: resetRetries))
        return ResetResponse(status: .scheduled)
    }

    private mutating func leave(_ request: ResetRequest, _ reason: BootReasonEnumType, resumes: Bool = false) {
        reset.wishes.append(
            .init(
                evse: request.evseId, reason: reason, step: .leaving(at: now.monotonic + ResetProgress.grace),
                resumes: resumes, retriesLeft: resetRetries))
    }

    private var resetRetries: Int { variables.integer(ProvisioningVariables.resetRetries) ?? 0 }

    // MARK: Carrying it out

    mutating func advanceReset() {
        for index in reset.wishes.indices {
            switch reset.wishes[index].step {
            case .waitingForIdle:  // B12.FR.03, B12.FR.07
                guard !hasTransaction(evse: reset.wishes[index].evse), reasonAgainstReset == nil else { continue }
                reset.wishes[index].step = .leaving(at: now.monotonic + ResetProgress.grace)
            case .leaving(let at):
                guard now.monotonic >= at else { continue }
                reset.wishes[index].step = .underWay
                begin(reset.wishes[index])
            case .underWay: continue
            }
        }
    }

    /// B11.FR.03, B11.FR.08, B12.FR.05, B13.FR.11, B13.FR.21.
    private mutating func begin(_ wish: ResetProgress.Wish) {
        if wish.evse == nil {
            rememberBootReason(wish.reason)  // B11.FR.04
            raise(.resetOrReboot, detail: wish.reason.word)
            let charging = wish.charging.map(String.init).joined(separator: ",")
            emit(.keep(key: ResetProgress.resumeKey, wish.resumes ? Array(charging.utf8) : nil))
        }
        emit(.host(.reset(evse: wish.evse)))
    }

    /// An EVSE is there again; or what was to be reset did not, which is tried again `ResetRetries` times.
    mutating func resetEnded(evse: Int?, succeeded: Bool) {
        guard let index = reset.wishes.firstIndex(where: { $0.evse == evse && $0.step == .underWay }) else { return }
        let wish = reset.wishes[index]
        if !succeeded, wish.retriesLeft > 0 {
            reset.wishes[index].retriesLeft -= 1
            reset.wishes[index].step = .leaving(at: now.monotonic + ResetProgress.retryPause)
            return
        }
        reset.wishes.remove(at: index)
        if !succeeded { giveUpReset(evse: evse) }
        if wish.resumes { resume(wish) }
        reportChangedConnectors()
    }

    /// B13.FR.12, B13.FR.30; the energy that flowed before flows again only if that is allowed (B13.FR.13, B13.FR.14).
    private mutating func resume(_ wish: ResetProgress.Wish) {
        for index in evses.indices where evses[index].transaction?.holds.remove(.reset) != nil {
            let id = evses[index].id
            if wish.charging.contains(id), !variables.flag(TransactionVariables.resumesTransfer) {
                evses[index].transaction?.holds.insert(.resumption)
            }
            refreshAuthorization(index)
            updateTransaction(evse: id, because: .txResumed)
        }
    }

    private mutating func giveUpReset(evse: Int?) {
        emit(.notice("The reset of \(evse.map { "EVSE \($0)" } ?? "the station") failed and is not tried again."))
        guard evse == nil else { return }
        emit(.keep(key: BootProgress.reasonKey, nil))
        emit(.keep(key: ResetProgress.resumeKey, nil))
    }

    var resetAt: Instant? {
        reset.wishes.compactMap { if case .leaving(let at) = $0.step { at } else { nil } }.min()
    }

    // MARK: For the other blocks

    /// Whether something new may start there; not while a reset waits for what runs to end.
    func awaitsReset(evse: Int) -> Bool { reset.wishes.contains { $0.evse == nil || $0.evse == evse } }

    /// Whether energy has to stop there, because the EVSE or the station goes down in a moment (B13.FR.10, B13.FR.20).
    func isGoingDown(evse: Int) -> Bool {
        reset.wishes.contains { ($0.evse == nil || $0.evse == evse) && $0.step != .waitingForIdle }
    }

    /// What makes a reset impossible now other than a transaction (B11.FR.06, B12.FR.10).
    var reasonAgainstReset: String? {
        switch firmware.current?.phase {
        case .installing, .rebooting, .confirming: "Firmware is being installed."
        case .begun, .scheduled, .downloading, .pausing, .verifying, .waiting, .installed, .ended, nil: nil
        }
    }
}
