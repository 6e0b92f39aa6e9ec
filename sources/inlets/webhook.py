"""The webhook: an HTTP server in a thread of its own, on a socket that whoever runs the source keeps open."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from engine.errors import SourceError
from sources import gourl
from sources.base import WHOLE, Idle, Mark, Resume
from sources.inlets.checks import Checks, Head, refuse
from sources.inlets.desk import AGAIN, GONE, MOST_BYTES, Answer, BusyError, Desk
from sources.inlets.lines import reason
from sources.inlets.way import NOTHING, prepare
from sources.pull import Given, PullSource

if TYPE_CHECKING:
    import uvicorn

    from sources.inlets.live import LogSource

Message = MutableMapping[str, Any]
WAIT_S = 0.1
"""How long is waited for a request before the source says that it is idle."""
PATIENCE_S = 30.0
"""How long a request waits to be accepted before its sender is told to come again."""
START_S = 10.0
_IDLE_S = 75
"""How long a connection without requests is kept."""
_CONNECTIONS = 2048


class WebhookSource(PullSource):
    """Takes payloads from the bodies of requests; each is answered once its alerts are accepted."""

    resume = Resume.PRESENT

    def __init__(self, files: "LogSource") -> None:
        super().__init__(files.config, files.kit)
        self.files = files
        self.counts = files.counts
        self._desk = Desk()
        self._server: Server | None = None
        self._num = 0
        self._mark = Mark(0, WHOLE)

    def start(self) -> Iterator[Given]:
        """Begin to answer."""
        url = gourl.parse(self.config.open_params)
        checks = self.files.checks(url.path)
        self._desk.most_bytes = max(MOST_BYTES, 2 * checks.longest)
        certificate = self.files.certificate() if url.scheme == "https" else None
        inlet = self.config.inlet
        if inlet == NOTHING:
            inlet = prepare(self.config.open_params)
            made = socket.socket(fileno=inlet.fd)
        else:
            made = socket.socket(fileno=socket.dup(inlet.fd))
        self._server = Server(Front(self._desk, checks, self.skip), made, certificate)
        self._server.start()
        return self._events()

    def _events(self) -> Iterator[Given]:
        while True:
            requests = self._desk.take(WAIT_S)
            if not requests:
                yield Idle()
                continue
            for request in requests:
                records = list(self.files.events(request.body))
                self._num += len(records)
                self._desk.given(request, self._num)
                if records:
                    yield list(records)
            # A request need not hold any event.
            self._desk.settle(self._mark)
            yield None

    def settled(self, mark: Mark) -> None:
        """Answer those whose alerts are accepted."""
        self._mark = mark
        self._desk.settle(mark)

    def nudge(self) -> None:
        """From another thread: there is something new to settle."""
        self._desk.nudge()

    def close(self) -> None:
        """Tell whoever waits to come again, and let go of the socket."""
        super().close()
        self._desk.close()
        if self._server is not None:
            self._server.stop()


class Front:
    """The ASGI application: checks requests, hands their bodies over, answers."""

    def __init__(self, desk: Desk, checks: Checks, skip: Callable[[str, str], None]) -> None:
        self._desk = desk
        self._checks = checks
        self._skip = skip

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, value)
        head = Head(scope["method"], scope["path"], headers)
        answer = self._checks.of_head(head)
        if answer is None:
            answer = await self._read(head, receive)
        if answer is None:
            return
        await _send(send, answer, without_body=head.method == "HEAD")

    async def _read(self, head: Head, receive: Callable[[], Awaitable[Message]]) -> Answer | None:
        """Take the body and wait until it is accepted; None: the sender is gone."""
        parts: list[bytes] = []
        size = 0
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                part = message.get("body", b"")
                self._desk.reserve(len(part))
                size += len(part)
                if size > self._checks.longest:
                    self._skip("requests too large", self._checks.too_long())
                    answer = refuse(400, self._checks.too_long())
                    return answer._replace(headers=(*answer.headers, (b"connection", b"close")))
                parts.append(part)
                if not message.get("more_body"):
                    break
            payload = self._checks.of_body(head, b"".join(parts))
            if isinstance(payload, Answer):
                self._skip("requests refused", payload.text.strip())
                return payload
            return await asyncio.wait_for(self._desk.put(payload), PATIENCE_S)
        except BusyError:
            return AGAIN
        except TimeoutError:
            return GONE
        finally:
            self._desk.free(size)


async def _send(send: Callable[[Message], Awaitable[None]], answer: Answer, *, without_body: bool) -> None:
    body = answer.text.encode()
    headers = [*answer.headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if without_body else body})


class Server:
    """uvicorn in a thread."""

    def __init__(self, front: Front, listening: socket.socket, certificate: tuple[str, str] | None) -> None:
        self._socket = listening
        try:
            self._server = _made(front, certificate)
        except SourceError:
            listening.close()
            raise
        self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)
        self._failed: BaseException | None = None

    def start(self) -> None:
        """Returns once requests are answered. Raises SourceError."""
        self._thread.start()
        until = time.monotonic() + START_S
        while not self._server.started:
            if self._failed is not None or not self._thread.is_alive() or time.monotonic() > until:
                raise SourceError(f"the webhook's server does not start: {self._failed or 'without a word'}")
            time.sleep(0.005)

    def stop(self) -> None:
        """Answer what is under way, and end."""
        self._server.should_exit = True
        self._thread.join(2.0)
        self._socket.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=[self._socket]))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - told in `start`
            self._failed = error


def _made(front: Front, certificate: tuple[str, str] | None) -> "uvicorn.Server":
    """An unstarted server. Raises SourceError without uvicorn, and in Go's words for a bad certificate."""
    try:
        import uvicorn  # noqa: PLC0415 - slow to import, and only webhooks need it
    except ImportError as error:
        raise SourceError(
            "a webhook needs the package uvicorn (and httptools): pip install uvicorn httptools"
        ) from error
    settings: dict[str, Any] = {}
    if certificate is not None:
        settings = {"ssl_certfile": certificate[0], "ssl_keyfile": certificate[1]}
    config = uvicorn.Config(
        front,
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=1,
        limit_concurrency=_CONNECTIONS,
        **settings,
    )
    try:
        config.load()
    except ssl.SSLError as error:
        raise SourceError("tls: failed to find any PEM data in certificate input") from error
    except OSError as error:
        raise SourceError(f"open {_missing(certificate)}: {reason(error)}") from error
    return uvicorn.Server(config)


def _missing(certificate: tuple[str, str] | None) -> str:
    """Which of the files cannot be read."""
    for path in certificate or ():
        try:
            with open(path, "rb"):  # noqa: PTH123 - whether it opens, nothing else
                pass
        except OSError:
            return path
    return (certificate or ("",))[0]
