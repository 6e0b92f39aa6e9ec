"""Alerts over HTTP."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from supervisor.config.model import HttpOutput as Settings
from supervisor.outputs.base import Line
from supervisor.outputs.http import HttpOutput


class Server(HTTPServer):
    """Keeps what is posted to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, dict[str, str], bytes]] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = b""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(500)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"again")

    def log_message(self, *words) -> None:
        pass


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/alerts?x=1"


def test_each_alert_is_one_post_and_the_status_is_ignored(server) -> None:
    output = HttpOutput(Settings(url=f'"{url(server)}"'), json=True)
    output.write([Line(4, b'{"a":1}'), Line(4, b'{"a":2}')])
    output.close()
    assert [(path, body) for path, _, body in server.got] == [("/alerts?x=1", b'{"a":1}'), ("/alerts?x=1", b'{"a":2}')]
    headers = server.got[0][1]
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "falcosecurity/falco"


def test_text_alerts_are_text_and_compressed_when_asked(server) -> None:
    output = HttpOutput(Settings(url=url(server), compress_uploads=True), json=False)
    output.write([Line(4, b"10:00: Warning text")])
    output.close()
    (_, headers, body) = server.got[0]
    assert headers["Content-Type"] == "text/plain"
    assert gzip.decompress(body) == b"10:00: Warning text"


def test_the_answer_is_echoed_when_asked(server, capfd) -> None:
    output = HttpOutput(Settings(url=url(server), echo=True), json=False)
    output.write([Line(4, b"x")])
    output.close()
    assert capfd.readouterr().out == "again"


def test_nobody_there_is_a_failure_in_falco_s_words() -> None:
    output = HttpOutput(Settings(url="http://127.0.0.1:9/"), json=False)
    with pytest.raises(OSError, match=r"^libcurl failed to perform call: "):
        output.write([Line(4, b"x")])


def test_what_is_no_url_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="URL"):
        HttpOutput(Settings(url="ftp://host/"), json=False)
