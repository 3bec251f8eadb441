// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// A charging station as one backend sees it: what happened goes in, what is to be done comes out. It opens nothing, knows no
/// clock and no version of the wire: all of it is said in the words of OCPP 2.1, which the faces of the other versions
/// translate.
///
/// Each functional block keeps its state in a value of its own and answers its messages in an extension of this one.
package struct Station: Sendable {
    let setup: StationSetup
    var variables: DeviceModel
    var boot: BootProgress
    var network = NetworkUse()
    var reset: ResetProgress
    var reports = OutgoingReports()
    var monitoring: Monitoring
    var display: DisplayMessages
    var transfers = DataTransfers()
    /// Nil while connected.
    var offlineSince: Int64?
    /// What the connection speaks, or spoke last.
    var version = OCPPVersion.v21
    var evses: [EVSEState]
    var smart = SmartCharging()
    var authorization = Authorization()
    var availability = Availability()
    var reservations = Reservations()
    var tariffs = Tariffs()
    var metering = Metering()
    /// What waits for delivery.
    var queue = QueueState()
    /// Since when a transaction from before a restart waits for its EVSE to report.
    var interruptedSince: Instant?
    var security: Security
    var certificates: Certificates
    var firmware: FirmwareUpdates
    var logUpload: LogUpload?
    var bidirectional = Bidirectional()
    var der = DERControls()

    /// The time of the input that is being handled.
    var now: StationTime
    private var outputs: [StationOutput] = []
    private var chance: SplitMix64

    /// - Parameter kept: What `StationOutput.keep` said before the restart.
    package init(_ setup: StationSetup, kept: [String: [UInt8]], at now: StationTime) {
        self.setup = setup
        self.now = now
        chance = SplitMix64(state: setup.seed)
        variables = DeviceModel(setup, kept: kept)
        boot = BootProgress(kept: kept)
        reset = ResetProgress(kept: kept)
        monitoring = Monitoring(setup, kept: kept)
        display = DisplayMessages(kept: kept)
        evses = setup.evses.map(EVSEState.init)
        offlineSince = now.seconds
        authorization = Authorization(kept: kept)
        availability = Availability(setup, kept: kept)
        reservations = Reservations(kept: kept)
        tariffs = Tariffs(kept: kept)
        security = Security(kept: kept)
        certificates = Certificates(kept: kept, at: now.monotonic)
        firmware = FirmwareUpdates(kept: kept)
        logUpload = LogUpload(kept: kept, at: now.monotonic)
        takeConfiguredProfile(kept: kept)
        settleMonitors()
        restoreTransactions(kept)
        if firmware.hasRestarted { boot.reason = .firmwareUpdate }
        restoreProfiles(kept)
        restoreDERControls(kept)
        restoreLocks(kept)
        countTokens()
    }

    /// Takes one input and returns what is to be done about it, in this order.
    package mutating func handle(_ input: StationInput, at now: StationTime) -> [StationOutput] {
        self.now = now
        noteExchange(input)
        switch input {
        case .connected(let version): connect(version)
        case .disconnected: disconnect()
        case .asked(let id, let request): take(request, id)
        case .answered(let request, let response): take(response, to: request)
        case .failed(let request, let failure): take(failure, of: request)
        case .evse(let id, let report): take(report, of: id)
        case .done(let report): take(report)
        case .der(let evse, let condition): take(condition, of: evse)
        case .presented(let token, let evse): present(token, at: evse)
        case .contract(let token, let evse, let certificate, let hashes, let isVerified):
            presentContract(token, at: evse, certificate: certificate, hashes: hashes, isVerified: isVerified)
        case .limited(let evse, let limit): index(ofEVSE: evse).map { setDriverLimit($0, limit) }
        case .sessionStopped(let evse): index(ofEVSE: evse).map { stopByVehicle($0) }
        case .queue(let queue): self.queue = queue
        case .grid(let reading):
            metering.grid = reading
            bidirectional.grid.take(reading, at: now.monotonic)
        case .security(let event, let detail): raise(event, detail: detail)
        case .refused(let refusal): take(refusal)
        case .contractWanted(let evse, let request): relay(evse: evse, request)
        case .vehicleShowed(let evse, let chain): checkVehicle(evse: evse, chain)
        case .needs(let evse, let needs): take(needs, of: evse)
        case .plan(let evse, let plan): take(plan, of: evse)
        case .priorityCharging(let evse, let isWanted): takePriority(isWanted, at: evse)
        case .external(let signal): take(signal)
        case .tick: break
        }
        passTime()
        commandEVSEs()
        defer { outputs = [] }
        return outputs
    }

    /// When to come back with `.tick` at the latest; nil when nothing waits.
    package var deadline: Instant? {
        [
            boot.retryAt, heartbeatAt, resetAt, displayAt, monitoringAt, transactionDeadline, certificatesDeadline,
            firmwareDeadline, logUpload?.deadline, profileDeadline, derDeadline,
        ].compactMap(\.self).min()
    }

    // MARK: For the blocks

    mutating func emit(_ output: StationOutput) { outputs.append(output) }

    mutating func call(_ request: CSMSRequest, _ kind: CallClass = .volatile) {
        emit(.call(request, kind == .volatile && isQueued(request) ? .durable : kind))
    }

    /// A number nobody can guess from the last; only as good as the seed.
    mutating func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &chance) }

    /// An id of version 4 (RFC 9562), from the injected chance.
    mutating func newID() -> String {
        let high = chance.next() & ~0xf000 | 0x4000
        let low = chance.next() & ~(3 << 62) | 1 << 63
        let digits = hexadecimal(high) + hexadecimal(low)
        let cuts = [0, 8, 12, 16, 20, 32]
        return zip(cuts, cuts.dropFirst()).map { String(digits[$0..<$1]) }.joined(separator: "-")
    }

    func index(ofEVSE id: Int) -> Int? { evses.firstIndex { $0.id == id } }

    private mutating func connect(_ version: OCPPVersion) {
        self.version = version
        endProfileOutage()
        offlineSince = nil
        settleProofs()
        inspectKeys()
        beginBoot()
    }

    private mutating func disconnect() {
        offlineSince = now.seconds
        pauseBoot()
        abandonVehicles()
    }

    private mutating func take(_ report: EVSEReport, of id: Int) {
        guard let index = index(ofEVSE: id) else { return }
        let before = evses[index].report
        evses[index].report = report
        observe(index, before: before)
    }

    /// Everything that is due by now.
    private mutating func passTime() {
        advanceBoot()
        advanceReset()
        advanceDisplay()
        advanceTransactions()
        advanceCertificates()
        advanceFirmware()
        advanceLogUpload()
        advanceSecurity()
        advanceProfiles()
        advanceDERControls()
        // Last, since it watches what the others do.
        advanceMonitoring()
    }
}

