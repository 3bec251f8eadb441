# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The bench backend against stations by the package `websockets`, its messages held against the schemas of the package ocpp."""

import base64
import json
import ssl
import subprocess
import threading
from pathlib import Path

import jsonschema
import ocpp
import pytest
from backend_stand_in import certificate
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

FOLDERS = {"1.6": "v16", "2.0.1": "v201", "2.1": "v21"}
NOW = "2026-03-01T12:00:00Z"
BOOT = {
    "1.6": {"chargePointVendor": "V", "chargePointModel": "M"},
    "2.0.1": {"chargingStation": {"vendorName": "V", "model": "M"}, "reason": "PowerUp"},
    "2.1": {"chargingStation": {"vendorName": "V", "model": "M"}, "reason": "PowerUp"},
}
EVENT = {
    "eventType": "Started", "timestamp": NOW, "triggerReason": "Authorized", "seqNo": 0, "evse": {"id": 1},
    "transactionInfo": {"transactionId": "t"}, "idToken": {"idToken": "CARD", "type": "ISO14443"},
}  # fmt: skip
START = {
    "1.6": ("StartTransaction", {"connectorId": 1, "idTag": "CARD", "meterStart": 0, "timestamp": NOW}),
    "2.0.1": ("TransactionEvent", EVENT),
    "2.1": ("TransactionEvent", EVENT),
}


def validate(version: str, message: str, payload: dict) -> None:
    name = message.removesuffix("Request") if version == "1.6" else message
    path = Path(ocpp.__file__).parent / FOLDERS[version] / "schemas" / f"{name}.json"
    jsonschema.validate(payload, json.loads(path.read_text(encoding="utf-8-sig")))


class Station:
    """Calls, and answers every call with one status."""

    def __init__(self, link: ClientConnection, version: str, status: str = "Accepted"):
        self.link, self.version, self.status = link, version, status
        self.asked: list[tuple[str, dict]] = []
        self.count = 0

    def call(self, action: str, payload: dict) -> dict:
        self.count += 1
        self.link.send(json.dumps([2, f"s{self.count}", action, payload]))
        while True:
            answer = self.receive()
            if answer is not None:
                validate(self.version, f"{action}Response", answer)
                return answer

    def receive(self) -> dict | None:
        """An answer, or nothing after a call was answered."""
        message = json.loads(self.link.recv(timeout=20))
        if message[0] == 3:
            return message[2]
        assert message[0] == 2, message
        _, identity, action, payload = message
        validate(self.version, f"{action}Request", payload)
        self.asked.append((action, payload))
        self.link.send(json.dumps([3, identity, {"status": self.status}]))
        return None

    def serve(self) -> None:
        """Until the backend hangs up."""
        try:
            while True:
                self.receive()
        except ConnectionClosed:
            pass


def station(address: tuple[str, int], version: str, name: str = "CP1", **options) -> ClientConnection:
    scheme = "wss" if "ssl" in options else "ws"
    return connect(
        f"{scheme}://{address[0]}:{address[1]}/ocpp/{name}", subprotocols=[f"ocpp{version}"], open_timeout=20, **options)


@pytest.fixture
def backend(sluice, tmp_path):
    """Starts the backend with a script, if there is one; what it prints goes into a file."""

    def start(*arguments: object, script: str = ""):
        output = tmp_path / "messages.jsonl"
        if script:
            (tmp_path / "script").write_text(script)
            arguments = (*arguments, "--script", tmp_path / "script")
        with output.open("w") as file:
            running = sluice("bench", "backend", *arguments, stdout=file)
        running.messages = lambda: [json.loads(line) for line in output.read_text().splitlines()]
        return running

    return start


SCRIPT = """
expect BootNotification
remote-start 1 "A CARD"
expect-answer {"status": "Accepted"}
expect %s
setpoint 1 -5kW --for 15min
expect-answer {"status": "Accepted"}
setpoint 1 3.7kW --for 15min
composite 1 1h
remote-stop 1
reset
quit
"""


