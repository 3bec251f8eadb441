// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

// What other blocks do for remote control, until they do.

extension Station {
    /// Why the profile of a remote start cannot be taken (F01.FR.26); nil if it can.
    func remoteProfileRefusal(_ profile: ChargingProfileType, evse: Int?) -> StatusInfoType? {
        refusal(ofRemote: profile, evse: evse)
    }
}
