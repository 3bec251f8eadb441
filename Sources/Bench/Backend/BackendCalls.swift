// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP

/// What the short commands are in each version.
struct BackendCalls: Sendable {
    let version: OCPPVersion
    /// The transactions that run, by EVSE: the station's id, or in 1.6 our number.
    private(set) var transactions: [Int: String] = [:]
    private var evseOf: [String: Int] = [:]
    private var starts = 0
    /// EVSEs with a dynamic profile of ours, and for which transaction and time.
    private var dynamic: [Int: String] = [:]

    typealias Call = (action: String, payload: String)

    init(version: OCPPVersion) { self.version = version }

    // MARK: What is heard

    /// - Parameter answer: What it was answered.
    mutating func note(_ action: String, _ payload: JSON, answer: String) {
        switch action {
        case "StartTransaction":
            guard let evse = payload["connectorId"]?.integer,
                let number = (try? JSON.parse(answer))?["transactionId"]?.integer
            else { return }
            begin("\(number)", at: evse)
        case "StopTransaction": if let number = payload["transactionId"]?.integer { end("\(number)") }
        case "TransactionEvent":
            guard let id = payload["transactionInfo"]?["transactionId"]?.text else { return }
            if let evse = payload["evse"]?["id"]?.integer { begin(id, at: evse) }
            if payload["eventType"]?.text == "Ended" { end(id) }
        case _: break
        }
    }

    private mutating func begin(_ id: String, at evse: Int) {
        transactions[evse] = id
        evseOf[id] = evse
    }

    private mutating func end(_ id: String) {
        guard let evse = evseOf.removeValue(forKey: id), transactions[evse] == id else { return }
        transactions[evse] = nil
    }

    // MARK: Calls

