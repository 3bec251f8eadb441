// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials

/// What the operator of an agreement with flexible capacity says.
package enum FlexibleInstruction: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case permission, withdrawal }
    /// A sign of life.
    case heard
    /// - Parameters:
    ///   - import: What of the flexible part may be used, zero or more; a withdrawal of all leaves nothing.
    ///   - start: nil: at once.
    ///   - duration: nil: until it is cancelled.
    case instruct(Kind, import: Power, export: Power, start: Date?, duration: Interval?)
    case cancel(UInt64)
}

/// What the server of an operating envelope says (IEEE 2030.5 DERControl and DefaultDERControl, as CSIP-AUS uses them).
package enum EnvelopeInstruction: Hashable, Sendable {
    /// A poll that brought nothing new.
    case heard
    case control(EnvelopeOrder)
    case cancel(UInt64)
    case defaults(EnvelopeBounds)
}

/// One event.
package struct EnvelopeOrder: Hashable, Sendable {
    /// The lowest counts.
    package var primacy: UInt8
    /// nil: at once.
    package var start: Date?
    package var duration: Interval
    /// Its beginning is moved by a random part of this: -3600 to 3600 s.
    package var randomizeStart: Int32
    package var bounds: EnvelopeBounds

    package init(primacy: UInt8, start: Date?, duration: Interval, randomizeStart: Int32, bounds: EnvelopeBounds) {
        self.primacy = primacy
        self.start = start
        self.duration = duration
        self.randomizeStart = randomizeStart
        self.bounds = bounds
    }
}

/// What is bounded, as sizes; what is absent is left to what ranks lower.
package struct EnvelopeBounds: Codable, Hashable, Sendable {
    /// opModImpLimW, opModExpLimW: the connection point.
    package var `import`: Power?
    package var export: Power?
    /// opModGenLimW, opModLoadLimW: the EVSEs together.
    package var generation: Power?
    package var load: Power?
    /// opModEnergize; false: the EVSEs cease to energise.
    package var energize: Bool?

    package init(
        import: Power? = nil, export: Power? = nil, generation: Power? = nil, load: Power? = nil,
        energize: Bool? = nil
    ) {
        self.import = `import`
        self.export = export
        self.generation = generation
        self.load = load
        self.energize = energize
    }

    enum CodingKeys: String, CodingKey {
        case energize
        case `import` = "import_W"
        case export = "export_W"
        case generation = "generation_W"
        case load = "load_W"
    }
}

/// What `GET /api/operator/flexible` says.
package struct FlexibleStatus: Codable, Hashable, Sendable {
    package struct Withdrawal: Codable, Hashable, Sendable {
        package var instruction: UInt64
        package var leavesImport: Power
        package var leavesExport: Power
        /// Absent: at once.
        package var start: Date?
        package var duration: Seconds?
        package var hasBegun: Bool

        package init(
            instruction: UInt64, leavesImport: Power, leavesExport: Power, start: Date?, duration: Interval?,
            hasBegun: Bool
        ) {
            self.instruction = instruction
            self.leavesImport = leavesImport
            self.leavesExport = leavesExport
            self.start = start
            self.duration = duration.map(Seconds.init)
            self.hasBegun = hasBegun
        }

        enum CodingKeys: String, CodingKey {
            case instruction, start
            case leavesImport = "leaves_import_W"
            case leavesExport = "leaves_export_W"
            case duration = "duration_s"
            case hasBegun = "begun"
        }
    }
    /// What the connection point may do now by this rule.
    package var `import`: Power
    package var export: Power
    package var withdrawals: [Withdrawal]

    package init(import: Power, export: Power, withdrawals: [Withdrawal]) {
        self.import = `import`
        self.export = export
        self.withdrawals = withdrawals
    }

    enum CodingKeys: String, CodingKey {
        case withdrawals
        case `import` = "import_W"
        case export = "export_W"
    }
}

/// What `GET /api/operator/envelope` says.
package struct EnvelopeStatus: Codable, Hashable, Sendable {
    package struct Control: Codable, Hashable, Sendable {
        package enum State: String, Codable, CaseIterable, Sendable { case scheduled, active, cancelling }
        package var instruction: UInt64
        package var primacy: Int
        package var start: Date
        package var duration: Seconds
        package var state: State
        package var bounds: EnvelopeBounds

        package init(
            instruction: UInt64, primacy: Int, start: Date, duration: Interval, state: State, bounds: EnvelopeBounds
        ) {
            self.instruction = instruction
            self.primacy = primacy
            self.start = start
            self.duration = Seconds(duration)
            self.state = state
            self.bounds = bounds
        }

        enum CodingKeys: String, CodingKey {
            case instruction, primacy, start, state, bounds
            case duration = "duration_s"
        }
    }
    /// Of the server; what the configuration says holds where this says nothing.
    package var defaults: EnvelopeBounds
    package var controls: [Control]

    package init(defaults: EnvelopeBounds, controls: [Control]) {
        self.defaults = defaults
        self.controls = controls
    }

    enum CodingKeys: String, CodingKey {
        case controls
        case defaults = "default"
    }
}
