# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""What drivers are shown: a CSMS sets messages, tariffs and costs, and the page's values say so, in the driver's language and
until their rules end them."""

import datetime
import hashlib
import hmac
import html.parser
import json
import re
import string
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from csms import CSMS
from ocpp_site import Site, backend_yaml
from running import HTTPRefused, wait_until

DISPLAY = "display: { languages: [en, de, fr], listen: \"127.0.0.1:0\" }\n"
SERVED = re.compile(r"displays are served address=(http://\S+)/display/")


def open_site(sluice, folder: Path, csms: CSMS, more: str = DISPLAY, plugged_in: bool = True) -> Site:
    site = Site(sluice, folder, backend_yaml(csms), plugged_in=plugged_in, more=more).start()
    site.wait_until_accepted()
    site.gateway.wait_until_ready()
    return site


@pytest.fixture(params=["2.0.1", "2.1"])
def before(request, sluice, tmp_path: Path):
    """A CSMS that has accepted a station with a display and a car plugged in."""
    with CSMS(request.param) as csms:
        csms.site = open_site(sluice, tmp_path, csms)
        shows(csms, lambda now: now["state"] == "awaiting-authorization")
        yield csms
        assert csms.faults == []


def display(csms: CSMS, language: str | None = None) -> dict[str, Any]:
    return csms.site.gateway.running.get("/api/display/1" + (f"?lang={language}" if language else ""))


def shows(csms: CSMS, holds: Callable[[dict[str, Any]], Any], language: str | None = None) -> dict[str, Any]:
    """What is shown once it fits."""
    last: dict[str, Any] = {}

    def fits() -> bool:
        nonlocal last
        last = display(csms, language)
        return bool(holds(last))

    try:
        wait_until(fits, "the display shows it", 40)
    except AssertionError as failure:
        raise AssertionError(f"{failure}: {json.dumps(last, ensure_ascii=False)}") from None
    return last


def texts(now: dict[str, Any]) -> list[str]:
    return [each["text"]["content"] for each in now["messages"]]


def later(seconds: float) -> str:
    time = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def set_message(csms: CSMS, number: int, content: str, priority: str = "NormalCycle", **more: Any) -> str:
    language, form = more.pop("language", None), more.pop("format", "UTF8")
    body = {"format": form, "content": content} | ({"language": language} if language else {})
    message = {"id": number, "priority": priority, "message": body} | more
    return csms.call("SetDisplayMessage", {"message": message})["status"]


def set_variable(csms: CSMS, name: str, value: str, component: str = "TariffCostCtrlr", **more: str) -> None:
    data = {"component": {"name": component}, "variable": {"name": name} | more, "attributeValue": value}
    assert csms.call("SetVariables", {"setVariableData": [data]})["setVariableResult"][0]["attributeStatus"] == "Accepted"


def answer_events(csms: CSMS, **more: Any) -> None:
    csms.answers["TransactionEvent"] = lambda event: more | (
        {"idTokenInfo": {"status": "Accepted"}} if "idToken" in event else {})


def charge(csms: CSMS) -> str:
    """The transaction of a car that charges."""
    shows(csms, lambda now: now["state"] == "awaiting-authorization")
    csms.site.swipe()
    shows(csms, lambda now: now["state"] == "charging" and now["direction"] == "charging")
    return csms.of("TransactionEvent")[-1]["transactionInfo"]["transactionId"]


# --- Display messages (block O) ---


def test_messages_are_shown_by_priority_and_cleared(before: CSMS) -> None:
    assert set_message(before, 1, "cycle one") == "Accepted"
    assert set_message(before, 2, "cycle two") == "Accepted"
    shows(before, lambda now: texts(now) == ["cycle one", "cycle two"])
    assert set_message(before, 3, "in front", "InFront") == "Accepted"
    shows(before, lambda now: texts(now) == ["in front"])
    assert set_message(before, 4, "alone", "AlwaysFront") == "Accepted"
    now = shows(before, lambda now: texts(now) == ["alone"])
    assert now["messages"][0]["priority"] == "AlwaysFront"
    for number, left in [(4, ["in front"]), (3, ["cycle one", "cycle two"]), (1, ["cycle two"])]:
        assert before.call("ClearDisplayMessage", {"id": number})["status"] == "Accepted"
        shows(before, lambda now, left=left: texts(now) == left)


def test_messages_come_and_go_with_time_state_and_transaction(before: CSMS) -> None:
    assert set_message(before, 1, "for a while", startDateTime=later(3), endDateTime=later(9)) == "Accepted"
    assert set_message(before, 2, "while charging", state="Charging") == "Accepted"
    assert texts(display(before)) == []
    shows(before, lambda now: texts(now) == ["for a while"])
    shows(before, lambda now: texts(now) == [])
    transaction = charge(before)
    assert set_message(before, 3, "for you", transactionId=transaction) == "Accepted"
    assert set_message(before, 4, "for nobody", transactionId="none") == "UnknownTransaction"
    shows(before, lambda now: texts(now) == ["while charging", "for you"])
    before.site.plug_out()
    shows(before, lambda now: texts(now) == [] and now["state"] == "available")
    assert before.call("ClearDisplayMessage", {"id": 3})["status"] == "Unknown"


def test_messages_survive_a_restart(before: CSMS) -> None:
    assert set_message(before, 1, "still here", "InFront") == "Accepted"
    before.site.kill()
    before.site.start()
    before.site.wait_until_accepted()
    shows(before, lambda now: texts(now) == ["still here"])


def test_a_code_is_drawn_and_markup_is_passed_on(before: CSMS) -> None:
    if before.version == "2.0.1":
        return  # Knows no codes.
    assert set_message(before, 1, "https://pay.example/1", format="QRCODE") == "Accepted"
    code = shows(before, lambda now: now["messages"])["messages"][0]["text"]["code"]
    assert code["size"] == 25 and code["path"].startswith("M0 0h7v1h-7z")


def test_a_language_nobody_reads_here_is_refused(before: CSMS) -> None:
    # 2.0.1 has no word for it.
    refused = {"2.0.1": "NotSupportedMessageFormat", "2.1": "LanguageNotSupported"}
    assert set_message(before, 1, "moi", language="fi") == refused[before.version]
    assert set_message(before, 1, "hallo", language="de") == "Accepted"
    asked = {"component": {"name": "DisplayMessageCtrlr"}, "variable": {"name": "Language"}}
    answer = before.call("GetVariables", {"getVariableData": [asked]})["getVariableResult"][0]
    assert answer["attributeValue"] == "en"
    set_variable(before, "Language", "fr", "DisplayMessageCtrlr")
    assert shows(before, lambda now: now["language"] == "fr")["state_text"] == "Veuillez présenter votre carte ou votre application"


# --- The driver's language and tariff (blocks C and I) ---


def test_the_driver_is_spoken_to_in_their_language_and_told_their_tariff(before: CSMS) -> None:
    before.answers["Authorize"] = {"idTokenInfo": {
        "status": "Accepted", "language1": "pl", "language2": "de-AT",
        "personalMessage": {"format": "UTF8", "language": "de", "content": "0,30 € je kWh"}}}  # fmt: skip
    charge(before)
    now = shows(before, lambda now: now["language"] == "de")
    assert now["state_text"] == "Lädt" and now["labels"]["charged"] == "Geladen"
    assert now["personal"]["content"] == "0,30 € je kWh"
    assert display(before, "fr")["state_text"] == "En charge"
    assert display(before, "fi")["language"] == "de"
    answer_events(before, updatedPersonalMessage={"format": "UTF8", "content": "0,40 € je kWh"})
    before.call("TriggerMessage", {"requestedMessage": "TransactionEvent", "evse": {"id": 1}})
    shows(before, lambda now: now["personal"]["content"] == "0,40 € je kWh")
    before.site.plug_out()
    assert "personal" not in shows(before, lambda now: now["state"] == "available")
    # Nothing that was shown names the token.
    assert "04A2B9C7D1E2F3" not in json.dumps(display(before))


def test_a_refused_card_is_said_to_be(before: CSMS) -> None:
    before.answers["Authorize"] = {"idTokenInfo": {"status": "NoCredit"}}
    before.site.swipe()
    assert shows(before, lambda now: "refusal" in now)["refusal"] == "Not accepted: not enough credit"
    shows(before, lambda now: "refusal" not in now)


def test_fallback_texts_are_shown_where_nothing_better_is_known(before: CSMS) -> None:
    set_variable(before, "TariffFallbackMessage", "Prices: see the sign")
    set_variable(before, "TariffFallbackMessage", "Preise: siehe Schild", instance="de")
    set_variable(before, "TotalCostFallbackMessage", "The bill follows", instance="en")
    now = shows(before, lambda now: "tariff" in now)
    assert now["tariff"]["content"] == "Prices: see the sign"
    assert display(before, "de")["tariff"]["content"] == "Preise: siehe Schild"
    charge(before)
    before.stop()
    wait_until(lambda: not before.site.backend()["connected"], "the link is lost", 30)
    before.site.plug_out()
    assert shows(before, lambda now: "cost_message" in now)["cost_message"]["content"] == "The bill follows"


# --- Costs (block I) ---


def test_running_and_total_costs_of_the_backend_are_shown(before: CSMS) -> None:
    set_variable(before, "Currency", "GBP")
    transaction = charge(before)
    assert before.call("CostUpdated", {"totalCost": 1.25, "transactionId": transaction}) == {}
    now = shows(before, lambda now: "cost" in now)
    assert now["cost"] == {"total": {"amount": "1.25", "currency": "GBP"}, "final": False}
    answer_events(before, totalCost=2.5)
    before.call("TriggerMessage", {"requestedMessage": "TransactionEvent", "evse": {"id": 1}})
    shows(before, lambda now: now["cost"]["total"]["amount"] == "2.5")
    answer_events(before, totalCost=3.75)
    before.site.plug_out()
    now = shows(before, lambda now: now["cost"]["final"])
    assert now["cost"]["total"] == {"amount": "3.75", "currency": "GBP"}
    assert now["session"]["over"] and now["session"]["charged_Wh"] >= 0
    # The next one sees nothing of it.
    before.site.plug_in()
    assert "cost" not in shows(before, lambda now: now["state"] == "awaiting-authorization")


def test_a_tariff_on_the_station_counts_and_is_shown_before_anybody_comes(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        csms.site = open_site(sluice, tmp_path, csms)
        tariff = {
            "tariffId": "T1", "currency": "EUR", "description": [{"format": "UTF8", "language": "en", "content": "Day tariff"}],
            "energy": {"prices": [{"priceKwh": 1_000}], "taxRates": [{"type": "vat", "tax": 20}]},
            "fixedFee": {"prices": [{"priceFixed": 1}]},
        }  # fmt: skip
        assert csms.call("SetDefaultTariff", {"evseId": 0, "tariff": tariff})["status"] == "Accepted"
        now = shows(csms, lambda now: now["prices"])
        assert now["tariff"]["content"] == "Day tariff"
        assert now["prices"] == [
            {"price": {"amount": "1200", "currency": "EUR"}, "text": "per kWh"},
            {"price": {"amount": "1", "currency": "EUR"}, "text": "once"},
        ]
        charge(csms)
        first = shows(csms, lambda now: "cost" in now and float(now["cost"]["total"]["amount"]) > 1)
        then = shows(csms, lambda now: float(now["cost"]["total"]["amount"]) > float(first["cost"]["total"]["amount"]))
        assert then["session"]["charged_Wh"] > 0 and then["session"]["duration_s"] >= 0
        csms.site.plug_out()
        assert shows(csms, lambda now: now["cost"]["final"])["cost"]["total"]["currency"] == "EUR"
        assert csms.faults == []


# --- Payment (C25) ---


def one_time_password(secret: str, seconds: int, validity: int, length: int) -> str:
    """Algorithm v1."""
    letters = string.digits + string.ascii_lowercase + string.ascii_uppercase
    hashed = hmac.new(secret.encode(), (seconds // validity).to_bytes(8, "big"), hashlib.sha256).digest()
    return "".join(letters[hashed[((hashed[-1] & 15) + place) % 32] % 62] for place in range(length))


def test_a_code_leads_to_payment_with_a_password_the_backend_knows(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        csms.site = open_site(sluice, tmp_path, csms, plugged_in=False)
        for name, value in {
            "SharedSecret": "averysecret", "ValidityTime": "3600", "Length": "10", "Enabled": "true",
            "URLTemplate": "https://pay.example/{chargingstationid}/{evse}/{totp}/{version}",
        }.items():  # fmt: skip
            set_variable(csms, name, value, "WebPaymentsCtrlr")
        payment = shows(csms, lambda now: "payment" in now)["payment"]
        passwords = {one_time_password("averysecret", int(time.time()) + shift, 3600, 10) for shift in (-60, 0)}
        assert payment["content"] in {f"https://pay.example/DEPOT-1/1/{each}/v1" for each in passwords}
        assert payment["code"]["path"].startswith("M0 0h7v1h-7z")
        assert csms.call("NotifyWebPaymentStarted", {"evseId": 1, "timeout": 60}) == {}
        assert "payment" not in shows(csms, lambda now: now["state"] == "being-paid")
        started = csms.call("RequestStartTransaction", {
            "evseId": 1, "remoteStartId": 7, "idToken": {"idToken": "psp-4444", "type": "DirectPayment"}})  # fmt: skip
        assert started["status"] == "Accepted"
        shows(csms, lambda now: now["state"] == "awaiting-vehicle")
        assert "psp-4444" not in json.dumps(display(csms)) and "averysecret" not in json.dumps(display(csms))
        assert csms.faults == []


# --- The page ---


class Page(html.parser.HTMLParser):
    """Which elements and addresses a page has; fails on elements that are not closed."""

    VOID = {"meta", "link", "br", "img", "input"}

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in values:
            assert values["id"] not in self.ids
            self.ids.add(values["id"])
        self.addresses += [values[name] for name in ("src", "href") if values.get(name)]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_the_page_has_an_address_of_its_own_where_nothing_else_is(before: CSMS) -> None:
    running = before.site.gateway.running
    address = running.line(SERVED)[1]
    status, text = fetch(f"{address}/display/1")
    page = Page(text)
    assert status == 200 and page.addresses == ["data:,"]
    assert set(re.findall(r'(?:show\(|\$\()"(\w+)"', text)) <= page.ids
    assert json.loads(fetch(f"{address}/api/display/1?lang=de")[1])["language"] == "de"
    for path in ["/", "/api/status", "/metrics", "/api/evses/1/setpoint"]:
        assert fetch(address + path)[0] == 404
    assert fetch(f"{address}/display/7")[0] == 404
    with urllib.request.urlopen(f"{address}/api/display/1/stream", timeout=10) as stream:
        assert stream.readline() == b"event: display\n"
        assert json.loads(stream.readline().removeprefix(b"data: "))["evse"] == 1


def test_without_the_key_nothing_is_shown_and_the_backend_is_told(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        csms.site = open_site(sluice, tmp_path, csms, more="")
        assert set_message(csms, 1, "hello") == "Rejected"
        with pytest.raises(HTTPRefused) as refused:
            display(csms)
        assert "display: { languages: [en] }" in str(refused.value)
        asked = {"component": {"name": "DisplayMessageCtrlr"}, "variable": {"name": "Available"}}
        answer = csms.call("GetVariables", {"getVariableData": [asked]})["getVariableResult"][0]
        assert answer["attributeValue"] == "false"
        assert csms.faults == []
