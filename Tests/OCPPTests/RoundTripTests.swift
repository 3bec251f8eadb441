// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP16
import OCPP201
import OCPP21
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: OCPPVersion.allCases)
    func `every message is read and written again unchanged, at its least and at its fullest`(version: OCPPVersion)
        throws
    {
        for vector in try Vector.all(version) {
            do {
                let written = try #require(try rewritten(vector.bytes, as: vector, in: version))
                #expect(try JSON.parse(written).normal == vector.payload.normal, "\(vector.message)")
            } catch let violation as Violation {
                Issue.record("\(vector.message): \(violation.description(in: vector.bytes))")
            }
        }
    }

    @Test func `every message of every version has an instance`() throws {
        for (version, messages) in [(OCPPVersion.v16, 78), (.v201, 128), (.v21, 181)] {
            #expect(Set(try Vector.all(version).map(\.message)).count == messages, "\(version)")
        }
    }

    @Test func `who may ask what is known for every action`() {
        #expect(OCPP16.CSMSRequest.Action.allCases.count == 14)
        #expect(OCPP16.StationRequest.Action.allCases.count == 26)
        #expect(OCPP201.CSMSRequest.Action.allCases.count == 25)
        #expect(OCPP201.StationRequest.Action.allCases.count == 40)
        #expect(OCPP21.CSMSRequest.Action.allCases.count == 38)
        #expect(OCPP21.StationRequest.Action.allCases.count == 55)
    }
}
