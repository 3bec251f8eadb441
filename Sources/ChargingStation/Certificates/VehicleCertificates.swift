// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What the backend found out about the certificates of vehicles (M07), for at most a week.
struct VehicleCertificates: Equatable, Sendable {
    struct Waiting: Equatable, Sendable {
        let evse: Int
        let wanted: [CertificateStatusRequestInfoType]
        /// What has been asked and not been answered.
        let asked: GetCertificateChainStatusRequest
    }
    /// The most statuses kept; the one that ends first goes.
    static let most = 64
    /// The most cars that wait for an answer; the oldest goes.
    static let mostWaiting = 8
    static let longest: Int64 = 7 * 86_400

    private(set) var known: [CertificateStatusType] = []
    private(set) var waiting: [Waiting] = []

    /// M07.FR.10: in the cache, and not too old.
    func status(of wanted: CertificateStatusRequestInfoType, at now: DateTime) -> CertificateStatusType? {
        known.first {
            $0.certificateHashData == wanted.certificateHashData && $0.source == wanted.source
                && $0.nextUpdate.time > now.time
        }
    }

    /// M07.FR.09. What failed, and what cannot be told, is asked again.
    mutating func learn(_ statuses: [CertificateStatusType], at now: DateTime) {
        let end = DateTime(WallTime(milliseconds: now.time.milliseconds + Self.longest * 1_000))
        for var status in statuses where status.status == .good || status.status == .revoked {
            if status.nextUpdate.time > end.time { status.nextUpdate = end }
            known.removeAll {
                $0.certificateHashData == status.certificateHashData && $0.source == status.source
            }
            known.append(status)
        }
        known.removeAll { $0.nextUpdate.time <= now.time }
        known.sort { $0.nextUpdate.time > $1.nextUpdate.time }
        if known.count > Self.most { known.removeLast(known.count - Self.most) }
    }

    /// - Returns: A car that waited too long, if one has to go.
    mutating func wait(_ car: Waiting) -> Waiting? {
        waiting.append(car)
        return waiting.count > Self.mostWaiting ? waiting.removeFirst() : nil
    }

    mutating func take(_ request: GetCertificateChainStatusRequest) -> Waiting? {
        guard let index = waiting.firstIndex(where: { $0.asked == request }) else { return nil }
        return waiting.remove(at: index)
    }
}

extension Station {
    /// The most certificates one request may name.
    private static let mostInOneRequest = 4

    /// A car showed its chain (ISO 15118-20): is any of it revoked? The host is told what is known, now or later; a
    /// certificate that is missing there could not be checked.
    mutating func checkVehicle(evse: Int, _ wanted: [CertificateStatusRequestInfoType]) {
        let open = wanted.filter { certificates.vehicles.status(of: $0, at: now.dateTime) == nil }
        guard !open.isEmpty, boot.phase == .accepted else { return tell(evse: evse, wanted) }
        // M07.FR.11. No chain is longer.
        let request = GetCertificateChainStatusRequest(
            certificateStatusRequests: Array(open.prefix(Self.mostInOneRequest)))
        let car = VehicleCertificates.Waiting(evse: evse, wanted: wanted, asked: request)
        if let late = certificates.vehicles.wait(car) { tell(evse: late.evse, late.wanted) }
        call(.getCertificateChainStatus(request))
    }

    mutating func take(_ response: GetCertificateChainStatusResponse, to request: GetCertificateChainStatusRequest) {
        certificates.vehicles.learn(response.certificateStatus, at: now.dateTime)
        chainStatusEnded(request)
    }

    /// Answered or not: the car is told what there is.
    mutating func chainStatusEnded(_ request: GetCertificateChainStatusRequest) {
        guard let car = certificates.vehicles.take(request) else { return }
        tell(evse: car.evse, car.wanted)
    }

    private mutating func tell(evse: Int, _ wanted: [CertificateStatusRequestInfoType]) {
        let found = wanted.compactMap { certificates.vehicles.status(of: $0, at: now.dateTime) }
        emit(.host(.vehicleChecked(evse: evse, found)))
    }
}
