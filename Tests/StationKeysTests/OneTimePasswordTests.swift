// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Testing

@testable import StationKeys

struct OneTimePasswordTests {
    /// Made with Python's `hmac` by the pseudocode of the standard (OCPP 2.1, C25).
    @Test(
        arguments: [
            ("averysecret", 1772366400, 60, 8, "w3lBMfPC"),
            ("averysecret", 1772366459, 60, 8, "w3lBMfPC"),
            ("averysecret", 1772366460, 60, 8, "ALqhQLwX"),
            ("schlüssel für alle", 0, 6, 64, "mnvmIBuhZo26B1OW1rfc3Mqgb9dmE1CnmnvmIBuhZo26B1OW1rfc3Mqgb9dmE1Cn"),
        ] as [(String, Int64, Int, Int, String)])
    func `a password is what the standard's algorithm makes`(
        secret: String, seconds: Int64, validity: Int, length: Int, password: String
    ) {
        #expect(OneTimePassword.v1(secret: secret, at: seconds, validity: validity, length: length) == password)
    }

    @Test func `nonsense makes no password`() {
        #expect(OneTimePassword.v1(secret: "", at: 0, validity: 60, length: 8) == nil)
        #expect(OneTimePassword.v1(secret: "secret", at: 0, validity: 0, length: 8) == nil)
        #expect(OneTimePassword.v1(secret: "secret", at: -1, validity: 60, length: 8) == nil)
    }
}
