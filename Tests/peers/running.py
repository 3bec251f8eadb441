# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""A program under test: started, asked where it listens, spoken to, and ended by its own process id."""

import json
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

LISTENING = re.compile(r"listening on tcp (?P<host>\[[^\]]+\]|[^\s:\[]+):(?P<port>\d+)\s*$")
PTY = re.compile(r"listening on pty (?P<path>/\S+)\s*$")
API = re.compile(
    r"(?:api on |the API listens address=|dashboard: )(?P<url>https?://[^\s/]+)/?(?:\s|$)")


class Running:
    """One started program. What it says on stderr is kept, line by line, and printed when a wait fails."""

    def __init__(self, command: Sequence[str], patience_s: float = 20.0, **options: Any):
        self.command = [str(part) for part in command]
        self.patience_s = patience_s
        self._lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        # Where nobody asks for what it prints, the program must not wait for a reader.
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=options.pop("stdout", subprocess.DEVNULL),
            stderr=subprocess.PIPE, text=True, errors="replace", **options,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stderr:
            with self._news:
                self._lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    @property
    def said(self) -> list[str]:
        with self._news:
            return list(self._lines)

    def line(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """The first line that holds the pattern, once it is said; fails if the program ends or stays silent."""

        def found() -> re.Match[str] | None:
            return next((match for each in self._lines if (match := pattern.search(each))), None)

        with self._news:
            self._news.wait_for(lambda: found() or self._ended, timeout=self.patience_s)
            match = found()
        if match is None:
            raise AssertionError(self._account(f"never said “{pattern.pattern}”"))
        return match

    @property
    def tcp(self) -> tuple[str, int]:
        """Where its device or server listens."""
        match = self.line(LISTENING)
        return match["host"].strip("[]"), int(match["port"])

    @property
    def pty(self) -> str:
        """The path of the terminal on which its device answers."""
        return self.line(PTY)["path"]

    @property
    def api(self) -> str:
        """The base URL of its local API, without a slash at the end."""
        return self.line(API)["url"]

    def get(self, path: str) -> Any:
        return http_json("GET", self.api + path)

    def post(self, path: str, body: Any = None) -> Any:
        return http_json("POST", self.api + path, body)

    def end(self) -> int:
        """Asks the program to end, insists after a while, and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=self.patience_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(self._account("did not end on SIGTERM")) from None
            finally:
                self._reader.join(timeout=self.patience_s)
        return self.process.returncode

    def _account(self, what: str) -> str:
        code = self.process.poll()
        state = "still runs" if code is None else f"ended with {code}"
        said = "\n  ".join(self._lines[-40:]) or "(nothing)"
        return f"{' '.join(self.command)}: {what}; it {state} and said:\n  {said}"


def http_json(method: str, url: str, body: Any = None, timeout_s: float = 10.0) -> Any:
    """The JSON that answers a request, None for an empty answer. A refusal raises HTTPRefused with its text."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Accept": "application/json"} | ({} if data is None else {"Content-Type": "application/json"})
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    # Loopback is never reached through a proxy.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=timeout_s) as answer:
            text = answer.read()
    except urllib.error.HTTPError as refusal:
        raise HTTPRefused(refusal.code, refusal.read().decode(errors="replace"), url) from None
    return json.loads(text) if text else None


class HTTPRefused(AssertionError):
    def __init__(self, status: int, text: str, url: str):
        super().__init__(f"{url} answered {status}: {text}")
        self.status = status
        self.text = text


def wait_for_port(host: str, port: int, patience_s: float = 20.0) -> None:
    """Returns once something accepts connections there."""
    wait_until(lambda: _accepts(host, port), f"{host}:{port} accepts a connection", patience_s)


def wait_until(holds: Callable[[], Any], what: str, patience_s: float = 20.0) -> Any:
    """Returns the first true answer of `holds`; asks again until then, and fails when patience ends."""
    deadline = time.monotonic() + patience_s
    while True:
        if answer := holds():
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"waited {patience_s} s in vain until {what}")
        time.sleep(0.1)


def _accepts(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
