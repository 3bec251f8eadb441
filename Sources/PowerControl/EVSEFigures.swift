// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What follows from an EVSE's model with all its line conductors in use, worked out once instead of in every tick.
struct EVSEFigures: Sendable, BitwiseCopyable {
    let perMilliwatt: Draw
    let minimumCharge: Power
    let minimumDischarge: Power
    let conductorCount: Int

    init(_ model: EVSEModel) {
        perMilliwatt = drawPerMilliwatt(on: model.wiring)
        conductorCount = model.wiring.count
        minimumCharge = model.minimum(charging: true, on: conductorCount)
        minimumDischarge = model.minimum(charging: false, on: conductorCount)
    }
}

extension EVSEModel {
    /// The smallest magnitude other than zero on so many line conductors, a multiple of the step.
    @_noLocks func minimum(charging: Bool, on conductors: Int) -> Power {
        let full = charging ? minimumCharge : minimumDischarge
        let used = full * conductors / wiring.count
        return Power(milli: (used.milli + step.milli - 1) / step.milli * step.milli)
    }
}
