// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import Electricity

/// What the owner of a station's session tells it.
public enum StationInput: Hashable, Sendable {
    /// Until then the car is told to wait.
    case authorisation(Authorisation)
    case insulation(Insulation)
    case contactors(ContactorState)
    /// At the converter's output (DC).
    case charger(voltage: Voltage, current: Current)
    /// What shall flow, positive toward the car. It is narrowed to what car and station can.
    case target(Power)
    case meter(MeterReading)
    /// What a car may choose between, at most three; the first is chosen by one that does not. Nothing: all there is.
    case schedules([ScheduleTuple])
    /// To be said in the answers until the car obeys; nil takes it back.
    case ask(Notice?)
    /// What came of `.certificate`.
    case certificate(CertificateResult)
    /// The end at once: an emergency stop, the plug drawn, the daemon going down.
    case stop

    public enum Authorisation: Hashable, Sendable {
        case pending, waitingForCustomer, granted, refused
        /// Of a contract, with the reason the car hears.
        case contractRefused(ContractRefusal)
    }
    public enum Insulation: Hashable, Sendable { case unknown, valid, faulty }
    public enum ContactorState: Hashable, Sendable { case open, closed }
}

/// What a station's session wants done.
public enum StationOutput: Equatable, Sendable {
    case send(V2GTPFrame)
    /// Ask whoever decides whether this car may charge; answered by `.authorisation`.
    case authorise(vehicle: String)
    /// The same for a car that pays by contract. Its signature is still to come.
    case authoriseContract(Contract)
    /// Ask the backend for a contract certificate; answered by `.certificate`.
    case certificate(CertificateRequest)
    /// The car has chosen these services beside charging, and no others.
    case select([ChosenService])
    /// The car has signed for what the meter showed.
    case receipt(MeterReading)
    /// The car wants to know what it may draw and deliver when; answered by `.schedules`. It waits for that.
    case schedules(EVNeeds)
    /// How the car will charge.
    case profile(PowerProfile)
    /// DC: test the insulation of cable and inlet; answered by `.insulation`.
    case checkCable
    /// Answered by `.contactors`.
    case contactors(StationInput.ContactorState)
    /// DC: what the converter shall do until told otherwise.
    case operate(OperatingPoint)
    /// What the car needs and can has changed.
    case need(EVNeeds)
    /// Nothing follows. The connection is closed after what was sent.
    case end(StationEnd)
}

public enum OperatingPoint: Hashable, Sendable {
    case off
    /// Raise the output to the battery's voltage without current that matters.
    case preCharge(Voltage)
    /// The car controls: this current, up to this voltage. Negative discharges.
    case current(Current, upTo: Voltage)
    /// The station controls: this power within what the car bears.
    case power(Power, current: CurrentLimits, lowest: Voltage, highest: Voltage)
}

public enum StationEnd: Equatable, Sendable {
    case finished
    case paused(PausedSession)
    case byOwner
    case disconnected
    /// Nothing came in time.
    case silent
    /// The car asked for what it may not have, or out of order.
    case refused(ReplyCode, Request.Kind)
    case unsupported(String)
    case noCommonProtocol
    case notV2GTP(V2GTPError)
    case notUnderstood(TranslationError)
    /// An answer of ours that the schema cannot express: the offer is wrong.
    case inexpressible(EXIError)
}
