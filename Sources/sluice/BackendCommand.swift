// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Bench
import TLS

extension BenchCommand {
    struct BackendCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backend",
            abstract: "A CSMS for OCPP 1.6, 2.0.1 and 2.1 that prints what it hears and does what it is told.",
            discussion: """
                Takes every station at ws://HOST:PORT/STATION and accepts it. Prints each message as a line of JSON on stdout. Commands \
                come from the script, then from stdin, one a line; a command that calls waits for the answer.

                \(BenchBackend.help)

                A script ends with “quit”, exit code 0, or with the first expectation that fails, exit code 1.
                """)
        @Option(help: "HOST:PORT, port 0 for a free one.") var listen = "127.0.0.1:0"
        @Option(help: "1.6, 2.0.1 or 2.1; repeatable. All without it.") var version: [String] = []
        @Option(help: "Demanded of every station by Basic authentication, with its identity as user.") var password:
            String?
        @Option(help: "A certificate chain in PEM; makes it wss.") var certificate: String?
        @Option(help: "The private key of the certificate, in PEM.") var key: String?
        @Option(help: "Authorities in PEM; stations must show a certificate of theirs.") var clientAuthority: String?
        @Option(help: "A file of commands.") var script: String?

        func run() throws {
            try benching {
                var options = try BackendOptions(listen: listen)
                if !version.isEmpty { options.versions = try version.map { try BackendOptions.version(named: $0) } }
                options.password = password
                options.script = script
                options.identity = try identity()
                options.clients = clientAuthority.map { .file($0) }
                let code = try BenchBackend.run(options)
                if code != 0 { throw ExitCode(code) }
            }
        }

        private func identity() throws -> TLSIdentity? {
            switch (certificate, key) {
            case (nil, nil): return nil
            case (let certificate?, let key?): return TLSIdentity(certificateFile: certificate, keyFile: key)
            case (_, _): throw BenchProblem(.usage, "A certificate and its key come together.")
            }
        }
    }
}
