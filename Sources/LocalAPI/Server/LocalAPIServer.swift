// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// The local API as a service: listens until it is told to shut down or cancelled.
package struct LocalAPIServer: Service {
    /// Connections served at once; more wait.
    static let maxConnections = 128

    package let listen: ListenAddress
    let routes: [Route]
    var isGuarded = true
    let logger: Logger
    let onListening: @Sendable (ListenAddress) -> Void

    /// - Parameters:
    ///   - bench: The simulated parts; nil leaves `/bench` unmounted.
    ///   - onListening: Called once with the address that is bound, the port filled in.
    package init(
        listen: ListenAddress, gateway: any GatewayPort, bench: (any BenchPort)? = nil, logger: Logger,
        onListening: @escaping @Sendable (ListenAddress) -> Void = { _ in }
    ) {
        self.listen = listen
        self.logger = logger
        self.onListening = onListening
        let described =
            GatewayRoutes(gateway: gateway).all + CapacityRoutes(gateway: gateway).all
            + OperatorRoutes(gateway: gateway).all
            + OperationsRoutes(gateway: gateway).all + DisplayRoutes(gateway: gateway).all
            + (bench.map { BenchRoutes(bench: $0).all } ?? [])
        self.routes = described + [OpenAPI.route(describing: described)]
    }

    /// Simulated parts without a daemon: `/bench` and `/healthz` alone.
    package init(
        listen: ListenAddress, bench: any BenchPort, logger: Logger,
        onListening: @escaping @Sendable (ListenAddress) -> Void = { _ in }
    ) {
        self.listen = listen
        self.logger = logger
        self.onListening = onListening
        let described = BenchRoutes(bench: bench).all + [OperationsRoutes.health { .good }]
        self.routes = described + [OpenAPI.route(describing: described)]
    }

    /// The drivers' displays alone, for tablets and phones: whoever reaches the address may look and change nothing.
    package init(
        displaysOn listen: ListenAddress, gateway: any GatewayPort, logger: Logger,
        onListening: @escaping @Sendable (ListenAddress) -> Void = { _ in }
    ) {
        self.listen = listen
        self.logger = logger
        self.onListening = onListening
        self.routes = DisplayRoutes(gateway: gateway).all
        isGuarded = false
    }

    /// - Throws: `APIProblem` (status 0) where the address cannot be had.
    package func run() async throws {
        let (listen, onListening) = (listen, onListening)
        let application = Application(
            responder: RouteTable(routes: routes, isGuarded: isGuarded),
            server: .http1(configuration: .init(idleTimeout: .seconds(60), httpDecoderConfiguration: Self.decoder)),
            configuration: .init(
                address: .hostname(listen.host, port: listen.port),
                availableConnectionsDelegate: .maximum(Self.maxConnections, logger: logger)),
            onServerRunning: { channel in
                onListening(ListenAddress(host: listen.host, port: channel.localAddress?.port ?? listen.port))
            },
            logger: logger)
        do {
            try await application.run()
        } catch let error as IOError {
            throw APIProblem(
                status: 0, "The API cannot listen on \(listen): \(error.localizedReason)",
                remedy: "Is another program there? Choose another address with api.listen, --listen or display.listen.")
        }
    }

    private static var decoder: HTTP1Channel.Configuration.DecoderConfiguration {
        .init(maxHeaderFieldSize: 8_192, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100)
    }
}

extension IOError {
    fileprivate var localizedReason: String { description }
}
