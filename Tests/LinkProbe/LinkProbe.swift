// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import BackendLinks
import Foundation
import NIOPosix
import TLS

/// Keeps a link to a backend and prints what it sees as a line of JSON each. Every text is sent back; a few are commands:
/// “!close” ends the probe, “!burst N BYTES” sends N messages at once, “!sleep S” reads nothing for a while.
@main
struct LinkProbe {
    static func main() async {
        let options = Options(CommandLine.arguments.dropFirst())
        do {
            let link = BackendLink(
                [try profile(options)],
                policy: ReconnectPolicy(
                    minimum: .milliseconds(options.number("--wait") ?? 200), repeatTimes: 3,
                    randomRange: .milliseconds(10)),
                bounds: bounds(options), on: .singletonMultiThreadedEventLoopGroup, clock: .continuous)
            await watch(link, endsAfter: options.number("--ends") ?? 1)
        } catch {
            say(["event": "refused", "words": "\(error)"])
        }
    }

    private static func profile(_ options: Options) throws(BackendRefused) -> NetworkProfile {
        let proof: NetworkProfile.Proof =
            if let password = options["--password"] {
                .password(Password(password))
            } else if let certificate = options["--certificate"], let key = options["--key"] {
                .certificate(TLSIdentity(certificateFile: certificate, keyFile: key))
            } else { .none }
        return try NetworkProfile(
            address: BackendAddress(options["--url"] ?? ""), identity: options["--identity"] ?? "CS 1/A",
            proof: proof, trust: options["--ca"].map { .file($0) } ?? .system,
            subprotocols: (options["--subprotocols"] ?? "ocpp2.1,ocpp2.0.1,ocpp1.6").split(separator: ",")
                .compactMap { Subprotocol(rawValue: String($0)) },
            allowsInsecure: options["--allow-insecure"] != nil)
    }

    private static func bounds(_ options: Options) -> LinkBounds {
        var bounds = LinkBounds()
        if let bytes = options.number("--message") { bounds.message = bytes }
        if let bytes = options.number("--unsent") { bounds.unsentBytes = bytes }
        if let milliseconds = options.number("--opening") { bounds.opening = .milliseconds(milliseconds) }
        if let milliseconds = options.number("--ping") { bounds.pingInterval = .milliseconds(milliseconds) }
        if let milliseconds = options.number("--pong") { bounds.pongPatience = .milliseconds(milliseconds) }
        if let milliseconds = options.number("--closing") { bounds.closing = .milliseconds(milliseconds) }
        return bounds
    }

    /// - Parameter endsAfter: so many ends and refusals.
    private static func watch(_ link: BackendLink<ContinuousClock>, endsAfter: Int) async {
        await withTaskGroup(of: Void.self) { group in
            let (ends, end) = AsyncStream.makeStream(of: Void.self)
            group.addTask {
                await link.run { event in
                    switch event {
                    case .opened(let subprotocol, let profile):
                        say(["event": "opened", "subprotocol": subprotocol.rawValue, "profile": profile])
                    case .text("!close"): end.finish()
                    case .text(let text): await answer(link, text)
                    case .closed(let reason, _):
                        say(["event": "closed", "words": "\(reason)"])
                        end.yield()
                    case .refused(let refusal, _, _):
                        say([
                            "event": "refused", "words": "\(refusal)", "security_event": refusal.securityEvent ?? "",
                        ])
                        end.yield()
                    }
                }
            }
            var left = endsAfter
            for await _ in ends {
                left -= 1
                if left <= 0 { break }
            }
            group.cancelAll()
        }
    }

    private static func answer(_ link: BackendLink<ContinuousClock>, _ text: String) async {
        say(["event": "text", "bytes": text.utf8.count, "text": String(text.prefix(80))])
        let words = text.split(separator: " ")
        if words.first == "!burst", words.count == 3, let count = Int(words[1]), let size = Int(words[2]) {
            await burst(link, count, String(repeating: "x", count: size))
        } else if words.first == "!sleep", words.count == 2, let seconds = Double(words[1]) {
            try? await ContinuousClock().sleep(for: .seconds(seconds))
        } else {
            await send(link, text)
        }
    }

    private static func burst(_ link: BackendLink<ContinuousClock>, _ count: Int, _ text: String) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<count { group.addTask { await send(link, text) } }
        }
    }

    private static func send(_ link: BackendLink<ContinuousClock>, _ text: String) async {
        do { try await link.send(text) } catch { say(["event": "unsent", "words": "\(error)"]) }
    }
}

/// `--name value`, or `--name` alone.
private struct Options {
    private var values: [String: String] = [:]

    init(_ arguments: some Sequence<String>) {
        var name: String?
        for argument in arguments {
            if argument.hasPrefix("--") {
                name = argument
                values[argument] = ""
            } else if let last = name {
                values[last] = argument
                name = nil
            }
        }
    }

    subscript(_ name: String) -> String? { values[name] }
    func number(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
}

private func say(_ values: [String: any Sendable]) {
    guard let line = try? JSONSerialization.data(withJSONObject: values, options: [.sortedKeys]) else { return }
    FileHandle.standardOutput.write(line + Data("\n".utf8))
}
