// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import VehicleLinks

extension SiteConfiguration {
    /// Where no car could be spoken to on this machine as it is, in words; a line an EVSE. No mistake of the file: an interface
    /// may come later, or the file may be for another machine.
    package var missingInterfaces: [String] {
        evses.compactMap { evse in
            guard let link = evse.vehicleLink else { return nil }
            do throws(LinkProblem) {
                _ = try NetworkInterface(link.interface)
                return nil
            } catch { return "EVSE \(evse.id): cars could not be spoken to here and now. \(error)" }
        }
    }
}
