// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    func transactionKey(_ index: Int) -> String { "transaction/\(evses[index].id)" }

    mutating func keepTransaction(_ index: Int) {
        evses[index].transaction?.keptAt = now.seconds
        guard let transaction = evses[index].transaction else { return }
        emit(.keep(key: transactionKey(index), TransactionRecord(transaction).keptBytes))
        keepAccount(index)
    }

    /// A car that stays plugged in after its transaction begins no other after a restart either.
    mutating func keepPlugged(_ index: Int) {
        let isSpent = evses[index].conditions.isConnected && evses[index].transaction == nil
        guard isSpent != evses[index].isSpent else { return }
        evses[index].isSpent = isSpent
        emit(.keep(key: "plugged/\(evses[index].id)", isSpent ? Array("1".utf8) : nil))
    }

    /// Reads back what ran when the station stopped. What becomes of it is decided with the first report of its EVSE.
    mutating func restoreTransactions(_ kept: [String: [UInt8]]) {
        for index in evses.indices {
            if kept["plugged/\(evses[index].id)"] != nil {
                evses[index].isSpent = true
                evses[index].conditions.isConnected = true
            }
            guard var transaction = TransactionRecord(keptBytes: kept[transactionKey(index)])?.transaction else {
                continue
            }
            let collected = restoredSamples(kept, evses[index].id)
            let before = transaction.sampling.before
            transaction.sampling = TransactionSampling(restoring: collected, stride: transaction.sampling.stride)
            transaction.sampling.before = before
            evses[index].transaction = transaction
            restoreAccount(index, kept)
            let driver = Driver(keptBytes: kept[driverKey(index)])
            evses[index].transaction?.driver = driver
            evses[index].conditions = transaction.conditions
            evses[index].grant =
                transaction.conditions.isAuthorized
                ? Grant(idToken: transaction.idToken, groupIdToken: transaction.groupIdToken) : nil
            interruptedSince = now.monotonic
        }
    }

    private func restoredSamples(_ kept: [String: [UInt8]], _ evse: Int) -> [TransactionSampling.Collected] {
        let prefix = "transaction-sample/\(evse)/"
        return kept.compactMap { key, bytes in
            guard key.hasPrefix(prefix), let number = Int(key.dropFirst(prefix.count)),
                let value = MeterValueType(keptBytes: bytes)
            else { return nil }
            return TransactionSampling.Collected(key: number, value: value)
        }.sorted { $0.key < $1.key }
    }

    // MARK: E17

    /// E17.FR.10 and E17.FR.20: goes on with a transaction whose interruption was short, otherwise ends it. The
    /// interruption is counted from the last moment that was kept, which is no later than the true one. E17.FR.02.
    mutating func resumeOrEnd(_ index: Int) {
        guard let transaction = evses[index].transaction, transaction.isInterrupted else { return }
        evses[index].transaction?.isInterrupted = false
        let timeout = Int64(variables.integer(TransactionVariables.resumptionTimeout) ?? 0)
        // After a reset that asked for it, whatever time it took (B13.FR.23).
        let isShort = timeout > 0 && now.seconds - transaction.keptAt <= timeout
        guard isShort || reset.resumesAfterRestart else { return endInterrupted(index) }
        resume(index)
    }

    /// E17.FR.21, E17.FR.22.
    private mutating func endInterrupted(_ index: Int) {
        endTransaction(
            index, stopped: boot.reason == .powerUp ? .powerLoss : .reboot, because: .abnormalCondition)
    }

    /// E17.FR.11, E17.FR.12, E17.FR.13, E17.FR.14, E17.FR.15, E17.FR.16, E17.FR.17, E17.FR.18: in the state before;
    /// energy only if that is allowed, and then not everywhere at the same time.
    private mutating func resume(_ index: Int) {
        let wasCharging =
            evses[index].transaction?.chargingState == .charging || reset.chargedBefore.contains(evses[index].id)
        // The car that left meanwhile ends the transaction as usual, or lets it wait (E17.FR.16, E17.FR.17).
        let isConnected = evses[index].report.connector != .available
        if evses[index].conditions.isAuthorized, isConnected, wasCharging { withholdAtResumption(index) }
        if !isConnected { observe(index, before: evses[index].report) }
        guard evses[index].transaction != nil else { return }
        evses[index].conditions.isTransferring = Self.transfers(evses[index].report.flow)
        refreshAuthorization(index)
        beginSampling(index)
        sendEvent(.updated, index, because: .txResumed)
        if isConnected { observe(index, before: evses[index].report) }
    }

    private mutating func withholdAtResumption(_ index: Int) {
        guard variables.flag(TransactionVariables.resumesTransfer) else {
            evses[index].transaction?.holds.insert(.resumption)
            return
        }
        let range = variables.integer(TransactionVariables.resumptionRange) ?? 0
        guard range > 0 else { return }
        evses[index].transaction?.holds.insert(.resumption)
        let until = now.seconds + Int64(draw(0...range))
        evses[index].transaction?.heldUntil = until
    }

    /// Lets energy flow again when its time has come, and ends what no EVSE reports on.
    mutating func advanceResumption() {
        for index in evses.indices {
            if let until = evses[index].transaction?.heldUntil, now.seconds >= until {
                evses[index].transaction?.heldUntil = nil
                evses[index].transaction?.holds.remove(.resumption)
                refreshAuthorization(index)
                keepTransaction(index)
            }
        }
        keepAlive()
        guard let since = interruptedSince, now.monotonic - since >= .seconds(Self.secondsForReports) else { return }
        interruptedSince = nil
        for index in evses.indices where evses[index].transaction?.isInterrupted == true {
            evses[index].transaction?.isInterrupted = false
            endInterrupted(index)
        }
    }

    /// How long an EVSE may be silent after a restart before its transaction is given up.
    static let secondsForReports = 120

    /// Notes that the station is alive, at most four times in the time for which a transaction may be interrupted.
    private mutating func keepAlive() {
        guard let pause = alivePause else { return }
        for index in evses.indices {
            guard let transaction = evses[index].transaction, !transaction.isInterrupted,
                now.seconds - transaction.keptAt >= pause
            else { continue }
            keepTransaction(index)
        }
    }

    private var alivePause: Int64? {
        let timeout = variables.integer(TransactionVariables.resumptionTimeout) ?? 0
        return timeout > 0 ? Int64(max(15, timeout / 4)) : nil
    }

    var resumptionDeadline: Instant? {
        let held = evses.compactMap { $0.transaction?.heldUntil }
        let alive = alivePause.map { pause in
            evses.compactMap { $0.transaction?.isInterrupted == false ? $0.transaction?.keptAt : nil }.map {
                $0 + pause
            }
        }
        let walls = (held + (alive ?? [])).map { now.monotonic + .seconds(Int(min(max(0, $0 - now.seconds), 1 << 30))) }
        return (walls + [interruptedSince.map { $0 + .seconds(Self.secondsForReports) }].compactMap(\.self)).min()
    }
}
