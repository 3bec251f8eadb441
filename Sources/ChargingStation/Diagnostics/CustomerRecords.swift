// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

extension Station {
    /// Everything the station remembers of a customer, a line each, in words for people. Blocks that remember somebody add a line here
    /// and one in `forgetCustomer`.
    func customerRecords(of customer: CustomerReference) -> [String] {
        []
    }

    /// Forgets what can be forgotten: not what the local list says, which only the backend changes (N10.FR.03), and not a transaction
    /// that runs.
    mutating func forgetCustomer(_ customer: CustomerReference) {}
}
