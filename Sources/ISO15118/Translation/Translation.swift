// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIDIN
import EXIISO2
import EXIISO20
import Electricity

/// A peer's frame that is no message of the negotiated standard, or not one its side may send.
public enum TranslationError: Error, Equatable, Sendable {
    case exi(EXIError)
    case payloadType(PayloadType)
    /// A response where a request belongs, or the other way round; or a message without a body.
    case wrongDirection
}

/// What every answer of the station needs beside its own content.
struct StationHeader: Sendable {
    var sessionID: [UInt8]
    var time: WallTime
    var offer: StationOffer
    var standard: Standard
    /// Selected so far.
    var service: EnergyService?
    /// AC: those the car uses.
    var phases = 3
    var notice: Notice?
    var condition = Condition.idle
    var contracts: StationContracts?
    var schedules: [ScheduleTuple] = []
    /// The car's choice.
    var selected: UInt8?
    var isSideStream = false

    /// Rounded toward zero: less than the target rather than more.
    func currentPerPhase(_ power: Power) -> Current {
        let volts = offer.nominalVoltage * phases
        return volts > .zero ? Current(milli: power.milli * 1_000 / volts.milli) : .zero
    }

    /// The schemas want at least one, also beside “ongoing” and refusals.
    var offered: [ScheduleTuple] { schedules.isEmpty ? [.flat(offer.power, from: time)] : schedules }

    /// DC: what the station is up to.
    enum Condition: Hashable, Sendable { case idle, checkingCable, ready, shuttingDown, faulted }
}

/// What every request of the car needs beside its own content.
struct VehicleHeader: Sendable {
    var sessionID: [UInt8]
    var time: WallTime
    var soc: StateOfCharge
    var service: EnergyService
    /// Of a car with a contract: who signs what it says.
    var signer: VehicleSigner?
}

/// Between frames and the words of all standards together, both ways and for both sides.
enum Translation {
    static func request(
        _ frame: V2GTPFrame, _ standard: Standard
    ) throws(TranslationError) -> (sessionID: [UInt8], request: Request) {
        switch standard {
        case .din: try DINMessages.request(frame)
        case .iso2: try ISO2Messages.request(frame)
        case .iso20AC, .iso20DC: try ISO20Messages.request(frame)
        }
    }

    static func frame(_ reply: Reply, _ header: StationHeader) throws(EXIError) -> V2GTPFrame {
        switch header.standard {
        case .din: try DINMessages.frame(reply, header)
        case .iso2: try ISO2Messages.frame(reply, header)
        case .iso20AC, .iso20DC: try ISO20Messages.frame(reply, header)
        }
    }

    static func frame(
        _ request: Request, _ header: VehicleHeader, _ standard: Standard
    ) throws(EXIError) -> V2GTPFrame {
        switch standard {
        case .din: try DINMessages.frame(request, header)
        case .iso2: try ISO2Messages.frame(request, header)
        case .iso20AC, .iso20DC: try ISO20Messages.frame(request, header)
        }
    }

    static func answer(_ frame: V2GTPFrame, _ standard: Standard) throws(TranslationError) -> Answer {
        switch standard {
        case .din: try DINMessages.answer(frame)
        case .iso2: try ISO2Messages.answer(frame)
        case .iso20AC, .iso20DC: try ISO20Messages.answer(frame)
        }
    }

    /// What a backend gave for the car, put into the car's session.
    /// - Returns: nil if it is no answer to the wish; and whether it refuses, after which the session ends.
    static func relayed(
        _ message: [UInt8], _ wish: CertificateRequest, _ sessionID: [UInt8]
    ) -> (bytes: [UInt8], isFailure: Bool)? {
        switch wish.standard {
        case .din: nil
        case .iso2: ISO2Messages.relayed(message, wish.action, sessionID)
        case .iso20AC, .iso20DC: ISO20Messages.relayed(message, sessionID)
        }
    }

    static func decoded<Document: EXIBody>(
        _: Document.Type, _ frame: V2GTPFrame
    ) throws(TranslationError) -> Document {
        do throws(EXIError) { return try Document.decode(frame.payload) } catch { throw .exi(error) }
    }
}

enum ISO20Messages {
    static func header(_ sessionID: [UInt8], _ time: WallTime) -> ISO20.MessageHeader {
        ISO20.MessageHeader(sessionID: sessionID, timeStamp: UInt64(clamping: time.seconds))
    }
}
enum ISO2Messages {}
enum DINMessages {}
