// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Which certificates of ours OCSP is asked about, and when next (M06): what a car wants to see stapled.
struct CertificateStatuses: Equatable, Sendable {
    struct Watched: Equatable, Sendable {
        let request: OCSPRequestDataType
        var askAt: Instant
    }
    /// The longest chain is four certificates, of two kinds.
    static let most = 16
    /// A day before the week is over (M06.FR.10), so that there is time to try again.
    static let pause = Interval.seconds(6 * 86_400)
    static let pauseAfterFailure = Interval.seconds(3_600)

    private(set) var watched: [Watched] = []

    /// Takes over what is installed now; what was asked about before keeps its time.
    mutating func watch(_ requests: [OCSPRequestDataType], at now: Instant) {
        watched = requests.prefix(Self.most).map { request in
            watched.first { $0.request == request } ?? Watched(request: request, askAt: now)
        }
    }

    /// Everything is asked anew (M06.FR.07).
    mutating func refresh() { watched = [] }

    /// - Returns: What to ask now.
    mutating func due(at now: Instant) -> [OCSPRequestDataType] {
        let due = watched.filter { now >= $0.askAt }.map(\.request)
        for request in due { postpone(request, to: now + Self.pauseAfterFailure) }
        return due
    }

    mutating func answered(_ request: OCSPRequestDataType, at now: Instant) {
        postpone(request, to: now + Self.pause)
    }

    private mutating func postpone(_ request: OCSPRequestDataType, to instant: Instant) {
        guard let index = watched.firstIndex(where: { $0.request == request }) else { return }
        watched[index].askAt = instant
    }

    var deadline: Instant? { watched.map(\.askAt).min() }
}

extension Station {
    /// M06.FR.06, M06.FR.07, M06.FR.10: one request a certificate.
    mutating func askForStatuses() {
        for request in certificates.statuses.due(at: now.monotonic) {
            call(.getCertificateStatus(GetCertificateStatusRequest(ocspRequestData: request)))
        }
    }

    mutating func take(_ response: GetCertificateStatusResponse, to request: GetCertificateStatusRequest) {
        guard response.status == .accepted, let result = response.ocspResult else { return }
        certificates.statuses.answered(request.ocspRequestData, at: now.monotonic)
        emit(.host(.keys(.keepStatus(request.ocspRequestData, result))))
    }
}