@pytest.mark.parametrize("version", FOLDERS)
def test_a_script_drives_a_station(backend, version):
    action, payload = START[version]
    running = backend(script=SCRIPT % action)
    with station(running.tcp, version) as link:
        assert link.subprotocol == f"ocpp{version}"
        client = Station(link, version)
        assert client.call("BootNotification", BOOT[version])["status"] == "Accepted"
        client.receive()
        client.call(action, payload)
        client.serve()
    assert running.process.wait(20) == 0
    calls = [name for name, _ in client.asked]
    second = "UpdateDynamicSchedule" if version == "2.1" else "SetChargingProfile"
    assert calls[1:4] == ["SetChargingProfile", second, "GetCompositeSchedule"]
    assert calls[-1] == "Reset" and "Stop" in calls[-2]
    profile = json.dumps(client.asked[1][1])
    assert "-5000" in profile and ("setpoint" in profile) == (version == "2.1")
    printed = running.messages()
    assert printed[0]["event"] == "connected" and printed[0]["version"] == f"ocpp{version}"
    assert {"in", "out", "answer-in", "answer-out"} <= {line["event"] for line in printed}


def test_a_script_fails_with_what_the_station_answers(backend):
    running = backend(script='expect BootNotification\nreset\nexpect-answer {"status":"Accepted"}\nquit\n')
    with station(running.tcp, "2.1") as link:
        client = Station(link, "2.1", status="Rejected")
        client.call("BootNotification", BOOT["2.1"])
        client.serve()
    assert running.process.wait(20) == 1


def test_the_keyboard_commands_too(sluice_binary, tmp_path):
    process = subprocess.Popen(
        [sluice_binary, "bench", "backend"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        port = int(process.stderr.readline().rsplit(":", 1)[1])
        with station(("127.0.0.1", port), "1.6") as link:
            client = Station(link, "1.6")
            process.stdin.write("expect connected\nreset hard\nquit\n")
            process.stdin.flush()
            client.serve()
        assert process.wait(20) == 0
        assert client.asked == [("Reset", {"type": "Hard"})]
    finally:
        process.kill()
        process.communicate()


def test_passwords_are_demanded_where_there_is_one(backend):
    running = backend("--password", "secret")
    with pytest.raises(InvalidStatus, match="401"):
        station(running.tcp, "2.1")
    token = base64.b64encode(b"CP1:secret").decode()
    with station(running.tcp, "2.1", additional_headers={"Authorization": f"Basic {token}"}) as link:
        assert Station(link, "2.1").call("Heartbeat", {})["currentTime"]


def test_without_a_common_version_it_hangs_up(backend):
    running = backend("--version", "1.6")
    with pytest.raises(ConnectionClosed), station(running.tcp, "2.1") as link:
        assert link.subprotocol is None
        link.recv(timeout=20)


def test_wss_with_certificates_on_both_sides(backend, tmp_path):
    authority = certificate(tmp_path, "authority")
    server, client = (certificate(tmp_path, name, signed_by=authority) for name in ("server", "client"))
    running = backend(
        "--certificate", server.file, "--key", server.key_file, "--client-authority", authority.file)
    context = ssl.create_default_context(cafile=str(authority.file))
    context.load_cert_chain(client.file, client.key_file)
    with station(running.tcp, "2.0.1", ssl=context) as link:
        assert Station(link, "2.0.1").call("BootNotification", BOOT["2.0.1"])["status"] == "Accepted"


def test_two_stations_at_once_and_garbage(backend):
    running = backend()
    with station(running.tcp, "1.6", "A") as first, station(running.tcp, "2.1", "B") as second:
        first.send("nonsense")
        second.send(json.dumps([2, "x", "Nonsense", {}]))
        assert json.loads(second.recv(timeout=20))[2] == "NotImplemented"
        clients = [Station(first, "1.6"), Station(second, "2.1")]
        threads = [threading.Thread(target=lambda each=each: each.call("Heartbeat", {})) for each in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    stations = {line["station"] for line in running.messages() if line.get("action") == "Heartbeat"}
    assert stations == {"A", "B"}
