// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

// Certificates from the backend, and receipts of the meter.

extension StationMachine {
    /// The car waits 5 s for an answer; in ISO 15118-20 it may be told to ask again, but not for ever.
    static var certificateAnswer: Interval { .milliseconds(4_500) }
    static var certificatePatience: Interval { .seconds(60) }

    mutating func ask(_ wish: CertificateRequest, _ request: Request, at now: Instant) -> [Output] {
        guard let contracts, offersCertificates, standard.isISO20 || payment.mayRequestCertificates else {
            return refuse(request, .sequenceError)
        }
        // The backend checks again; but what is not signed by its own certificate need not get that far.
        guard isSigned(wish.signature, by: wish.signer, contracts) else { return refuse(request, .signatureError) }
        // A car that was told to wait may ask with the same words or with new ones: there is one wish under way.
        let since = payment.certificate?.since ?? now
        let isNew = payment.certificate == nil
        payment.certificate = (wish, since)
        if let result = payment.result {
            payment.result = nil
            return answer(result, at: now)
        }
        phase = .awaitingCertificate
        deadline = now + Self.certificateAnswer
        return isNew ? [.effect(.certificate(wish))] : []
    }

    mutating func certificate(_ result: CertificateResult, at now: Instant) -> [Output] {
        guard payment.certificate != nil else { return [] }
        guard phase == .awaitingCertificate else {
            payment.result = result
            return []
        }
        return answer(result, at: now)
    }

    private mutating func answer(_ result: CertificateResult, at now: Instant) -> [Output] {
        guard let wish = payment.certificate?.request else { return [] }
        payment.certificate = nil
        phase = standard.isISO20 ? .authorization : .paymentDetails
        deadline = now + offer.sequenceTimeout
        switch result {
        case .response(let bytes):
            guard let relayed = Translation.relayed(bytes, wish, sessionID) else { return noCertificate(wish) }
            let reply = Output.reply(Reply(.ok, .certificate(wish.action, .relayed(relayed.bytes))))
            return relayed.isFailure ? [reply] + end(.refused(.noCertificate, .certificate)) : [reply]
        case .unavailable: return noCertificate(wish)
        }
    }

    /// ISO 15118-20 lets the car go on without.
    private mutating func noCertificate(_ wish: CertificateRequest) -> [Output] {
        guard standard.isISO20 else { return refuse(.certificate(wish), .noCertificate) }
        return [.reply(Reply(.warningNoCertificate, .certificate(wish.action, .none)))]
    }

    mutating func certificateIsLate(at now: Instant) -> [Output] {
        guard let (wish, since) = payment.certificate else { return end(.silent) }
        guard standard.isISO20, now - since < Self.certificatePatience else { return answer(.unavailable, at: now) }
        phase = .authorization
        deadline = now + offer.sequenceTimeout
        return [.reply(Reply(.ok, .certificate(wish.action, .ongoing)))]
    }

    // MARK: Receipts

    /// A contract pays for what the meter shows; the car signs for it now and then.
    mutating func wantReceipt(_ reply: inout LoopReply, at now: Instant) {
        guard let interval = contracts?.receiptInterval, payment.contract != nil, let reading = facts.meter else {
            return
        }
        guard let last = payment.lastReceipt else {
            // From the first turn on.
            payment.lastReceipt = now
            return
        }
        guard now - last >= interval else { return }
        payment.shown = reading
        reply.meter = reading
        payment.lastReceipt = now
        if standard.isISO20 {
            payment.wantsConfirmation = true
        } else {
            reply.wantsReceipt = true
            phase = .meteringReceipt
        }
    }

    mutating func confirm(_ receipt: MeterReceipt, _ request: Request, at now: Instant) -> [Output] {
        if phase == .meteringReceipt { phase = .charging }
        payment.wantsConfirmation = false
        let reply = Output.reply(Reply(.ok, .meterConfirmation))
        // Without a contract there is no key to sign with, and nothing hangs on it.
        guard let contract = payment.contract, let contracts else { return [reply] }
        guard let shown = payment.shown, receipt.confirms(shown, in: sessionID),
            isSigned(receipt.signature, by: contract.chain, contracts)
        else { return refuse(request, .meterSignatureInvalid) }
        payment.shown = nil
        return [.effect(.receipt(shown)), reply]
    }
}
