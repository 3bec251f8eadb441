// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The JSON shapes in JSON Schema; a test holds them against what is really sent.
enum APISchemas {
    static let all: [String: JSONValue] = [
        "SiteStatus": object(
            [
                "site": text, "time": time, "connection_point": reference("ConnectionPoint"),
                "limits": list(reference("Limit")), "evses": list(reference("EVSE")),
                "backends": list(reference("Backend")), "loop": reference("Loop"),
                "uptime_s": number, "version": text,
            ], optional: []),
        "ConnectionPoint": object(
            [
                "power_W": number, "current_A": reference("PerPhase"), "voltage_V": number, "frequency_Hz": number,
                "meter": reference("Link"), "uncontrolled_W": number,
            ], optional: ["power_W", "current_A", "voltage_V", "frequency_Hz", "uncontrolled_W"]),
        "PerPhase": object(["l1": number, "l2": number, "l3": number], optional: []),
        "Link": object(
            [
                "state": ["type": "string", "enum": .array(LinkStatus.State.allCases.map { .string($0.rawValue) })],
                "age_ms": size, "fault": text,
            ], optional: ["age_ms", "fault"]),
        "Limit": object(
            ["scope": text, "import_W": size, "export_W": size, "source": text, "expires_in_s": number],
            optional: ["import_W", "export_W", "expires_in_s"]),
        "EVSE": object(
            [
                "id": integer, "name": text, "profile": text, "link": reference("Link"), "state": text,
                "power_W": number, "target_W": number, "bound_by": text,
                "soc_percent": ["type": "number", "minimum": 0, "maximum": 100], "wish": reference("Wish"),
                "vehicle": reference("Vehicle"),
                "identity": reference("Identity"), "fallback": reference("Fallback"),
            ], optional: ["power_W", "soc_percent", "wish", "vehicle"]),
        "Vehicle": object(
            [
                "state": text, "protocol": text, "service": text, "mode": text, "vehicle": text, "address": text,
                "security": text, "soc_percent": number, "charge_W": size, "discharge_W": size, "no_discharge": text,
                "last_end": text, "fault": text,
            ],
            optional: [
                "protocol", "service", "mode", "vehicle", "address", "security", "soc_percent", "charge_W",
                "discharge_W",
                "no_discharge", "last_end", "fault",
            ]),
        "Backend": object(
            [
                "name": text, "url": text, "identity": text, "role": text, "connected": ["type": "boolean"],
                "state": text, "version": text, "security_profile": integer, "queue": integer, "waiting": integer,
                "last_error": text,
            ], optional: ["version", "last_error"]),
        "Token": object(["token": text, "type": text], optional: ["type"]),
        "Wish": object(["source": text, "power_W": number, "expires_in_s": number], optional: ["expires_in_s"]),
        "Identity": object(
            ["vendor": text, "model": text, "serial": text, "firmware": text],
            optional: ["vendor", "model", "serial", "firmware"]),
        "Fallback": object(
            ["armed": ["type": "boolean"], "power_W": number, "after_s": size], optional: ["power_W", "after_s"]),
        "Loop": object(
            [
                "period_ms": size, "ticks": integer, "misses": integer, "cost_us": reference("Percentiles"),
                "lateness_us": reference("Percentiles"), "real_time": ["type": "boolean"], "notices": list(text),
            ], optional: []),
        "Percentiles": object(["p50": number, "p99": number, "max": number], optional: []),
        "Explanation": object(
            ["evse": integer, "time": time, "target_W": number, "steps": list(reference("Step"))], optional: []),
        "Step": object(["stage": text, "value_W": number, "because": text], optional: []),
        "PowerRequest": object(
            [
                "power": ["type": "string", "examples": ["-7 kW", "4200 W"]],
                "for": ["type": "string", "examples": ["15 min", "2 h"]],
            ], optional: ["for"]),
        "Contact": object(["state": ["type": "string", "enum": ["closed", "open", "unknown"]]], optional: []),
        "Scheme": object(
            [
                "import": ["type": "string", "examples": ["60 A"]], "export": ["type": "string", "examples": ["16 A"]],
                "code": text,
            ], optional: ["import", "export"]),
        "Capacity": object(
            [
                "import": power, "export": power, "start": time,
                "for": ["type": "string", "examples": ["15 min", "2 h"]],
            ], optional: ["import", "export", "start", "for"]),
        "FlexibleStatus": object(
            ["import_W": size, "export_W": size, "withdrawals": list(reference("Withdrawal"))], optional: []),
        "Withdrawal": object(
            [
                "instruction": integer, "leaves_import_W": size, "leaves_export_W": size, "start": time,
                "duration_s": size, "begun": ["type": "boolean"],
            ], optional: ["start", "duration_s"]),
        "EnvelopeControl": object(
            [
                "import": power, "export": power, "generation": power, "load": power, "energize": flag,
                "primacy": ["type": "string", "examples": ["0", "255"]], "start": time,
                "for": ["type": "string", "examples": ["15 min"]],
                "randomize_start": ["type": "string", "examples": ["0", "300"]],
            ],
            optional: [
                "import", "export", "generation", "load", "energize", "primacy", "start", "randomize_start",
            ]),
        "EnvelopeBounds": object(
            ["import": power, "export": power, "generation": power, "load": power, "energize": flag],
            optional: ["import", "export", "generation", "load", "energize"]),
        "EnvelopeStatus": object(
            ["default": reference("Bounds"), "controls": list(reference("Control"))], optional: []),
        "Control": object(
            [
                "instruction": integer, "primacy": integer, "start": time, "duration_s": size,
                "state": ["type": "string", "enum": ["scheduled", "active", "cancelling"]],
                "bounds": reference("Bounds"),
            ], optional: []),
        "Bounds": object(
            [
                "import_W": size, "export_W": size, "generation_W": size, "load_W": size,
                "energize": ["type": "boolean"],
            ], optional: ["import_W", "export_W", "generation_W", "load_W", "energize"]),
        "Code": object(["code": text], optional: []),
        "Display": object(
            [
                "evse": integer, "time": time, "language": text, "languages": list(text),
                "state": words(DriverDisplay.State.self), "state_text": text, "power_W": number,
                "direction": words(DriverDisplay.Direction.self),
                "soc_percent": ["type": "number", "minimum": 0, "maximum": 100], "limit": reference("DisplayLimit"),
                "session": reference("DisplaySession"), "cost": reference("DisplayCost"),
                "cost_message": reference("DisplayText"), "personal": reference("DisplayText"),
                "tariff": reference("DisplayText"), "prices": list(reference("DisplayPrice")), "refusal": text,
                "payment": reference("DisplayText"), "messages": list(reference("DisplayMessage")),
                "labels": ["type": "object", "additionalProperties": ["type": "string"]],
            ],
            optional: [
                "power_W", "soc_percent", "limit", "session", "cost", "cost_message", "personal", "tariff", "refusal",
                "payment",
            ]),
        "DisplayLimit": object(["by": words(DriverDisplay.Limit.Cause.self), "text": text], optional: []),
        "DisplaySession": object(
            ["charged_Wh": number, "delivered_Wh": number, "duration_s": size, "over": ["type": "boolean"]],
            optional: ["charged_Wh", "delivered_Wh"]),
        "DisplayMoney": object(
            ["amount": ["type": "string", "examples": ["3.25"]], "currency": text], optional: ["currency"]),
        "DisplayCost": object(["total": reference("DisplayMoney"), "final": ["type": "boolean"]], optional: []),
        "DisplayPrice": object(["price": reference("DisplayMoney"), "text": text], optional: []),
        "DisplayText": object(
            ["format": text, "content": text, "language": text, "code": reference("DisplayCode")],
            optional: ["language", "code"]),
        "DisplayCode": object(["size": integer, "path": text], optional: []),
        "DisplayMessage": object(["priority": text, "text": reference("DisplayText")], optional: []),
        "EvidenceVerification": object(
            ["checked": integer, "intact": ["type": "boolean"], "findings": list(text)], optional: []),
        "Acknowledgement": object(["message": text, "expires_in_s": number], optional: ["expires_in_s"]),
        "Condition": object(["status": text], optional: []),
        "BenchParameters": ["type": "object", "additionalProperties": ["type": ["string", "number", "boolean"]]],
        "BenchState": ["type": "object"],
        "Document": ["type": "object"],
        "Problem": object(["error": text, "remedy": text], optional: []),
    ]

    private static let power: JSONValue = ["type": "string", "examples": ["10 kW"]]
    private static let flag: JSONValue = ["type": "string", "enum": ["true", "false"]]
    private static let text: JSONValue = ["type": "string"]
    private static let number: JSONValue = ["type": "number"]
    private static let size: JSONValue = ["type": "number", "minimum": 0]
    private static let integer: JSONValue = ["type": "integer", "minimum": 0]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]

    private static func words<Words: RawRepresentable & CaseIterable>(_: Words.Type) -> JSONValue
    where Words.RawValue == String {
        ["type": "string", "enum": .array(Words.allCases.map { .string($0.rawValue) })]
    }
    private static func list(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }
    private static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }
    private static func object(_ members: [String: JSONValue], optional: Set<String>) -> JSONValue {
        [
            "type": "object", "properties": .object(members),
            "required": .array(members.keys.filter { !optional.contains($0) }.sorted().map(JSONValue.string)),
        ]
    }
}