/// What the station knows of one EVSE.
struct EVSEState: Sendable {
    let setup: StationSetup.EVSE
    var report = EVSEReport()
    var transaction: Transaction?
    /// What was said last.
    var command: EVSECommand?
    var conditions = TransactionConditions()
    /// Who may charge here.
    var grant: Grant?
    /// Until when a car must be plugged in.
    var connectBy: Instant?
    /// Whose cable is held at the station's side.
    var lockedFor: IdTokenType?
    /// Until when somebody pays for this EVSE on the web.
    var paidUntil: Instant?
    /// How far the charger is with DER controls.
    var der = DERCondition()
    /// The car that is plugged in has had its transaction.
    var isSpent = false
    /// What the display still tells of the transaction before.
    var farewell: Farewell?
    /// A token that was not accepted here, and until when the display says so.
    var refusal: (told: DriverView.Refusal, until: Instant)?
    /// What the backend has heard of the connector.
    var toldStatus: ConnectorStatusEnumType?
    var id: Int { setup.id }

    init(_ setup: StationSetup.EVSE) { self.setup = setup }
}

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).
struct SplitMix64: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// 16 digits, as a collection that can be cut by position.
private func hexadecimal(_ value: UInt64) -> [Character] {
    let digits = Array("0123456789abcdef")
    return (0..<16).map { digits[Int(value >> (60 - 4 * UInt64($0)) & 15)] }
}
