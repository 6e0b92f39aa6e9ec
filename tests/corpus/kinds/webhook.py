"""Requests to the webhook of `k8s_audit`: every answer, every event, what the log says (`webhook/expected.json`)."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

from scoring import Score

from engine.fields import resolve
from engine.options import Options
from engine.rendering import jsoncpp
from sources import assemble, catalogs, registry
from sources.base import WHOLE, Idle, Mark, Needs
from sources.inlets.way import prepare

PARAMS = "http://127.0.0.1:0/k8s-audit"
ABRIDGED = 1500
"""A longer text is recorded as its length and hash; only the length is compared here."""


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One score for both situations."""
    result = Score("webhook/k8s_audit")
    for name, answer in json.loads((corpus / "k8s_audit" / "webhook" / "expected.json").read_bytes()).items():
        hook = Hook(answer)
        for at, one in enumerate(answer["requests"]):
            said = hook.ask(one["request"])
            result.count(f"{name}, request {at}", said, (one["status"], one["response_body"]))
        hook.close()
        for at, event in enumerate(answer["events"]):
            ours = hook.events[at] if at < len(hook.events) else None
            result.count(f"{name}, event {at + 1}", ours, {key: _shown(value) for key, value in event.items()})
        result.count(f"{name}: how many events", len(hook.events), len(answer["events"]))
        log = [line.removeprefix("<date> ") for line in answer["log"] if "SIGINT" not in line]
        result.count(f"{name}: the log", hook.log, log)
    yield result


class Hook:
    """The source with a pump of its own, as in a child."""

    def __init__(self, answer: dict[str, Any]) -> None:
        inlet = prepare(PARAMS)
        with socket.socket(fileno=socket.dup(inlet.fd)) as same:
            self._port = same.getsockname()[1]
        self._listening = socket.socket(fileno=inlet.fd)
        specs = [registry.load("k8saudit"), registry.load("json")]
        self.log: list[str] = []
        self.events: list[dict[str, Any]] = []
        catalog = catalogs.catalog("k8s_audit", specs, Options())
        names = list(answer["events"][0])
        self._refs = {name: resolve.resolve(catalog, *_parts(name)) for name in names}
        setting = assemble.Setting(
            UTC, lambda: 0, strict=True, inlet=inlet, log=lambda _level, text: self.log.append(text)
        )
        plugin = assemble.Loaded(specs[0], json.dumps(answer["init_config"]))
        self._source = assemble.build("k8s_audit", plugin, PARAMS, [assemble.Loaded(specs[1])], setting)
        self._source.open(Needs(), Mark())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._pump)
        self._thread.start()
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)

    def ask(self, request: dict[str, Any]) -> tuple[int, str]:
        """Send one request over a connection that is kept; status and body of the answer."""
        self._connection.request(request["method"], request["path"], _body(request["body"]), request["headers"])
        answer = self._connection.getresponse()
        return answer.status, answer.read().decode()

    def close(self) -> None:
        """No more requests."""
        self._connection.close()
        self._over.set()
        self._thread.join()
        self._source.close()
        self._listening.close()

    def _pump(self) -> None:
        num = 0
        while not self._over.is_set():
            batch = self._source.read()
            if not isinstance(batch, Idle):
                for view in batch.views(num):
                    num = view.num
                    self.events.append({name: _value(name, view, ref) for name, ref in self._refs.items()})
            self._source.settled(Mark(num, WHOLE))


def _parts(name: str) -> tuple[str, str | None]:
    stem, bracket, rest = name.partition("[")
    return stem, rest[:-1] if bracket else None


def _value(name: str, view: Any, ref: Any) -> Any:
    if name in ("evt.rawtime", "evt.datetime"):
        return view.ts_ns
    value = view.extract(ref)
    return _shown(jsoncpp(value)) if isinstance(value, str) else value


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return value["bytes"]
    return len(value.encode()) if isinstance(value, str) and len(value) > ABRIDGED else value


def _event(number: int, bytes_: int) -> str:
    """The event that the corpus pads with the letter a in key x."""
    head = (
        f'{{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"id-{number}","stage":"ResponseComplete",'
        f'"verb":"get","user":{{"username":"u{number}"}},"objectRef":{{"resource":"pods","name":"p{number}"}},'
        f'"stageTimestamp":"2024-05-01T10:00:{number:02d}.{number:06d}Z","x":"'
    )
    return head + "a" * (bytes_ - len(head) - 2) + '"}'


def _body(body: Any) -> bytes:
    """The bytes that were sent."""
    if isinstance(body, str):
        # One byte that is no UTF-8 was written down as an escape.
        return body.encode().replace(b'"\\xff"', b'"\xff"')
    if "EventList" not in body["starts"]:
        return _event(1, body["bytes"]).encode()
    return ('{"kind":"EventList","items":[' + ",".join(_event(n, 2230) for n in range(20, 30)) + "]}").encode()
