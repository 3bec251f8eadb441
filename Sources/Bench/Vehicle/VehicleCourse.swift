// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118

/// How a bench car may charge, as a person names it.
package enum VehicleCourse: String, CaseIterable, Sendable {
    case din
    case iso2AC = "iso2-ac"
    case iso2DC = "iso2-dc"
    case iso20AC = "iso20-ac"
    case iso20ACBidirectional = "iso20-ac-bpt"
    case iso20DC = "iso20-dc"
    case iso20DCBidirectional = "iso20-dc-bpt"

    var standard: Standard {
        switch self {
        case .din: .din
        case .iso2AC, .iso2DC: .iso2
        case .iso20AC, .iso20ACBidirectional: .iso20AC
        case .iso20DC, .iso20DCBidirectional: .iso20DC
        }
    }

    var service: EnergyService {
        switch self {
        case .iso2AC, .iso20AC: .ac
        case .iso20ACBidirectional: .acBidirectional
        case .din, .iso2DC, .iso20DC: .dc
        case .iso20DCBidirectional: .dcBidirectional
        }
    }

    var isISO20: Bool {
        switch self {
        case .din, .iso2AC, .iso2DC: false
        case .iso20AC, .iso20ACBidirectional, .iso20DC, .iso20DCBidirectional: true
        }
    }

    package static func parsing(_ text: String) throws(BenchProblem) -> VehicleCourse {
        guard let course = VehicleCourse(rawValue: text) else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw BenchProblem(.usage, "“\(text)” is no way to charge; there are \(known).")
        }
        return course
    }
}
