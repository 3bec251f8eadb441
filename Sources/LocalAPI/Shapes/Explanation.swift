// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials

/// Why one EVSE was told what it was told: the wish, then every stage that changed or confirmed it, in order.
package struct Explanation: Codable, Hashable, Sendable {
    package struct Step: Codable, Hashable, Sendable {
        /// `wish`, `vehicle`, `circuit garage`, `connection point`, `ramp`, …
        package var stage: String
        /// What was left after this stage.
        package var value: Power
        package var because: String

        package init(stage: String, value: Power, because: String) {
            self.stage = stage
            self.value = value
            self.because = because
        }

        enum CodingKeys: String, CodingKey {
            case stage, because
            case value = "value_W"
        }
    }

    package var evse: Int
    package var time: Date
    package var target: Power
    package var steps: [Step]

    package init(evse: Int, time: Date, target: Power, steps: [Step]) {
        self.evse = evse
        self.time = time
        self.target = target
        self.steps = steps
    }

    enum CodingKeys: String, CodingKey {
        case evse, time, steps
        case target = "target_W"
    }
}

/// What a command did, for the person who gave it.
package struct Acknowledgement: Codable, Hashable, Sendable {
    package var message: String
    package var expiresIn: Seconds?

    package init(_ message: String, expiresIn: Interval? = nil) {
        self.message = message
        self.expiresIn = expiresIn.map(Seconds.init)
    }

    enum CodingKeys: String, CodingKey {
        case message
        case expiresIn = "expires_in_s"
    }
}