    mutating func remoteStart(evse: Int, token: String) -> Call {
        let token = JSON.string(token).compact
        if version == .v16 { return ("RemoteStartTransaction", #"{"connectorId":\#(evse),"idTag":\#(token)}"#) }
        starts += 1
        return (
            "RequestStartTransaction",
            #"{"evseId":\#(evse),"idToken":{"idToken":\#(token),"type":"Central"},"remoteStartId":\#(starts)}"#
        )
    }

    func remoteStop(evse: Int) throws(BackendFault) -> Call {
        guard let id = transactions[evse] else {
            throw BackendFault(description: "No transaction is known at EVSE \(evse).")
        }
        if version == .v16 { return ("RemoteStopTransaction", #"{"transactionId":\#(id)}"#) }
        return ("RequestStopTransaction", #"{"transactionId":\#(JSON.string(id).compact)}"#)
    }

    /// In 2.1 a dynamic profile that is updated, before it a profile with a negative limit.
    mutating func setpoint(evse: Int, _ power: Power, for duration: Interval?, at now: WallTime) -> Call {
        let watts = DecimalNumber(thousandths: power.milli).description
        let id = 9_000 + evse
        let seconds = duration.map { #""duration":\#($0.milliseconds / 1_000),"# } ?? ""
        guard version >= .v21 else {
            let time = JSON.string(now.text).compact
            let schedule =
                #"{\#(seconds)"startSchedule":\#(time),"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":\#(watts)}]"#
            return profile(id, evse, kind: "Absolute", schedule)
        }
        let key = "\(transactions[evse] ?? "") \(seconds)"
        if dynamic[evse] == key {
            return (
                "UpdateDynamicSchedule", #"{"chargingProfileId":\#(id),"scheduleUpdate":{"setpoint":\#(watts)}}"#
            )
        }
        dynamic[evse] = key
        let period = #"{"startPeriod":0,"operationMode":"CentralSetpoint","setpoint":\#(watts)}"#
        return profile(
            id, evse, kind: "Dynamic", #"{\#(seconds)"chargingRateUnit":"W","chargingSchedulePeriod":[\#(period)]"#)
    }

    /// - Parameter schedule: Without its closing brace.
    private func profile(_ id: Int, _ evse: Int, kind: String, _ schedule: String) -> Call {
        let transaction = transactions[evse]
        let purpose = transaction == nil ? "TxDefaultProfile" : "TxProfile"
        let common = #""stackLevel":0,"chargingProfilePurpose":"\#(purpose)","chargingProfileKind":"\#(kind)""#
        if version == .v16 {
            let number = transaction.map { #","transactionId":\#($0)"# } ?? ""
            return (
                "SetChargingProfile",
                #"{"connectorId":\#(evse),"csChargingProfiles":{"chargingProfileId":\#(id),\#(common)\#(number),"chargingSchedule":\#(schedule)}}}"#
            )
        }
        let text = transaction.map { #","transactionId":\#(JSON.string($0).compact)"# } ?? ""
        return (
            "SetChargingProfile",
            #"{"evseId":\#(evse),"chargingProfile":{"id":\#(id),\#(common)\#(text),"chargingSchedule":[\#(schedule),"id":1}]}}"#
        )
    }

    /// A file holds the profile, or the whole request.
    func setProfile(evse: Int, _ file: JSON) -> Call {
        let names = version == .v16 ? ("connectorId", "csChargingProfiles") : ("evseId", "chargingProfile")
        if file[names.1] != nil { return ("SetChargingProfile", file.compact) }
        return ("SetChargingProfile", #"{"\#(names.0)":\#(evse),"\#(names.1)":\#(file.compact)}"#)
    }

    mutating func clearProfiles() -> Call {
        dynamic = [:]
        return ("ClearChargingProfile", version == .v16 ? "{}" : #"{"chargingProfileCriteria":{}}"#)
    }

    func composite(evse: Int, _ duration: Interval) -> Call {
        let name = version == .v16 ? "connectorId" : "evseId"
        return ("GetCompositeSchedule", #"{"\#(name)":\#(evse),"duration":\#(duration.milliseconds / 1_000)}"#)
    }

    func reset(_ kind: String) -> Call {
        let word = version == .v16 ? (kind == "hard" ? "Hard" : "Soft") : (kind == "hard" ? "Immediate" : "OnIdle")
        return ("Reset", #"{"type":"\#(word)"}"#)
    }

    func trigger(_ message: String, evse: Int?) -> Call {
        let word = JSON.string(message).compact
        if version == .v16 {
            let connector = evse.map { #","connectorId":\#($0)"# } ?? ""
            return ("TriggerMessage", #"{"requestedMessage":\#(word)\#(connector)}"#)
        }
        let place = evse.map {
            #","evse":{"id":\#($0)\#(message == "StatusNotification" ? #","connectorId":1"# : "")}"#
        }
        return ("TriggerMessage", #"{"requestedMessage":\#(word)\#(place ?? "")}"#)
    }

    func availability(evse: Int, _ isOn: Bool) -> Call {
        let word = isOn ? "Operative" : "Inoperative"
        if version == .v16 { return ("ChangeAvailability", #"{"connectorId":\#(evse),"type":"\#(word)"}"#) }
        let place = evse == 0 ? "" : #","evse":{"id":\#(evse)}"#
        return ("ChangeAvailability", #"{"operationalStatus":"\#(word)"\#(place)}"#)
    }

    func get(_ key: String) throws(BackendFault) -> Call {
        if version == .v16 { return ("GetConfiguration", #"{"key":[\#(JSON.string(key).compact)]}"#) }
        return ("GetVariables", #"{"getVariableData":[{\#(try variable(key))}]}"#)
    }

    func set(_ key: String, _ value: String) throws(BackendFault) -> Call {
        let value = JSON.string(value).compact
        if version == .v16 {
            return ("ChangeConfiguration", #"{"key":\#(JSON.string(key).compact),"value":\#(value)}"#)
        }
        return ("SetVariables", #"{"setVariableData":[{\#(try variable(key)),"attributeValue":\#(value)}]}"#)
    }

    /// `Component.Variable`, either with `[instance]` behind it.
    private func variable(_ key: String) throws(BackendFault) -> String {
        let parts = key.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else {
            throw BackendFault(description: "“\(key)” is no Component.Variable, as \(version.subprotocol) has them.")
        }
        return #""component":\#(named(parts[0])),"variable":\#(named(parts[1]))"#
    }

    private func named(_ text: Substring) -> String {
        let name = text.prefix { $0 != "[" }
        let instance = text.dropFirst(name.count + 1).prefix { $0 != "]" }
        let rest = instance.isEmpty ? "" : #","instance":\#(JSON.string(String(instance)).compact)"#
        return #"{"name":\#(JSON.string(String(name)).compact)\#(rest)}"#
    }
}
