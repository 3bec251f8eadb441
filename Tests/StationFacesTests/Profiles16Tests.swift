// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP16
import OCPP21
import Testing

@testable import StationFaces

@Suite struct Profiles16Tests {
    private func profile(_ purpose: String, _ schedule: String, _ rest: String = "") -> String {
        #"{"connectorId":1,"csChargingProfiles":{"chargingProfileId":3,"stackLevel":2,"chargingProfilePurpose":"\#(purpose)","#
            + #""chargingProfileKind":"Absolute","chargingSchedule":\#(schedule)\#(rest)}}"#
    }
    private let discharge = #"{"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":-5000}]}"#
    private let accepted = #"{"status":"Accepted"}"#

    @Test func `a profile keeps its schedule, its purpose in the words of 2.1`() throws {
        var bench = FaceBench(.v16)
        let schedule =
            #"{"duration":60,"startSchedule":"2026-03-01T12:00:00Z","chargingRateUnit":"A","minChargingRate":6.1,"#
            + #""chargingSchedulePeriod":[{"startPeriod":0,"limit":16.1,"numberPhases":1}]}"#
        let (asked, reply) = try bench.exchange(
            "SetChargingProfile", profile("TxDefaultProfile", schedule, #","validTo":"2026-03-01T12:00:00Z""#),
            [accepted])
        #expect(
            asked == [
                #"SetChargingProfile {"evseId":1,"chargingProfile":{"id":3,"stackLevel":2,"chargingProfilePurpose":"TxDefaultProfile","#
                    + #""chargingProfileKind":"Absolute","validTo":"2026-03-01T12:00:00Z","chargingSchedule":[{"id":3,"#
                    + #""startSchedule":"2026-03-01T12:00:00Z","duration":60,"chargingRateUnit":"A","minChargingRate":6.1,"#
                    + #""chargingSchedulePeriod":[{"startPeriod":0,"limit":16.1,"numberPhases":1}]}]}}"#
            ])
        #expect(reply == accepted)
    }

    @Test func `a negative limit stays, and ends with the link after the watchdog's time`() throws {
        var bench = FaceBench(.v16)
        let (asked, _) = try bench.exchange("SetChargingProfile", profile("TxDefaultProfile", discharge), [accepted])
        #expect(asked.first?.contains(#""limit":-5000"#) == true)
        #expect(asked.first?.contains(#""maxOfflineDuration":300"#) == true)
    }

    @Test func `the watchdog can be changed, is remembered and switched off`() throws {
        var bench = FaceBench(.v16)
        for (value, status) in [("-1", "Rejected"), ("86401", "Rejected"), ("x", "Rejected"), ("0", "Accepted")] {
            let payload = #"{"key":"V2XSetpointWatchdog","value":"\#(value)"}"#
            let (_, reply) = try bench.exchange("ChangeConfiguration", payload, [])
            #expect(reply == #"{"status":"\#(status)"}"#, "\(value)")
        }
        var later = FaceBench(.v16, memory: bench.memory)
        let (asked, _) = try later.exchange("SetChargingProfile", profile("TxDefaultProfile", discharge), [accepted])
        #expect(asked.first?.contains("maxOfflineDuration") == false)
    }

    @Test func `a TxProfile belongs to the transaction its number names, or to the one that runs`() throws {
        var bench = FaceBench(.v16)
        let text = profile("TxProfile", discharge)
        let numbered = profile("TxProfile", discharge, #","transactionId":17"#)
        #expect(try bench.exchange("SetChargingProfile", text, []).reply == #"{"status":"Rejected"}"#)
        try bench.runTransaction()
        for text in [text, numbered] {
            let (asked, reply) = try bench.exchange("SetChargingProfile", text, [accepted])
            #expect(asked.first?.contains(#""transactionId":"t""#) == true && reply == accepted)
        }
        let other = profile("TxProfile", discharge, #","transactionId":18"#)
        #expect(try bench.exchange("SetChargingProfile", other, []).reply == #"{"status":"Rejected"}"#)
    }

    @Test func `a profile takes the place of another of its purpose and level`() throws {
        var bench = FaceBench(.v16)
        let duplicate = #"{"status":"Rejected","statusInfo":{"reasonCode":"DuplicateProfile"}}"#
        let text = profile("TxDefaultProfile", discharge)
        let (asked, reply) = try bench.exchange("SetChargingProfile", text, [duplicate, accepted, accepted])
        #expect(asked.count == 3 && asked.first == asked.last && reply == accepted)
        #expect(
            asked[1] == #"ClearChargingProfile {"chargingProfileCriteria":{"evseId":1,"#
                + #""chargingProfilePurpose":"TxDefaultProfile","stackLevel":2}}"#)
        let (again, refused) = try bench.exchange("SetChargingProfile", text, [duplicate, accepted, duplicate])
        #expect(again.count == 3 && refused == #"{"status":"Rejected"}"#)
    }

    @Test func `the profile of a remote start has no transaction yet`() throws {
        var bench = FaceBench(.v16)
        let payload =
            #"{"idTag":"CARD","chargingProfile":{"chargingProfileId":3,"stackLevel":2,"chargingProfilePurpose":"TxProfile","#
            + #""transactionId":99,"chargingProfileKind":"Relative","chargingSchedule":\#(discharge)}}"#
        let (asked, _) = try bench.exchange("RemoteStartTransaction", payload, [accepted])
        #expect(asked.first?.contains(#""chargingProfilePurpose":"TxProfile""#) == true)
        #expect(asked.first?.contains("transactionId") == false)
    }
}
