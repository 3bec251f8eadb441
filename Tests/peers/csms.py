# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""A charging station management system on the packages `ocpp` and `websockets`: every frame of the station is held against
the published JSON schemas, everything is answered as a backend would, and a test may do worse."""

import asyncio
import datetime
import itertools
import json
import queue
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import ocpp
from jsonschema import ValidationError
from ocpp import messages
from ocpp.exceptions import OCPPError
from ocpp.messages import Call, CallError, CallResult, unpack
from running import wait_until
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

# The validator itself, on the spot: an executor a frame would be slow.
messages.ASYNC_VALIDATION = False
SUBPROTOCOLS = {"1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1", "2.1": "ocpp2.1"}
Answer = dict[str, Any]


def validate(message: Call | CallResult, version: str) -> None:
    """Against the schema of the package."""
    asyncio.run(messages.validate_payload(message, version))


def now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Message:
    """A call of the station, as it came."""

    def __init__(self, action: str, payload: dict[str, Any], link: int):
        self.action, self.payload, self.link = action, payload, link

    def __repr__(self) -> str:
        return f"{self.action} {json.dumps(self.payload)[:300]}"


class Refused(AssertionError):
    """The station answered with CALLERROR."""

    def __init__(self, code: str, description: str):
        super().__init__(f"{code}: {description}")
        self.code = code


class CSMS:
    """A backend on a free port, or on the port it had before. Tests read `messages` and use `call`."""

    def __init__(self, version: str = "2.1", context: ssl.SSLContext | None = None, port: int = 0, **answers: Any):
        self.version, self.context, self.port = version, context, port
        self.messages: list[Message] = []
        #: What of the station's frames broke a schema or a rule.
        self.faults: list[str] = []
        #: What it answers instead of the usual: a payload, a function of the request, or None for silence.
        self.answers: dict[str, Any] = answers
        #: Called with each connection before anything is read.
        self.on_open: Callable[[ServerConnection], None] = lambda _: None
        self.requests: list[Any] = []
        self.links = 0
        self.connection: ServerConnection | None = None
        self._waiting: dict[str, queue.Queue] = {}
        self._ids = itertools.count(1)
        self._transactions = itertools.count(1_000)
        self._lock = threading.Lock()
        self._server: Any = None

    # --- Life ---

    def __enter__(self) -> "CSMS":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._server = serve(
            self._serve, "127.0.0.1", self.port, subprotocols=[SUBPROTOCOLS[self.version]], ssl=self.context,
            max_size=1 << 22)  # fmt: skip
        self.port = self._server.socket.getsockname()[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Dies: the port is closed, and the connection is cut without a word."""
        server, self._server = self._server, None
        if server:
            server.shutdown()
        self.cut()

    def cut(self) -> None:
        connection = self.connection
        if connection:
            connection.socket.close()
            self.connection = None

    @property
    def url(self) -> str:
        return f"{'wss' if self.context else 'ws'}://127.0.0.1:{self.port}/ocpp"

    def _serve(self, connection: ServerConnection) -> None:
        with self._lock:
            self.links += 1
            link = self.links
            self.connection = connection
            self.requests.append(connection.request)
        try:
            self.on_open(connection)
            for text in connection:
                self._take(connection, link, text)
        except (ConnectionClosed, OSError):
            pass

    # --- What the station says ---

    def _take(self, connection: ServerConnection, link: int, text: str) -> None:
        if text.startswith("[6,"):
            return self._told(link, text)
        try:
            message = unpack(text)
        except OCPPError as error:
            self.faults.append(f"{text[:300]}: {error}")
            return
        if isinstance(message, Call):
            self._answer(connection, link, message)
        elif waiting := self._waiting.pop(message.unique_id, None):
            waiting.put(message)
        else:
            self.faults.append(f"an answer to nothing: {text[:300]}")

    def _told(self, link: int, text: str) -> None:
        """A SEND, which only 2.1 has and the package does not know: nobody answers it."""
        _, _, action, payload = json.loads(text)
        try:
            schema = json.loads((Path(ocpp.__file__).parent / "v21" / "schemas" / f"{action}.json").read_text("utf-8-sig"))
            if self.version != "2.1":
                raise ValidationError("only 2.1 has SEND")
            jsonschema.validate(payload, schema)
        except (OSError, ValidationError) as error:
            self.faults.append(f"{text[:300]}: {error}")
        self.messages.append(Message(action, payload, link))

    def _answer(self, connection: ServerConnection, link: int, call: Call) -> None:
        self.check(call)
        self.messages.append(Message(call.action, call.payload, link))
        answer = self.answers.get(call.action, self._usual)
        if callable(answer):
            answer = answer(call.payload) if answer != self._usual else self._usual(call)
        if answer is None:
            return
        if isinstance(answer, CallError):
            answer.unique_id = call.unique_id
            connection.send(answer.to_json())
            return
        connection.send(CallResult(call.unique_id, answer, call.action).to_json())

    def check(self, message: Call | CallResult) -> None:
        try:
            validate(message, self.version)
        except OCPPError as error:
            self.faults.append(f"{message.action} {json.dumps(message.payload)[:500]}: {error!r} {error.details}")

    def _usual(self, call: Call) -> Answer:
        if call.action == "BootNotification":
            return self.boot("Accepted", 300)
        if call.action == "Heartbeat":
            return {"currentTime": now()}
        if call.action == "DataTransfer":
            return {"status": "UnknownVendorId"}
        return self._usual_16(call) if self.version == "1.6" else self._usual_2(call)

    def _usual_16(self, call: Call) -> Answer:
        accepted = {"idTagInfo": {"status": "Accepted"}}
        if call.action == "StartTransaction":
            return accepted | {"transactionId": next(self._transactions)}
        return accepted if call.action in ("Authorize", "StopTransaction") else {}

    def _usual_2(self, call: Call) -> Answer:
        if call.action == "Authorize" or call.action == "TransactionEvent" and "idToken" in call.payload:
            return {"idTokenInfo": {"status": "Accepted"}}
        if call.action in (
            "SignCertificate", "NotifyEVChargingNeeds", "NotifyEVChargingSchedule", "OpenPeriodicEventStream",
        ):  # fmt: skip
            return {"status": "Accepted"}
        return {}

    @staticmethod
    def boot(status: str, interval: int) -> Answer:
        return {"currentTime": now(), "interval": interval, "status": status}

    # --- What it asks ---

    def call(self, action: str, payload: dict[str, Any] | None = None, patience_s: float = 20) -> dict[str, Any]:
        """Asks the station and returns the payload of its answer."""
        call = Call(f"csms-{next(self._ids)}", action, payload or {})
        validate(call, self.version)
        answers: queue.Queue = queue.Queue()
        self._waiting[call.unique_id] = answers
        assert self.connection, "there is no link"
        self.connection.send(call.to_json())
        answer = answers.get(timeout=patience_s)
        if isinstance(answer, CallError):
            raise Refused(answer.error_code, answer.error_description)
        answer.action = action
        self.check(answer)
        return answer.payload

    def send_raw(self, data: str | bytes) -> None:
        assert self.connection, "there is no link"
        self.connection.send(data)

    # --- What tests wait for ---

    def of(self, action: str) -> list[dict[str, Any]]:
        return [each.payload for each in self.messages if each.action == action]

    def wait_for(
        self, action: str, holds: Callable[[dict[str, Any]], Any] = lambda _: True, patience_s: float = 30
    ) -> dict[str, Any]:
        """The payload of the first such call that fits."""

        def found() -> list[dict[str, Any]]:
            return [each for each in self.of(action) if holds(each)]

        try:
            return wait_until(found, f"the station sends {action}", patience_s)[0]
        except AssertionError as failure:
            said = "\n  ".join(map(repr, self.messages[-30:]))
            raise AssertionError(f"{failure}; so far it sent:\n  {said}") from None

    def wait_for_boot(self) -> None:
        self.wait_for("BootNotification")

    def transactions(self) -> dict[str, list[dict[str, Any]]]:
        """The events of each transaction in the order in which they came first; exact repetitions count once."""
        found: dict[str, list[dict[str, Any]]] = {}
        for event in self.of("TransactionEvent"):
            events = found.setdefault(event["transactionInfo"]["transactionId"], [])
            before = [each for each in events if each["seqNo"] == event["seqNo"]]
            if not before:
                events.append(event)
            elif without_offline(before[0]) != without_offline(event):
                self.faults.append(f"seqNo {event['seqNo']} came twice and differs: {before[0]} {event}")
        return found

    def assert_whole(self) -> None:
        """Every transaction begins with Started, counts without a gap, and ends at most once, at the end."""
        for transaction, events in self.transactions().items():
            numbers = [each["seqNo"] for each in events]
            assert numbers == list(range(len(numbers))), (transaction, numbers)
            kinds = [each["eventType"] for each in events]
            assert kinds[0] == "Started" and "Started" not in kinds[1:], (transaction, kinds)
            assert "Ended" not in kinds[:-1], (transaction, kinds)


def without_offline(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != "offline"}


def pause(seconds: float) -> None:
    """For what must not happen."""
    time.sleep(seconds)
