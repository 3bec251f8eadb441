// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials

/// What the API needs of the daemon. The daemon implements it; the API never reaches past it.
package protocol GatewayPort: Sendable {
    func status() async throws(APIProblem) -> SiteStatus
    /// A status whenever something worth seeing changed, at least once a second. Each call begins a new sequence, which
    /// ends when the daemon stops. A slow reader may miss some; the newest is what counts.
    func statusUpdates() -> AsyncStream<SiteStatus>

    /// - Parameter language: That the reader asks for; nil leaves it to the driver and the station.
    /// - Throws: 404 for an EVSE that does not exist, and where no display is configured.
    func display(evse: Int, language: String?) async throws(APIProblem) -> DriverDisplay
    /// As `statusUpdates`; empty where `display` throws.
    func displayUpdates(evse: Int, language: String?) -> AsyncStream<DriverDisplay>

    /// - Parameters:
    ///   - evse: nil for every EVSE.
    ///   - time: nil for the last decision.
    /// - Throws: 404 for an EVSE that does not exist or a time that is not remembered.
    func why(evse: Int?, at time: Date?) async throws(APIProblem) -> [Explanation]

    /// - Parameters:
    ///   - evse: nil for the sum over the site.
    ///   - duration: nil until it is released.
    func setSetpoint(_ power: Power, evse: Int?, for duration: Interval?) async throws(APIProblem) -> Acknowledgement
    func releaseSetpoint(evse: Int?) async throws(APIProblem) -> Acknowledgement

    /// Somebody shows a token at an EVSE; what the backend says of it shows in the status.
    /// - Parameter type: As OCPP names it: `ISO14443`, `eMAID`, `KeyCode`, …
    func present(token: String, type: String, evse: Int) async throws(APIProblem) -> Acknowledgement

    /// An operator instruction entered by hand.
    /// - Parameter size: Zero or more, in the direction named.
    func setLimit(
        _ direction: LimitDirection, to size: Power, for duration: Interval?
    ) async throws(APIProblem) -> Acknowledgement
    /// - Parameter direction: nil for both.
    func releaseLimit(_ direction: LimitDirection?) async throws(APIProblem) -> Acknowledgement

    /// What the grid operator says through a channel of its own.
    func instruct(_ instruction: OperatorInstruction) async throws(APIProblem) -> Acknowledgement
    /// - Throws: 409 where the agreement has no flexible part.
    func flexibleCapacity() async throws(APIProblem) -> FlexibleStatus
    /// - Throws: 409 where the agreement has no operating envelope.
    func operatingEnvelope() async throws(APIProblem) -> EnvelopeStatus

    /// The record between two times, in pieces, each whole lines.
    /// - Throws: 409 where no record is kept.
    func evidence(from: Date, to: Date, format: EvidenceFormat) throws(APIProblem) -> any EvidencePieces
    /// Whether the record is whole.
    func verifyEvidence() async throws(APIProblem) -> EvidenceVerification

    func metrics() async -> [Metric]
    /// Whether the process works at all: false makes a supervisor restart it.
    func health() async -> Condition
    /// Whether the site is under control: devices found, first decision taken.
    func readiness() async -> Condition
}

/// Good, or not good with the reason for people.
package enum Condition: Hashable, Sendable {
    case good
    case bad(String)
}

/// What the API needs of simulated parts. Mounted under `/bench` only where there are some.
package protocol BenchPort: Sendable {
    /// Every device with its state, for people and test drivers.
    func state() async throws(APIProblem) -> JSONValue
    /// - Parameters:
    ///   - device: nil where the verb needs none or the bench has only one that fits.
    ///   - parameters: As typed, quantities with their unit: `["frequency": "50.2 Hz"]`.
    func perform(
        _ verb: BenchVerb, device: String?, parameters: [String: String]
    ) async throws(APIProblem) -> Acknowledgement
}

/// What can be done to simulated parts.
package enum BenchVerb: String, Codable, CaseIterable, Sendable {
    case plugIn = "plug-in"
    case plugOut = "plug-out"
    case swipe, pause, resume, fault
    case clearFault = "clear-fault"
    case disconnectBackend = "disconnect-backend"
    case reconnectBackend = "reconnect-backend"
    case cutMeter = "cut-meter"
    case restoreMeter = "restore-meter"
    case grid, load, soc
    case externalLimits = "external-limits"
    case externalSetpoint = "external-setpoint"
}
