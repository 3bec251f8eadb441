// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a function asks of the active power of a charger, per unit of its rating in discharge, import positive.
package struct ActivePowerBound: Sendable, BitwiseCopyable, Equatable {
    package var rule: GridRule
    /// Power is to be at least this; below zero it limits delivery, above zero it demands to charge.
    package var atLeast: PerUnit
    /// Power is to be at most this; above zero it limits charging, below zero it demands to deliver.
    package var atMost: PerUnit

    @_noLocks package init(_ rule: GridRule, atLeast: PerUnit? = nil, atMost: PerUnit? = nil) {
        self.rule = rule
        self.atLeast = atLeast ?? -.unbounded
        self.atMost = atMost ?? .unbounded
    }

    /// How far power may go: the part of the bound that contains zero.
    package var lower: PerUnit {
        @_noLocks get { atLeast < .zero ? atLeast : .zero }
    }
    package var upper: PerUnit {
        @_noLocks get { atMost > .zero ? atMost : .zero }
    }
    /// The power the function wants reached, where mere limits do not suffice; nil where they do.
    package var demand: PerUnit? {
        @_noLocks get { atLeast > .zero ? atLeast : (atMost < .zero ? atMost : nil) }
    }
    package var isFree: Bool {
        @_noLocks get { atLeast <= -.unbounded && atMost >= .unbounded }
    }
}
