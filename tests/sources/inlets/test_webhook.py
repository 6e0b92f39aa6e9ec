import http.client
import os
import socket
import ssl
import subprocess
import threading
from datetime import UTC

import pytest

from engine.errors import SourceError
from sources import assemble, registry
from sources.base import WHOLE, Fault, Idle, Mark, Needs, Resume
from sources.inlets.way import listen, prepare

pytest.importorskip("uvicorn")

EVENT = b'{"kind":"Event","auditID":"id","stageTimestamp":"2024-05-01T10:00:00Z"}'
HEADERS = {"Content-Type": "application/json"}


@pytest.fixture
def hook():
    """A function that opens a webhook; its requests are answered as soon as `accept` is on."""
    made = []

    def build(params="http://127.0.0.1:0/k8s-audit", plugin="k8saudit", init=""):
        one = Hook(params, plugin, init)
        made.append(one)
        return one

    yield build
    for one in made:
        one.close()


class Hook:
    """A webhook whose pump runs in a thread, as in a child."""

    def __init__(self, params, plugin, init):
        inlet = self.inlet = prepare(params)
        with socket.socket(fileno=socket.dup(inlet.fd)) as same:
            self.port = same.getsockname()[1]
        setting = assemble.Setting(UTC, lambda: 0, inlet=inlet)
        spec = registry.load(plugin)
        self.source = assemble.build(spec.source, assemble.Loaded(spec, init), params, [], setting)
        self.accept = threading.Event()
        self.accept.set()
        self.stop = threading.Event()
        self.got = []
        self.thread = threading.Thread(target=self.pump)
        self.source.open(Needs(), Mark())
        self.thread.start()

    def pump(self):
        num = 0
        while not self.stop.is_set():
            batch = self.source.read()
            assert not isinstance(batch, Fault)
            if not isinstance(batch, Idle):
                for view in batch.views(num):
                    num = view.num
                    self.got.append(view.payload)
            if self.accept.is_set():
                self.source.settled(Mark(num, WHOLE))

    def ask(self, body=EVENT, *, method="POST", path="/k8s-audit", headers=HEADERS, connection=None):
        own = connection is None
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if own:
            connection.close()
        return answer.status, text

    def close(self):
        if not self.stop.is_set():
            self.stop.set()
            self.thread.join()
            self.source.close()
            os.close(self.inlet.fd)


def test_requests_on_one_connection_become_events(hook):
    one = hook()
    connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=30)
    assert [one.ask(connection=connection) for _ in range(3)] == [(200, "")] * 3
    port = connection.sock.getsockname()[1]
    batch = b'{"kind":"EventList","items":[' + EVENT + b"," + EVENT + b"]}"
    assert one.ask(batch, connection=connection) == (200, "")
    assert connection.sock.getsockname()[1] == port
    connection.close()
    assert one.got == [EVENT] * 5
    assert one.source.resume is Resume.PRESENT


def test_what_holds_no_event_is_accepted_and_counted(hook):
    one = hook()
    assert one.ask(b"{") == (200, "")
    assert one.ask(b"") == (200, "")
    assert one.ask() == (200, "")
    assert one.source.counters()["lines that are no JSON"] == 2


def test_nothing_is_acknowledged_before_it_is_accepted(hook):
    one = hook()
    one.accept.clear()
    answers = []
    asking = threading.Thread(target=lambda: answers.append(one.ask()))
    asking.start()
    while not one.got:
        asking.join(0.02)
    asking.join(0.2)
    assert answers == []
    one.accept.set()
    one.source.nudge()
    asking.join(30)
    assert answers == [(200, "")]


def test_a_body_over_the_limit_is_refused_as_in_falco(hook):
    one = hook(init='{"webhookMaxBatchSize": 100}')
    assert one.ask(b"x" * 101) == (400, "bad request: http: request body too large\n")
    assert one.ask() == (200, "")
    assert one.source.counters()["requests too large"] == 1


def test_other_methods_and_paths_get_falcos_answers(hook):
    one = hook()
    assert one.ask(method="GET") == (405, "GET method not allowed\n")
    assert one.ask(path="/other") == (404, "404 page not found\n")
    assert one.ask(headers={"Content-Type": "text/plain"}) == (400, "wrong Content Type\n")


def test_whoever_waits_while_it_closes_is_told_to_come_again(hook):
    one = hook()
    one.accept.clear()
    answers = []
    asking = threading.Thread(target=lambda: answers.append(one.ask()))
    asking.start()
    while not one.got:
        asking.join(0.02)
    one.close()
    asking.join(30)
    assert answers == [(503, "not accepted, come again\n")]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """One file with a certificate and its key, as the plugin wants them."""
    folder = tmp_path_factory.mktemp("tls")
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    try:
        subprocess.run([*words, "-keyout", folder / "key", "-out", folder / "crt"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("openssl is not here to make a certificate")
    (folder / "both.pem").write_bytes((folder / "key").read_bytes() + (folder / "crt").read_bytes())
    return folder


def test_the_certificate_of_the_configuration_serves_https(hook, certificate):
    one = hook("https://127.0.0.1:0/k8s-audit", init=f'{{"sslCertificate": "{certificate / "both.pem"}"}}')
    context = ssl.create_default_context(cafile=certificate / "crt")
    context.check_hostname = False
    connection = http.client.HTTPSConnection("127.0.0.1", one.port, timeout=30, context=context)
    assert one.ask(connection=connection) == (200, "")
    connection.close()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/nowhere/falco.pem", "open /nowhere/falco.pem: no such file or directory"),
        (__file__, "tls: failed to find any PEM data in certificate input"),
    ],
)
def test_a_wrong_certificate_is_told_in_gos_words(path, message):
    setting = assemble.Setting(UTC, lambda: 0)
    plugin = assemble.Loaded(registry.load("k8saudit"), f'{{"sslCertificate": "{path}"}}')
    source = assemble.build("k8s_audit", plugin, "https://127.0.0.1:0/x", [], setting)
    with pytest.raises(SourceError) as caught:
        source.open(Needs(), Mark())
    assert str(caught.value) == message


def test_every_log_source_has_a_webhook(hook):
    record = b'{"eventTime":"2024-05-01T10:00:00Z","eventType":"AwsApiCall"}'
    bodies = {
        "cloudtrail": b'{"Records":[' + record + b"," + record + b"]}",
        "okta": b'[{"uuid":"u"},{"uuid":"v"}]',
        "gcpaudit": b'[{"a":1},{"a":2}]',
    }
    for plugin, body in bodies.items():
        one = hook(plugin=plugin)
        assert one.ask(body) == (200, "")
        assert len(one.got) == 2


def test_a_socket_that_nobody_prepared_is_opened():
    setting = assemble.Setting(UTC, lambda: 0)
    spec = registry.load("k8saudit")
    source = assemble.build("k8s_audit", assemble.Loaded(spec), "http://127.0.0.1:0/x", [], setting)
    source.open(Needs(), Mark())
    assert isinstance(source.read(), Idle)
    source.close()


def test_a_port_is_given_in_the_open_parameters():
    with pytest.raises(SourceError, match="missing port"):
        listen("127.0.0.1", "http")
