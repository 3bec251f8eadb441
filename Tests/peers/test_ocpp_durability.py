# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""What must not be lost: the CSMS dies, stalls, talks nonsense, and the gateway is killed in the middle of a transaction. At
the end the CSMS has every event of every transaction, in order and without a gap.

How often it is killed: $SLUICE_KILLS, 4 without it; 200 are meant for a night."""

import json
import os
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from csms import CSMS, pause
from ocpp.messages import CallError
from ocpp_site import RFID, Site, backend_yaml
from running import wait_until

KILLS = int(os.environ.get("SLUICE_KILLS", "4"))
SAMPLED = {"component": {"name": "SampledDataCtrlr"}, "variable": {"name": "TxUpdatedInterval"}}


def running_transaction(sluice, folder: Path, csms: CSMS) -> Site:
    """A transaction that sends a sample every second."""
    site = Site(sluice, folder, backend_yaml(csms)).start()
    site.wait_until_accepted()
    site.gateway.wait_until_ready()
    csms.wait_for("StatusNotification", lambda status: status["connectorStatus"] == "Occupied")
    result = csms.call("SetVariables", {"setVariableData": [SAMPLED | {"attributeValue": "1"}]})
    assert result["setVariableResult"][0]["attributeStatus"] == "Accepted", result
    site.swipe()
    csms.wait_for("TransactionEvent", lambda event: event["eventType"] == "Started")
    return site


def end(site: Site, csms: CSMS) -> None:
    """Ends whatever runs, and waits until nothing waits any more."""
    site.wait_until_accepted()
    if any(events[-1]["eventType"] != "Ended" for events in csms.transactions().values()):
        site.plug_out()
    wait_until(
        lambda: all(events[-1]["eventType"] == "Ended" for events in csms.transactions().values())
        and site.backend()["queue"] == 0, "every transaction has ended at the CSMS", 60)  # fmt: skip
    csms.assert_whole()
    assert csms.faults == []


def samples(csms: CSMS) -> int:
    return len(csms.of("TransactionEvent"))


def wait_for_more(csms: CSMS, count: int, patience_s: float = 60) -> None:
    have = samples(csms)
    wait_until(lambda: samples(csms) >= have + count, f"{count} more events arrive", patience_s)


# --- The gateway is killed ---


def test_a_gateway_killed_in_a_transaction_loses_no_event(sluice, tmp_path: Path) -> None:
    chance = random.Random(11)
    with CSMS() as csms:
        site = running_transaction(sluice, tmp_path, csms)
        for _ in range(KILLS):
            pause(chance.uniform(0.2, 2.5))
            site.kill()
            # Sometimes the CSMS is away as well when it comes back.
            if chance.random() < 0.3:
                csms.stop()
                site.start()
                pause(chance.uniform(0.5, 2))
                csms.start()
            else:
                site.start()
            site.wait_until_accepted()
        pause(2)
        end(site, csms)
        assert samples(csms) > KILLS


def test_what_is_queued_while_the_backend_is_away_survives_a_kill_and_is_marked_offline(sluice, tmp_path: Path) -> None:
    with CSMS() as csms:
        site = running_transaction(sluice, tmp_path, csms)
        wait_for_more(csms, 2)
        csms.stop()
        wait_until(lambda: site.backend()["queue"] >= 4, "events wait")
        site.kill()
        file = tmp_path / "backend-DEPOT-1.sqlite"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            assert database.execute("SELECT count(*) FROM call").fetchone()[0] >= 4
        before = samples(csms)
        csms.start()
        site.start()
        wait_for_more(csms, 4)
        late = csms.of("TransactionEvent")[before : before + 3]
        assert all(event["offline"] for event in late), late
        end(site, csms)


# --- The CSMS misbehaves ---


def test_a_csms_that_dies_again_and_again_gets_everything(sluice, tmp_path: Path) -> None:
    chance = random.Random(5)
    with CSMS() as csms:
        site = running_transaction(sluice, tmp_path, csms)
        for _ in range(6):
            pause(chance.uniform(0.3, 2))
            csms.stop()
            pause(chance.uniform(0.1, 2))
            csms.start()
            site.wait_until_accepted()
        assert len(csms.of("BootNotification")) == 1, "a mere reconnection needs no boot"
        end(site, csms)


def test_a_csms_that_does_not_answer_is_asked_again_with_the_same_event(sluice, tmp_path: Path) -> None:
    chance = random.Random(6)

    def sometimes(payload: dict) -> dict | None:
        return None if chance.random() < 0.3 else {}

    with CSMS() as csms:
        site = running_transaction(sluice, tmp_path, csms)
        interval = {
            "component": {"name": "OCPPCommCtrlr"},
            "variable": {"name": "MessageAttemptInterval", "instance": "TransactionEvent"},
        }
        csms.call("SetVariables", {"setVariableData": [interval | {"attributeValue": "1"}]})
        csms.answers["TransactionEvent"] = sometimes
        wait_for_more(csms, 6)
        csms.answers.clear()
        end(site, csms)
        numbers = [event["seqNo"] for event in csms.of("TransactionEvent")]
        assert len(numbers) > len(set(numbers)), "something was repeated"


def test_an_event_that_is_refused_every_time_is_given_up_and_the_next_goes(sluice, tmp_path: Path) -> None:
    def refuse_the_fourth(payload: dict) -> dict | CallError:
        return CallError("", "InternalError", "no") if payload["seqNo"] == 4 else {}

    with CSMS() as csms:
        csms.answers["TransactionEvent"] = refuse_the_fourth
        site = running_transaction(sluice, tmp_path, csms)
        common = {"component": {"name": "OCPPCommCtrlr"}}
        variables = [("MessageAttempts", "3"), ("MessageAttemptInterval", "1")]
        csms.call("SetVariables", {"setVariableData": [
            common | {"variable": {"name": name, "instance": "TransactionEvent"}, "attributeValue": value}
            for name, value in variables]})  # fmt: skip
        csms.wait_for("TransactionEvent", lambda event: event["seqNo"] == 6, patience_s=60)
        numbers = [event["seqNo"] for event in csms.of("TransactionEvent")]
        assert numbers.count(4) == 3, numbers
        assert site.gateway.wait_for_words("given up after 3 attempts")


NONSENSE = [
    "", "{}", "[]", "[2]", "null", "[2,\"x\"", '[3,"never-asked",{}]', '[4,"never-asked","InternalError","",{}]',
    '[9,"1",{}]', '[2,"n1","Unheard",{}]', '[2,"n2","Reset",{"type":"Sideways"}]', '[2,"n3","Reset",[]]', '["2","n4","Reset",{}]',
    '[2,"' + "x" * 5_000 + '","Reset",{}]', "[" * 5_000, '[2,"n5","ClearCache",{"a":' * 200, "\u0000", '[6,"n6","Reset",{}]',
]  # fmt: skip


def test_nonsense_is_survived_and_the_transaction_goes_on(sluice, tmp_path: Path) -> None:
    with CSMS() as csms:
        site = running_transaction(sluice, tmp_path, csms)
        link = csms.links
        csms.faults.clear()
        for text in NONSENSE:
            csms.send_raw(text)
            # More than 16 at once would end the link, as its bound says.
            pause(0.1)
        pause(2)
        # The CSMS heard errors for what had an id, and for what had none the id -1; that is no fault of the station.
        csms.faults.clear()
        assert csms.links == link, "the link stays"
        wait_for_more(csms, 2)
        end(site, csms)


def test_binary_and_giant_frames_end_the_link_and_not_the_transaction(sluice, tmp_path: Path) -> None:
    with CSMS() as csms:
        site = running_transaction(sluice, tmp_path, csms)
        for data in (b"\x00\x01", "[" + "1," * 5_000_000 + "1]"):
            links = csms.links
            csms.send_raw(data)
            wait_until(lambda links=links: csms.links > links, "the station comes back")
            site.wait_until_accepted()
        wait_for_more(csms, 2)
        end(site, csms)


def test_repeated_ids_and_late_answers_change_nothing(sluice, tmp_path: Path) -> None:
    with CSMS() as csms:
        site = running_transaction(sluice, tmp_path, csms)
        key = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
        frame = json.dumps([2, "same", "GetVariables", {"getVariableData": [key]}])
        for _ in range(20):
            csms.send_raw(frame)
        pause(1)
        csms.faults.clear()
        wait_for_more(csms, 2)
        end(site, csms)


# --- A long queue ---


def test_a_long_queue_drains_fast(sluice, tmp_path: Path) -> None:
    """A day of samples of two EVSEs, an event a minute, written into the station's file as it would have written them."""
    count = 2_880
    with CSMS() as csms:
        site = Site(sluice, tmp_path, backend_yaml(csms)).start()
        site.wait_until_accepted()
        site.gateway.running.end()
        fill(tmp_path / "backend-DEPOT-1.sqlite", count)
        csms.answers["TransactionEvent"] = {}
        site.start()
        wait_until(lambda: samples(csms) > 0, "the queue begins to move", 60)
        began = time.monotonic()
        wait_until(lambda: samples(csms) >= count, "the queue is drained", 60)
        print(f"{count / (time.monotonic() - began):.0f} events a second")
        assert [event["seqNo"] for event in csms.of("TransactionEvent")[:count]] == list(range(count))


def fill(file: Path, count: int) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        first = 1 + (database.execute("SELECT max(number) FROM call").fetchone()[0] or 0)
        for number in range(count):
            event = {
                "eventType": "Started" if number == 0 else "Updated", "timestamp": "2026-03-01T12:00:00.000Z",
                "triggerReason": "MeterValuePeriodic", "seqNo": number, "transactionInfo": {"transactionId": "long"},
            }  # fmt: skip
            body = b"\x00TransactionEvent " + json.dumps(event, separators=(",", ":")).encode()
            database.execute("INSERT INTO call VALUES (?, ?, ?, ?)", (first + number, 1, b"\x00long", body))


@pytest.mark.parametrize("damage", ["empty", "noise"])
def test_a_broken_file_is_said_once_and_the_station_goes_on(sluice, tmp_path: Path, damage: str) -> None:
    (tmp_path / "backend-DEPOT-1.sqlite").write_bytes(b"" if damage == "empty" else random.Random(3).randbytes(50_000))
    with CSMS() as csms:
        site = running_transaction(sluice, tmp_path, csms)
        if damage == "noise":
            assert len(site.gateway.words("is set aside as")) == 1
        end(site, csms)
        assert RFID
