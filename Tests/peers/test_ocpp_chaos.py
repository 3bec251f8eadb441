# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""A backend whose connection goes wrong below its messages, in every version: half a frame, a wire that takes nothing any
more, answers that come after nobody waits for them. At the end nothing of the transaction is missing."""

import contextlib
import random
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from csms import CSMS, Message, pause
from ocpp.messages import Call, CallResult
from ocpp_site import Site, backend_yaml
from running import wait_until

VERSIONS = ["1.6", "2.0.1", "2.1"]
EVENTS = ("TransactionEvent", "StartTransaction", "StopTransaction", "MeterValues")


class LateCSMS(CSMS):
    """Answers some events long after the station has given up waiting, 3 s, and repeated them."""

    is_late = False

    def _answer(self, connection: Any, link: int, call: Call) -> None:
        if not self.is_late or call.action not in EVENTS or self._chance.random() > 0.3:
            return super()._answer(connection, link, call)
        self.messages.append(Message(call.action, call.payload, link))
        answer = CallResult(call.unique_id, self._late(call), call.action).to_json()
        threading.Timer(4, self._send_late, (connection, answer)).start()

    _chance = random.Random(17)
    late = 0

    def _late(self, call: Call) -> dict[str, Any]:
        # What is asked again gets the same answer.
        return self._usual(call)

    def _send_late(self, connection: Any, answer: str) -> None:
        # The link may have ended meanwhile.
        with contextlib.suppress(Exception):
            connection.send(answer)
            self.late += 1


class Wire:
    """Passes bytes on between station and CSMS, until it holds them all without a word."""

    def __init__(self, csms: CSMS):
        self._csms = csms
        self._flows = threading.Event()
        self._flows.set()
        self.links = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}/ocpp"
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self) -> None:
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    def _accept(self) -> None:
        while True:
            station, _ = self._listener.accept()
            self.links += 1
            csms = socket.create_connection(("127.0.0.1", self._csms.port))
            for source, sink in ((station, csms), (csms, station)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        # An end that hangs up while it is held back is as good as gone.
        with contextlib.suppress(OSError):
            while True:
                self._flows.wait()
                data = source.recv(4_096)
                if not data:
                    break
                self._flows.wait()
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def yaml(csms: CSMS, url: str | None = None) -> str:
    text = backend_yaml(csms)
    return text.replace(csms.url, url) if url else text


def set_up(sluice: Any, folder: Path, csms: CSMS, url: str | None = None) -> Site:
    """A transaction with a sample a second, whose events are tried again after a second."""
    site = Site(sluice, folder, yaml(csms, url)).start()
    site.wait_until_accepted()
    site.gateway.wait_until_ready()
    csms.wait_for("StatusNotification", lambda said: said.get("status") == "Preparing" or said.get("connectorStatus") == "Occupied")
    if csms.version == "1.6":
        for key in ("MeterValueSampleInterval", "TransactionMessageRetryInterval"):
            assert csms.call("ChangeConfiguration", {"key": key, "value": "1"})["status"] == "Accepted"
    else:
        variables = [
            ("SampledDataCtrlr", {"name": "TxUpdatedInterval"}),
            ("OCPPCommCtrlr", {"name": "MessageAttemptInterval", "instance": "TransactionEvent"}),
        ]
        result = csms.call("SetVariables", {"setVariableData": [
            {"component": {"name": component}, "variable": variable, "attributeValue": "1"} for component, variable in variables]})
        assert {each["attributeStatus"] for each in result["setVariableResult"]} == {"Accepted"}, result
    site.swipe()
    wait_until(lambda: events(csms), "the transaction has started", 30)
    return site


def events(csms: CSMS) -> list[Message]:
    return [each for each in csms.messages if each.action in EVENTS]


def end(site: Site, csms: CSMS) -> None:
    """Unplugs, and wants everything to have come, in order."""
    site.wait_until_accepted()
    before = len(events(csms))
    wait_until(lambda: len(events(csms)) >= before + 3, "the samples go on", 60)
    site.plug_out()
    wait_until(lambda: site.backend()["queue"] == 0 and has_ended(csms), "the transaction has ended", 90)
    if csms.version == "1.6":
        assert_whole_16(csms)
    else:
        assert len(csms.transactions()) == 1
        csms.assert_whole()
    assert csms.faults == []


def has_ended(csms: CSMS) -> bool:
    if csms.version == "1.6":
        return bool(csms.of("StopTransaction"))
    return all(said[-1]["eventType"] == "Ended" for said in csms.transactions().values())


def assert_whole_16(csms: CSMS) -> None:
    """One start, samples in the order of their time, one stop; repetitions are exact."""
    said: list[Message] = []
    for each in events(csms):
        if not any(each.action == before.action and each.payload == before.payload for before in said):
            said.append(each)
    assert [each.action for each in said].count("StartTransaction") == 1, said
    assert [each.action for each in said].count("StopTransaction") == 1, said
    samples = [each.payload["meterValue"][0]["timestamp"] for each in said if each.action == "MeterValues"]
    assert samples == sorted(set(samples)), samples


@pytest.mark.parametrize("version", VERSIONS)
def test_half_a_frame_ends_the_link_and_not_the_transaction(sluice, tmp_path: Path, version: str) -> None:
    with CSMS(version) as csms:
        site = set_up(sluice, tmp_path, csms)
        # A text frame of 256 bytes of which four come: and then the end, or nothing at all.
        for hangs_up in (True, False):
            links = csms.links
            csms.connection.socket.sendall(b"\x81\x7e\x01\x00" + b'[2,"')
            if hangs_up:
                csms.cut()
            wait_until(lambda links=links: csms.links > links, "the station comes back", 60)
            site.wait_until_accepted()
        end(site, csms)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_wire_that_takes_nothing_is_left_and_nothing_is_lost(sluice, tmp_path: Path, version: str) -> None:
    with CSMS(version) as csms:
        wire = Wire(csms)
        site = set_up(sluice, tmp_path, csms, wire.url)
        links = wire.links
        wire.stall()
        # The pings find out; the next attempts connect and hear nothing either.
        wait_until(lambda: wire.links > links, "the station tries again", 60)
        pause(3)
        assert site.backend()["queue"] >= 2, "what happens meanwhile waits"
        assert not site.backend()["connected"]
        wire.flow()
        end(site, csms)


@pytest.mark.parametrize("version", VERSIONS)
def test_answers_after_the_time_out_change_nothing(sluice, tmp_path: Path, version: str) -> None:
    with LateCSMS(version) as csms:
        site = set_up(sluice, tmp_path, csms)
        csms.is_late = True
        wait_until(lambda: csms.late >= 4, "four answers have come too late", 120)
        csms.is_late = False
        time.sleep(5)
        end(site, csms)
        said = [(each.action, str(each.payload)) for each in events(csms)]
        assert len(said) > len(set(said)) or version != "1.6", "something was repeated"
