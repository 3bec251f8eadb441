// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import NIOHTTP1
import NIOWebSocket

/// What both sides agreed on when the WebSocket was accepted.
struct Agreement: Equatable {
    let subprotocol: Subprotocol
    let deflate: DeflateAgreement?

    init(_ profile: NetworkProfile, _ head: HTTPResponseHead) throws(BackendRefused) {
        subprotocol = try Self.chosen(profile, head.headers["Sec-WebSocket-Protocol"])
        do throws(ExtensionFault) {
            deflate = try DeflateAgreement.answered(head.headers["Sec-WebSocket-Extensions"])
        } catch { throw .foreignExtension(profile.address, words: error.words) }
    }

    private static func chosen(_ profile: NetworkProfile, _ headers: [String]) throws(BackendRefused) -> Subprotocol {
        let (address, offered) = (profile.address, profile.subprotocols)
        guard let text = headers.first?.trimmed, !text.isEmpty else {
            throw .noSubprotocol(address, offered: offered)
        }
        guard headers.count == 1, let chosen = Subprotocol(rawValue: text), offered.contains(chosen) else {
            throw .foreignSubprotocol(address, chosen: text, offered: offered)
        }
        return chosen
    }
}

/// Judges the acceptance in the moment it arrives. A backend that speaks none of our versions accepts and hangs up at
/// once, and then the reason must be known before the connection is gone.
struct CheckedUpgrader: NIOHTTPClientProtocolUpgrader, Sendable {
    private let profile: NetworkProfile
    private let opened: EventLoopPromise<Opened>
    private let upgrader: NIOWebSocketClientUpgrader

    init(
        profile: NetworkProfile, opened: EventLoopPromise<Opened>, limit: Int,
        accept: @escaping @Sendable (any Channel, Agreement) -> EventLoopFuture<Void>
    ) {
        (self.profile, self.opened) = (profile, opened)
        upgrader = NIOWebSocketClientUpgrader(maxFrameSize: limit, automaticErrorHandling: false) { channel, head in
            do throws(BackendRefused) {
                return accept(channel, try Agreement(profile, head))
            } catch { return channel.eventLoop.makeFailedFuture(error) }
        }
    }

    var supportedProtocol: String { upgrader.supportedProtocol }
    var requiredUpgradeHeaders: [String] { upgrader.requiredUpgradeHeaders }

    func addCustom(upgradeRequestHeaders: inout HTTPHeaders) {
        upgrader.addCustom(upgradeRequestHeaders: &upgradeRequestHeaders)
    }

    func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool {
        guard upgrader.shouldAllowUpgrade(upgradeResponse: upgradeResponse) else { return false }
        do throws(BackendRefused) {
            _ = try Agreement(profile, upgradeResponse)
            return true
        } catch {
            opened.fail(error)
            return false
        }
    }

    func upgrade(context: ChannelHandlerContext, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<Void> {
        upgrader.upgrade(context: context, upgradeResponse: upgradeResponse)
    }
}
