// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP16
import OCPP201
import OCPP21
import Testing

/// What a frame is answered; nil for nothing.
private struct Wrong: Sendable, CustomTestStringConvertible {
    let frame: String
    let answer: String?
    init(_ frame: String, _ answer: String?) {
        self.frame = frame
        self.answer = answer
    }
    var testDescription: String { frame }
}

private func error(_ id: String, _ code: String, _ text: String) -> String { #"[4,"\#(id)","\#(code)","\#(text)",{}]"# }

private let noID = "no message type and id of 1 to 36 characters could be read"

/// The same in both versions of 2.x.
private let wrong2 = [
    Wrong("", error("-1", "RpcFrameworkError", noID)),
    Wrong("{}", error("-1", "RpcFrameworkError", noID)),
    Wrong("[]", error("-1", "RpcFrameworkError", noID)),
    Wrong(#"["2","a","Reset",{}]"#, error("-1", "RpcFrameworkError", noID)),
    Wrong(#"[2,7,"Reset",{}]"#, error("-1", "RpcFrameworkError", noID)),
    Wrong(#"[2,"","Reset",{}]"#, error("-1", "RpcFrameworkError", noID)),
    Wrong(#"[2,"1234567890123456789012345678901234567","Reset",{}]"#, error("-1", "RpcFrameworkError", noID)),
    Wrong(#"[2,"a"]"#, error("a", "RpcFrameworkError", "a CALL names its action third")),
    Wrong(#"[2,"a",5,{}]"#, error("a", "RpcFrameworkError", "a CALL names its action third")),
    Wrong(#"[2,"a","Reset"]"#, error("a", "RpcFrameworkError", "a CALL has its payload fourth")),
    Wrong(#"[2,"a","ClearCache",{},1]"#, error("a", "RpcFrameworkError", "a CALL ends after its payload")),
    Wrong(#"[2,"a","ClearCache",{}]]"#, error("a", "RpcFrameworkError", "a CALL ends after its payload")),
    Wrong(#"[2,"a","Nonsense",{}]"#, error("a", "NotImplemented", "“Nonsense” is no action of VERSION")),
    Wrong(#"[2,"a","reset",{}]"#, error("a", "NotImplemented", "“reset” is no action of VERSION")),
    Wrong(
        #"[2,"a","BootNotification",{}]"#, error("a", "NotSupported", "BootNotification is not asked in this direction")
    ),
    Wrong(#"[9,"a",{}]"#, error("a", "MessageTypeNotSupported", "message type 9")),
    Wrong(#"[3,"a",{}]"#, nil),
    Wrong(#"[4,"a","GenericError","",{}]"#, nil),
    Wrong(#"[2,"a","Reset",[]]"#, error("a", "TypeConstraintViolation", "payload: [] is no object")),
    Wrong(#"[2,"a","Reset",{"type":}]"#, error("a", "FormatViolation", "not JSON at byte 23: expected a value")),
    Wrong(
        #"[2,"a","Reset",{"type":"Immediate","type":"OnIdle"}]"#, error("a", "FormatViolation", "type: is given twice")),
    Wrong(
        #"[2,"a","Reset",{"type":"Immediate""#,
        error("a", "FormatViolation", "not JSON at byte 34: expected “,” or “}”")),
    Wrong(#"[2,"a","Reset",{}]"#, error("a", "OccurrenceConstraintViolation", "payload: “type” is missing")),
    Wrong(
        #"[2,"a","Reset",{"type":"Hard"}]"#,
        error("a", "PropertyConstraintViolation", #"type: \"Hard\" is not one of the allowed words"#)),
    Wrong(#"[2,"a","Reset",{"type":null}]"#, error("a", "TypeConstraintViolation", "type: null is no string")),
    Wrong(
        #"[2,"a","Reset",{"type":"Immediate","why":1}]"#,
        error("a", "ProtocolError", "why: is no field of this message")),
    Wrong(
        #"[2,"a","Reset",{"type":"Immediate","evseId":"1"}]"#,
        error("a", "TypeConstraintViolation", #"evseId: \"1\" is no whole number"#)),
    Wrong(
        #"[2,"a","Reset",{"type":"Immediate","evseId":1.5}]"#,
        error("a", "TypeConstraintViolation", "evseId: 1.5 is no whole number")),
    Wrong(
        #"[2,"a","Reset",{"type":"Immediate","evseId":1e30}]"#,
        error("a", "TypeConstraintViolation", "evseId: 1e30 is too large")),
    Wrong(
        #"[2,"a","Reset",{"type":"Immediate","evseId":01}]"#,
        error("a", "FormatViolation", "not JSON at byte 45: expected no digit after a leading zero")),
    Wrong(
        #"[2,"a","GetVariables",{"getVariableData":[]}]"#,
        error("a", "OccurrenceConstraintViolation", "getVariableData: fewer than 1 items")),
    Wrong(
        #"[2,"a","GetVariables",{"getVariableData":[{"component":{"name":"A"},"variable":{"name":7}}]}]"#,
        error("a", "TypeConstraintViolation", "getVariableData[0].variable.name: 7 is no string")),
    Wrong(
        #"[2,"a","GetVariables",{"getVariableData":[{"component":{"name":"A"}}]}]"#,
        error("a", "OccurrenceConstraintViolation", "getVariableData[0]: “variable” is missing")),
    Wrong(
        #"[2,"a","DataTransfer",{"vendorId":"v","customData":{"x":1}}]"#,
        error("a", "OccurrenceConstraintViolation", "customData: “vendorId” is missing")),
    Wrong(
        #"[2,"a","SetChargingProfile",{"evseId":1,"chargingProfile":{"id":1,"stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute","validFrom":"2026-02-30T00:00:00Z"}}]"#,
        error(
            "a", "TypeConstraintViolation",
            #"chargingProfile.validFrom: \"2026-02-30T00:00:00Z\" is no RFC 3339 date-time"#)),
    Wrong(
        #"[2,"a","SetChargingProfile",{"evseId":1,"chargingProfile":{"id":1,"stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute","validFrom":"2026-02-28T00:00:00"}}]"#,
        error(
            "a", "TypeConstraintViolation",
            #"chargingProfile.validFrom: \"2026-02-28T00:00:00\" is no RFC 3339 date-time"#)),
    Wrong(
        #"[2,"a","SetChargingProfile",{"evseId":1,"chargingProfile":{"id":1,"stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute","transactionId":"1234567890123456789012345678901234567"}}]"#,
        error(
            "a", "TypeConstraintViolation",
            #"chargingProfile.transactionId: \"1234567890123456789012345678901234567\" is longer than 36"#)),
    Wrong(
        #"[2,"a","SetChargingProfile",{"evseId":1,"chargingProfile":{"chargingSchedule":[{"id":1,"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":"11"}]}]}}]"#,
        error(
            "a", "TypeConstraintViolation",
            #"chargingProfile.chargingSchedule[0].chargingSchedulePeriod[0].limit: \"11\" is no number"#)),
    Wrong(
        #"[2,"a","SetChargingProfile",{"evseId":1,"chargingProfile":{"chargingSchedule":[{"id":1,"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":NaN}]}]}}]"#,
        error("a", "FormatViolation", "not JSON at byte 161: expected a value")),
]

private let wrong21 = [
    Wrong(
        #"[2,"a","SetChargingProfile",{"evseId":1,"chargingProfile":{"chargingSchedule":[{"id":1,"duration":-1}]}}]"#,
        #"[4,"a","OccurrenceConstraintViolation","chargingProfile.chargingSchedule[0]: “chargingRateUnit” is missing",{}]"#
    ),
    Wrong(
        #"[2,"a","SetChargingProfile",{"evseId":-1}]"#,
        error("a", "PropertyConstraintViolation", "evseId: -1 is below 0")),
    Wrong(
        #"[2,"a","SetChargingProfile",{"chargingProfile":{"chargingSchedule":[{"id":1,"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"dischargeLimit":0.5}]}]}}]"#,
        error(
            "a", "PropertyConstraintViolation",
            "chargingProfile.chargingSchedule[0].chargingSchedulePeriod[0].dischargeLimit: 0.5 is above 0")),
    Wrong(
        #"[2,"a","SetChargingProfile",{"chargingProfile":{"chargingSchedule":[{"id":1,"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"numberPhases":4}]}]}}]"#,
        error(
            "a", "PropertyConstraintViolation",
            "chargingProfile.chargingSchedule[0].chargingSchedulePeriod[0].numberPhases: 4 is above 3")),
    Wrong(#"[6,"a","ClearCache",{}]"#, nil),
    Wrong(#"[5,"a","GenericError","",{}]"#, nil),
]

private let wrong201 = [
    Wrong(#"[6,"a","ClearCache",{}]"#, error("a", "MessageTypeNotSupported", "message type 6")),
    Wrong(#"[5,"a","GenericError","",{}]"#, error("a", "MessageTypeNotSupported", "message type 5")),
    Wrong(
        #"[2,"a","GetVariables",{"getVariableData":[{"component":{"name":"A","evse":{"id":1.0,"connectorId":"x"}}}]}]"#,
        error(
            "a", "TypeConstraintViolation", #"getVariableData[0].component.evse.connectorId: \"x\" is no whole number"#)
    ),
]

private let wrong16 = [
    Wrong("", nil),
    Wrong(#"[2,7,"Reset",{}]"#, nil),
    Wrong(#"[9,"a",{}]"#, nil),
    Wrong(#"[6,"a","Reset",{}]"#, nil),
    Wrong(#"[2,"a","Reset"]"#, error("a", "FormationViolation", "a CALL has its payload fourth")),
    Wrong(#"[2,"a","Nonsense",{}]"#, error("a", "NotImplemented", "“Nonsense” is no action of ocpp1.6")),
    Wrong(#"[2,"a","Heartbeat",{}]"#, error("a", "NotSupported", "Heartbeat is not asked in this direction")),
    Wrong(#"[2,"a","Reset",{"type":}]"#, error("a", "FormationViolation", "not JSON at byte 23: expected a value")),
    Wrong(#"[2,"a","Reset",{}]"#, error("a", "ProtocolError", "payload: “type” is missing")),
    Wrong(
        #"[2,"a","Reset",{"type":"Hard","x":1}]"#, error("a", "FormationViolation", "x: is no field of this message")),
    Wrong(
        #"[2,"a","Reset",{"type":"Warm"}]"#,
        error("a", "PropertyConstraintViolation", #"type: \"Warm\" is not one of the allowed words"#)),
    Wrong(#"[2,"a","Reset",{"type":1}]"#, error("a", "TypeConstraintViolation", "type: 1 is no string")),
    Wrong(
        #"[2,"a","GetDiagnostics",{"location":"no uri"}]"#,
        error("a", "TypeConstraintViolation", #"location: \"no uri\" is no URI"#)),
    Wrong(
        #"[2,"a","RemoteStartTransaction",{"idTag":"123456789012345678901"}]"#,
        error("a", "TypeConstraintViolation", #"idTag: \"123456789012345678901\" is longer than 20"#)),
    Wrong(
        #"[2,"a","SetChargingProfile",{"connectorId":1,"csChargingProfiles":{"chargingSchedule":{"chargingSchedulePeriod":[{"startPeriod":0,"limit":7.25}]}}}]"#,
        error(
            "a", "PropertyConstraintViolation",
            "csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit: 7.25 has more than one decimal")),
]

@Suite struct WrongMessageTests {
    private func answer<Station, CSMS>(_ frame: String, _ conversation: Conversation<Station, CSMS>) -> String? {
        var conversation = conversation
        let frames = Conversation<Station, CSMS>.frames(conversation.handle(frame))
        #expect(frames.count <= 1)
        return frames.first
    }

    @Test(arguments: wrong2)
    private func `2.x names the fault and its place`(wrong: Wrong) {
        let expected = { (version: String) in wrong.answer?.replacing("VERSION", with: version) }
        #expect(answer(wrong.frame, Station201(idPrefix: "x")) == expected("ocpp2.0.1"))
        #expect(answer(wrong.frame, Station21(idPrefix: "x")) == expected("ocpp2.1"))
    }

    @Test(arguments: wrong21)
    private func `2.1 has ranges and types of its own`(wrong: Wrong) {
        #expect(answer(wrong.frame, Station21(idPrefix: "x")) == wrong.answer)
    }

    @Test(arguments: wrong201)
    private func `2.0.1 does not know the types of 2.1`(wrong: Wrong) {
        #expect(answer(wrong.frame, Station201(idPrefix: "x")) == wrong.answer)
    }

    @Test(arguments: wrong16)
    private func `1.6 has its own codes and spellings`(wrong: Wrong) {
        #expect(answer(wrong.frame, Station16(idPrefix: "x")) == wrong.answer)
    }

    @Test func `an id that is being handled is refused`() {
        var new = Station21(idPrefix: "x")
        _ = new.handle(#"[2,"a","ClearCache",{}]"#)
        #expect(
            Station21.frames(new.handle(#"[2,"a","ClearCache",{}]"#))
                == [error("a", "RpcFrameworkError", "a call with this id is being handled")])
        var old = Station16(idPrefix: "x")
        _ = old.handle(#"[2,"a","ClearCache",{}]"#)
        #expect(
            Station16.frames(old.handle(#"[2,"a","ClearCache",{}]"#))
                == [error("a", "GenericError", "a call with this id is being handled")])
    }

    @Test func `a date without zone is UTC in 1.6`() {
        var station = Station16(idPrefix: "x")
        let outputs = station.handle(
            #"[2,"a","UpdateFirmware",{"location":"ftp://h/x","retrieveDate":"1970-01-01T00:00:01"}]"#)
        #expect(
            outputs == [
                .asked(
                    MessageID("a"),
                    .updateFirmware(.init(location: "ftp://h/x", retrieveDate: DateTime(WallTime(milliseconds: 1_000))))
                )
            ])
    }
}
