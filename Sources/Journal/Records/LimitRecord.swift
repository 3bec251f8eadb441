// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The limit on one scope from now on, and why. A record without any bound says that the scope is no longer limited.
package struct LimitRecord: Hashable, Sendable {
    package var scope: String
    /// Sizes, zero or above; nil leaves that direction to other scopes.
    package var importPower: Power?
    package var exportPower: Power?
    package var importCurrent: Current?
    package var exportCurrent: Current?
    /// Who set it: `agreement`, an instruction's id, `failsafe`.
    package var source: String
    package var reason: String

    package init(
        scope: String, importPower: Power?, exportPower: Power?, importCurrent: Current? = nil,
        exportCurrent: Current? = nil, source: String, reason: String
    ) {
        self.scope = scope
        self.importPower = importPower
        self.exportPower = exportPower
        self.importCurrent = importCurrent
        self.exportCurrent = exportCurrent
        self.source = source
        self.reason = reason
    }
}

extension LimitRecord: Payload {
    var fields: Fields {
        var fields = Fields()
        fields.set(.scope, scope)
        fields.set(.importLimit, importPower)
        fields.set(.exportLimit, exportPower)
        fields.set(.importCurrent, importCurrent)
        fields.set(.exportCurrent, exportCurrent)
        fields.set(.source, source)
        fields.set(.reason, reason)
        return fields
    }

    init?(_ parsed: ParsedFields) {
        guard let scope = parsed.text(.scope), let source = parsed.text(.source), let reason = parsed.text(.reason)
        else { return nil }
        self.init(
            scope: scope, importPower: parsed.quantity(.importLimit), exportPower: parsed.quantity(.exportLimit),
            importCurrent: parsed.quantity(.importCurrent), exportCurrent: parsed.quantity(.exportCurrent),
            source: source, reason: reason)
    }
}

/// What one EVSE was told, and every step from the wish to that target. The caller writes one when either changed
/// materially.
package struct DecisionRecord: Hashable, Sendable {
    package struct Step: Hashable, Sendable {
        package var stage: String
        package var value: Power
        package var because: String

        package init(stage: String, value: Power, because: String) {
            self.stage = stage
            self.value = value
            self.because = because
        }
    }
    /// More steps than a decision has; what a caller adds beyond is not recorded.
    package static let mostSteps = 64

    package var evse: Int
    package var target: Power
    package var steps: [Step]

    package init(evse: Int, target: Power, steps: [Step]) {
        self.evse = evse
        self.target = target
        self.steps = steps
    }
}

extension DecisionRecord: Payload {
    var fields: Fields {
        var fields = Fields()
        fields.set(.evse, evse)
        fields.set(.target, target)
        fields.set(.steps, steps)
        return fields
    }

    init?(_ parsed: ParsedFields) {
        guard let evse = parsed.whole(.evse), let target: Power = parsed.quantity(.target),
            let steps = parsed.steps(.steps)
        else { return nil }
        self.init(evse: Int(evse), target: target, steps: steps)
    }
}
