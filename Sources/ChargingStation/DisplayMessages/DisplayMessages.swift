// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// The messages a backend wants shown, and which of them are up (block O).
struct DisplayMessages: Equatable, Sendable {
    /// `DisplayMessageCtrlr.DisplayMessages`, maxLimit: with all their languages at most 160 kB.
    static let most = 32
    static let keptPrefix = "display/"

    /// In the order of their ids.
    private(set) var messages: [MessageInfoType] = []
    /// What the host was told to show.
    fileprivate(set) var shown: [MessageInfoType] = []

    /// O01.FR.10, O02.FR.10. There is one display, which messages without a display are for (O01.FR.20, O01.FR.23).
    init(kept: [String: [UInt8]] = [:]) {
        messages = kept.filter { $0.key.hasPrefix(Self.keptPrefix) }
            .compactMap { object(MessageInfoType.self, from: $0.value) }
            .sorted { $0.id < $1.id }
    }

    /// Replaces the message of that id (O06.FR.01), and the other one that is always in front (O01.FR.16, O02.FR.18).
    /// - Returns: Nil if there would be more than `most` (O01.FR.11, O02.FR.11); else the ids of those that are gone.
    mutating func set(_ message: MessageInfoType) -> [Int]? {
        let replaced = messages.filter {
            $0.id != message.id && message.priority == .alwaysFront && $0.priority == .alwaysFront
        }.map(\.id)
        let others = messages.filter { $0.id != message.id && !replaced.contains($0.id) }
        guard others.count < Self.most else { return nil }
        messages = (others + [message]).sorted { $0.id < $1.id }
        return replaced
    }

    /// - Returns: The ids of those that are gone.
    mutating func remove(where isOver: (MessageInfoType) -> Bool) -> [Int] {
        let gone = messages.filter(isOver).map(\.id)
        if !gone.isEmpty { messages.removeAll { gone.contains($0.id) } }
        return gone
    }

    /// Which of the messages that may be shown now are shown: the one that is always in front alone (O01.FR.15), else
    /// those in front in turn (O01.FR.13, O01.FR.14), else the normal cycle (O01.FR.12); for a transaction the same
    /// (O02.FR.14, O02.FR.15, O02.FR.16, O02.FR.17).
    static func leading(_ messages: [MessageInfoType]) -> [MessageInfoType] {
        for priority in [MessagePriorityEnumType.alwaysFront, .inFront, .normalCycle] {
            let leading = messages.filter { $0.priority == priority }
            if !leading.isEmpty { return leading }
        }
        return []
    }
}

extension Station {
    // MARK: O01, O02, O06

    mutating func answer(_ request: SetDisplayMessageRequest) -> SetDisplayMessageResponse {
        let message = request.message
        if let response = refusal(of: message) { return response }
        guard let replaced = display.set(message) else {
            return .init(status: .rejected, statusInfo: StatusInfoType(reasonCode: "TooManyElements"))
        }
        for id in replaced { emit(.keep(key: DisplayMessages.keptPrefix + String(id), nil)) }
        emit(.keep(key: DisplayMessages.keptPrefix + String(message.id), bytes(of: message)))
        return .init(status: .accepted)
    }

    /// Every priority, state and format there is can be shown (O01.FR.01, O01.FR.02, O01.FR.03, O02.FR.03, O02.FR.04,
    /// O02.FR.05), as the device model says.
    private func refusal(of message: MessageInfoType) -> SetDisplayMessageResponse? {
        guard setup.role == .inCharge, !setup.displayLanguages.isEmpty, variables.flag(DisplayVariables.enabled) else {
            return .init(status: .rejected, statusInfo: StatusInfoType(reasonCode: "NotEnabled"))
        }
        if let display = message.display, display.name != "Display" || display.instance != nil || display.evse != nil {
            return .init(status: .rejected, statusInfo: StatusInfoType(reasonCode: "NotFound"))  // O01.FR.22
        }
        let languages = ([message.message] + (message.messageExtra ?? [])).compactMap(\.language)
        guard languages.allSatisfy({ isSpoken($0) }) else { return .init(status: .languageNotSupported) }  // O01.FR.18
        if let id = message.transactionId, !evses.contains(where: { $0.transaction?.id == id }) {
            return .init(status: .unknownTransaction)  // O02.FR.01
        }
        return nil
    }

    private func isSpoken(_ language: String) -> Bool {
        setup.displayLanguages.contains { $0.lowercased() == language.lowercased() }
    }

    // MARK: O03, O04

