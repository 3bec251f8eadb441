// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI

/// The handshake: which of the protocols the car names is spoken (ISO 15118-2:2014, 8.2; ISO 15118-20:2022, 8.2).
public enum ProtocolNegotiation {
    public typealias Request = AppProtocol.SupportedAppProtocolReq
    public typealias Response = AppProtocol.SupportedAppProtocolRes

    public struct Choice: Equatable, Sendable {
        public let standard: Standard
        public let schemaID: UInt8
        /// The car named another minor version; both go on with what they know.
        public let deviates: Bool

        public var response: Response {
            Response(
                responseCode: deviates
                    ? .ok_SuccessfulNegotiationWithMinorDeviation : .ok_SuccessfulNegotiation,
                schemaID: schemaID)
        }
    }

    /// The car's most wanted protocol (priority 1 is highest) of those the station offers in the same major version.
    /// - Parameter offered: In any order: the car's priority decides.
    /// - Returns: nil when there is none; the answer is then `refusal`.
    public static func choose(_ request: Request, offered: [Standard]) -> Choice? {
        let wanted = request.appProtocol.sorted { $0.priority < $1.priority }
        for each in wanted {
            guard
                let standard = offered.first(where: {
                    $0.namespace == each.protocolNamespace && $0.major == each.versionNumberMajor
                })
            else { continue }
            return Choice(
                standard: standard, schemaID: each.schemaID, deviates: standard.minor != each.versionNumberMinor)
        }
        return nil
    }

    public static var refusal: Response { Response(responseCode: .failed_NoNegotiation, schemaID: nil) }

    /// The car's request: most wanted first, schema identifiers from 1.
    /// - Parameter standards: At most 20.
    public static func request(_ standards: [Standard]) -> Request {
        let numbered = zip(UInt8(1)..., standards.prefix(20))
        return Request(
            appProtocol: numbered.map { number, standard in
                AppProtocol.AppProtocol(
                    protocolNamespace: standard.namespace, versionNumberMajor: standard.major,
                    versionNumberMinor: standard.minor, schemaID: number, priority: number)
            })
    }

    /// What the station's answer selects from `standards`, as `request` numbered them.
    public static func selected(_ response: Response, from standards: [Standard]) -> Standard? {
        switch response.responseCode {
        case .ok_SuccessfulNegotiation, .ok_SuccessfulNegotiationWithMinorDeviation:
            guard let number = response.schemaID, number >= 1, Int(number) <= standards.count else { return nil }
            return standards[Int(number) - 1]
        case .failed_NoNegotiation: return nil
        }
    }
}
