// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// Whom a backend asks about; exactly one of the three (N09.FR.09).
package enum CustomerReference: Equatable, Sendable {
    case token(IdTokenType)
    case certificate(CertificateHashDataType)
    case identifier(String)

    init?(_ request: CustomerInformationRequest) {
        switch (request.idToken, request.customerCertificate, request.customerIdentifier) {
        case (let token?, nil, nil): self = .token(token)
        case (nil, let certificate?, nil): self = .certificate(certificate)
        case (nil, nil, let identifier?): self = .identifier(identifier)
        case _: return nil
        }
    }
}

extension Station {
    /// N09, N10.
    mutating func answer(_ request: CustomerInformationRequest, _ id: MessageID) {
        guard let customer = CustomerReference(request) else {
            return answerCustomer(id, .invalid, "NotOneReference")  // N09.FR.09
        }
        guard request.report || request.clear else {
            return answerCustomer(id, .rejected, "NothingAsked")  // N09.FR.07, N10.FR.07
        }
        answerCustomer(id, .accepted, nil)  // N09.FR.02, N10.FR.01
        let records = customerRecords(of: customer)
        if request.clear, !records.isEmpty { forgetCustomer(customer) }  // N10.FR.03, N10.FR.06
        // N09.FR.06, N10.FR.04: an empty text says that nothing was found.
        let text = request.report || records.isEmpty ? records.joined(separator: "\n") : "Cleared"
        notify(text, requestID: request.requestId)
    }

    private mutating func answerCustomer(
        _ id: MessageID, _ status: CustomerInformationStatusEnumType, _ reason: String?
    ) {
        let info = reason.map { StatusInfoType(reasonCode: $0) }
        emit(.answer(id, .customerInformation(CustomerInformationResponse(status: status, statusInfo: info))))
    }

    /// N09.FR.05, in as many parts as it takes.
    private mutating func notify(_ text: String, requestID: Int) {
        let parts = CustomerReport.parts(of: text)
        for (number, part) in parts.enumerated() {
            let request = NotifyCustomerInformationRequest(
                data: part, seqNo: number, generatedAt: now.dateTime, requestId: requestID,
                tbc: number + 1 < parts.count)
            call(.notifyCustomerInformation(request), .triggered)
        }
    }
}

enum CustomerReport {
    /// What one message holds.
    static let partLength = 512
    /// The most messages; what is beyond them is left out, and the last part says so.
    static let mostParts = 64
    static let cut = "\n(cut)"

    /// At least one, which may be empty.
    static func parts(of text: String) -> [String] {
        let scalars = text.unicodeScalars
        var rest = scalars[...]
        var parts: [String] = []
        while parts.count < mostParts, !rest.isEmpty {
            let isLast = parts.count == mostParts - 1 && rest.count > partLength
            let part = rest.prefix(isLast ? partLength - cut.unicodeScalars.count : partLength)
            parts.append(String(String.UnicodeScalarView(part)) + (isLast ? cut : ""))
            rest = rest[part.endIndex...]
        }
        return parts.isEmpty ? [""] : parts
    }
}
