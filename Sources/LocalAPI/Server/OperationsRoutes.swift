// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import FoundationEssentials
import Hummingbird
import NIOCore

/// What supervisors, monitoring and browsers ask for.
struct OperationsRoutes: Sendable {
    let gateway: any GatewayPort

    var all: [Route] {
        [
            Route(
                .get, "/metrics",
                Operation(id: "metrics", summary: "Prometheus metrics", mediaType: MetricsText.contentType)
            ) { _ throws(APIProblem) in
                .text(
                    ByteBuffer(string: MetricsText.render(await gateway.metrics())), as: MetricsText.contentType)
            },
            Self.health { [gateway] in await gateway.health() },
            Route(
                .get, "/readyz",
                Operation(
                    id: "readiness", summary: "Whether the site is under control", answers: "Condition", problems: [503]
                )
            ) { _ throws(APIProblem) in
                try Self.answer(await gateway.readiness(), remedy: "`sluice status` shows what is missing.")
            },
            Route(.get, "/", Operation(id: "dashboard", summary: "The dashboard", mediaType: "text/html")) {
                _ throws(APIProblem) in PageResponse.html(Dashboard.html)
            },
        ]
    }

    static func health(of process: @escaping @Sendable () async -> Condition) -> Route {
        Route(
            .get, "/healthz",
            Operation(id: "health", summary: "Whether the process works", answers: "Condition", problems: [503])
        ) { _ throws(APIProblem) in
            try answer(await process(), remedy: "Restart the daemon; its journal says what happened.")
        }
    }

    private static func answer(_ condition: Condition, remedy: String) throws(APIProblem) -> Response {
        switch condition {
        case .good: return try .json(["status": "ok"])
        case .bad(let reason): throw .unavailable(reason, remedy: remedy)
        }
    }
}
