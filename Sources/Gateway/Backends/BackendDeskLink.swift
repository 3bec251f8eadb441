// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import BackendLinks
import ChargingStation
import Electricity
import LinuxIO
import Logging
import OCPP
import OCPP21
import StationFaces
import StationStore

/// What comes from the link, and what the conversation over it says.
extension BackendDesk {
    func take(_ event: LinkEvent) {
        switch event {
        case .opened(let subprotocol, let profile): connected(subprotocol.version, profile: profile)
        case .text(let text):
            state.count(\.received)
            guard conversation != nil else { return }
            heardAt = MonotonicClock.now()
            defer { heardAt = nil }
            hear(conversation?.receive(Array(text.utf8), at: MonotonicClock.now()) ?? [])
            work()
        case .closed(let end, let wait):
            logger.notice("the link is closed: \(end)", metadata: ["retry_in": "\(wait)"])
            state.failed("\(end)")
            disconnected()
            relinkIfNeeded(after: wait)
        case .refused(let refusal, let profile, let wait):
            logger.warning("\(refusal)", metadata: ["retry_in": "\(wait)"])
            state.failed("\(refusal)")
            let used = plan.flatMap { $0.profiles.indices.contains(profile) ? $0.profiles[profile] : nil }
            if let reason = CredentialRefusal(refusal, securityProfile: used?.securityProfile ?? 0) {
                let before = station.credentials
                feed(.refused(reason))
                if station.credentials != before { hasNewSettings = true }
            }
            if let event = refusal.securityEvent.flatMap(SecurityEvent.init(rawValue:)) {
                feed(.security(event, detail: String("\(refusal)".prefix(255))))
            }
            relinkIfNeeded(after: wait)
        }
    }

    func relinkIfNeeded(after wait: Duration) {
        guard hasNewSettings else { return }
        relinkAfter = min(wait, .seconds(10))
        linkTask?.cancel()
    }

    func connected(_ version: OCPPVersion, profile: Int) {
        connections += 1
        var settings = StationConversation.Settings()
        let slot = plan.flatMap { $0.slots.indices.contains(profile) ? $0.slots[profile] : nil }
        let used = station.connectionSettings.profiles.first { $0.slot == slot }?.profile
        settings.timeout = .seconds(min(max(used?.messageTimeout ?? 30, 1), 3_600))
        settings.evses = evseIDs
        let bounds = station.listBounds
        (settings.itemsPerMessage, settings.longestLocalList) = (bounds.itemsPerMessage, bounds.localListEntries)
        (settings.mostProfiles, settings.mostDischarge) = (bounds.profiles, mostDischarge)
        conversation = StationConversation(
            version: version, idPrefix: Self.idPrefix(), settings: settings, memory: outbox.kept("face/"))
        let (stream, wire) = AsyncStream.makeStream(of: String.self)
        self.wire = wire
        sender = Task { [link, state, logger] in
            for await text in stream {
                do throws(LinkFault) {
                    try await link?.send(text)
                    state.count(\.sent)
                } catch {
                    logger.debug("not sent: \(error)")
                }
            }
        }
        delivery.connected()
        state.opened(version)
        logger.notice("the link is open", metadata: ["version": "\(version.subprotocol)"])
        if let slot { inputs.append(.done(.usesNetworkProfile(slot: slot))) }
        feed(.connected(version))
    }

    func disconnected() {
        guard conversation != nil else { return }
        for event in conversation?.disconnect() ?? [] {
            switch event {
            case .keep(let key, let value): outbox.keep("face/" + key, value)
            // A call of several messages of 1.6 of which everything that counts was answered.
            case .answered(let request, let response):
                guard !CSMSRequest.isUnanswered(request.action) else { continue }
                settle(delivery.answered(), request)
                inputs.append(.answered(request, response))
            // The delivery itself knows what was on its way; nobody waits for the rest.
            case .failed, .transmit, .asked, .misbehaved, .notice, .close: break
            }
        }
        conversation = nil
        wire?.finish()
        wire = nil
        sender?.cancel()
        frames = []
        let forgotten = delivery.disconnected()
        state.closed()
        inputs += [.disconnected] + forgotten.map { .failed($0, .timedOut) }
        work()
    }

    /// Different for every connection this station ever makes (part 4, 4.1.4), also after the clock was set back.
    static func idPrefix() -> String {
        let milliseconds = UInt64(max(0, StationTime.now().wall.milliseconds))
        return String(milliseconds, radix: 36) + "-" + String(UInt32.random(in: 0...(.max)), radix: 36)
    }

    /// What the conversation says.
    func hear(_ events: [StationConversation.Event]) {
        for event in events {
            switch event {
            case .transmit(let frame): frames.append(frame)
            case .asked(let id, let request): inputs.append(.asked(id, request))
            case .answered(let request, let response):
                guard !CSMSRequest.isUnanswered(request.action) else { continue }
                settle(delivery.answered(), request)
                inputs.append(.answered(request, response))
            case .failed(let request, let failure):
                guard !CSMSRequest.isUnanswered(request.action) else { continue }
                let outcome = delivery.failed(failure, at: MonotonicClock.now(), station.deliveryRules)
                settle(outcome, request)
                if outcome.isFinal { inputs.append(.failed(request, failure)) }
            case .keep(let key, let value): outbox.keep("face/" + key, value)
            case .misbehaved(let words):
                if state.misbehaved() { logger.warning("the backend broke a rule: \(words)") }
                inputs.append(.security(.invalidMessages, detail: String(words.prefix(255))))
            case .notice(let words): logger.notice("\(words)")
            case .close(let code):
                Task { [link] in await link?.close(code: code) }
            }
        }
    }

    func settle(_ outcome: Delivery.Outcome, _ request: CSMSRequest) {
        if let number = outcome.removed { outbox.remove(number, of: request.transactionID) }
        if let notice = outcome.notice { logger.error("\(notice)") }
    }
}