    mutating func answer(_ request: GetDisplayMessagesRequest, _ id: MessageID) {
        let messages = display.messages.filter { message in
            (request.id.map { $0.contains(message.id) } ?? true)
                && (request.priority.map { message.priority == $0 } ?? true)
                && (request.state.map { message.state == $0 } ?? true)
        }
        guard !messages.isEmpty, reports.hasRoom else {  // O03.FR.06, O04.FR.02, O04.FR.07
            return emit(.answer(id, .getDisplayMessages(GetDisplayMessagesResponse(status: .unknown))))
        }
        emit(.answer(id, .getDisplayMessages(GetDisplayMessagesResponse(status: .accepted))))  // O03.FR.01, O04.FR.01
        let parts = parts(messages, mostItems: 16, mostBytes: VariableReport.mostBytes)  // O03.FR.03, O04.FR.04
        sendInParts(
            parts.indices.map { index in  // O03.FR.02, O03.FR.04, O03.FR.05, O04.FR.03, O04.FR.05, O04.FR.06
                .notifyDisplayMessages(
                    NotifyDisplayMessagesRequest(
                        requestId: request.requestId, messageInfo: parts[index], tbc: index + 1 < parts.count))
            })
    }

    // MARK: O05

    mutating func answer(_ request: ClearDisplayMessageRequest) -> ClearDisplayMessageResponse {
        guard forget({ $0.id == request.id }) else { return .init(status: .unknown) }  // O05.FR.02
        return .init(status: .accepted)  // O05.FR.01
    }

    @discardableResult
    private mutating func forget(_ isOver: (MessageInfoType) -> Bool) -> Bool {
        let gone = display.remove(where: isOver)
        for id in gone { emit(.keep(key: DisplayMessages.keptPrefix + String(id), nil)) }
        return !gone.isEmpty
    }

    // MARK: Showing

    /// Removes what is over, and shows what the state of the station asks for.
    mutating func advanceDisplay() {
        let running = Set(evses.compactMap(\.transaction?.id))
        let wall = now.wall
        forget { message in  // O01.FR.07, O02.FR.02, O02.FR.07
            (message.endDateTime.map { $0.time <= wall } ?? false)
                || (message.transactionId.map { !running.contains($0) } ?? false)
        }
        showMessages()
        tidyDriverViews()
    }

    mutating func showMessages() {
        let isOn = variables.flag(DisplayVariables.enabled)
        let messages = isOn ? DisplayMessages.leading(display.messages.filter { mayBeShown($0) }) : []
        let inLanguage = messages.map(inLanguageOfTheStation)
        guard inLanguage != display.shown else { return }
        display.shown = inLanguage
        emit(.host(.display(inLanguage)))
    }

    private func mayBeShown(_ message: MessageInfoType) -> Bool {
        if let start = message.startDateTime, now.wall < start.time { return false }  // O01.FR.06, O02.FR.06
        guard let state = message.state else { return true }
        return evses.contains { isAbout(message, $0) && isIn(state, $0) }
    }

    private func isAbout(_ message: MessageInfoType, _ evse: EVSEState) -> Bool {
        message.transactionId.map { evse.transaction?.id == $0 } ?? true
    }

    /// What is shown to whoever stands before one EVSE: of the messages for a transaction or a state only those that are about
    /// this one (O01.FR.03, O02.FR.02).
    func messages(at index: Int) -> [MessageInfoType] {
        guard variables.flag(DisplayVariables.enabled) else { return [] }
        return DisplayMessages.leading(
            display.messages.filter { message in
                mayBeShown(message) && isAbout(message, evses[index])
                    && message.state.map { isIn($0, evses[index]) } ?? true
            })
    }

    private func isIn(_ state: MessageStateEnumType, _ evse: EVSEState) -> Bool {
        let availability = availabilityState(evse: evse.id)
        return switch state {
        case .charging: evse.report.flow == .charging
        case .discharging: evse.report.flow == .discharging
        case .suspended: evse.report.flow == .suspendedByVehicle || evse.report.flow == .suspendedByStation
        case .faulted: availability == .faulted
        case .unavailable: availability == .unavailable
        case .idle: evse.transaction == nil && (availability == .available || availability == .reserved)
        }
    }

    /// The text in the language of the station, else in English, else as the message has it (O01.FR.09, O01.FR.24,
    /// O02.FR.19); all of them stay with it, for a display that knows what its reader prefers (O01.FR.08, O02.FR.08,
    /// O02.FR.09).
    private func inLanguageOfTheStation(_ message: MessageInfoType) -> MessageInfoType {
        let contents = [message.message] + (message.messageExtra ?? [])
        let wanted = [variables.text(DisplayVariables.language) ?? "en", "en"]
        let best =
            wanted.lazy.compactMap { language in
                contents.firstIndex { $0.language?.lowercased() == language.lowercased() }
            }.first ?? 0
        var message = message
        message.message = contents[best]
        let others = contents.indices.filter { $0 != best }.map { contents[$0] }
        message.messageExtra = others.isEmpty ? nil : others
        return message
    }

    /// When the next message begins or ends by the clock, or something that was told for a while is over.
    var displayAt: Instant? {
        let messages = display.messages.flatMap { [$0.startDateTime, $0.endDateTime] }.compactMap(\.self)
            .filter { $0.time > now.wall }.map { now.instant(of: $0.time) }
        return (messages + evses.flatMap { [$0.farewell?.until, $0.refusal?.until].compactMap(\.self) }).min()
    }
}
