"""Alerts as the bodies of HTTP POST requests, one for each alert; the server's status is not looked at, as in Falco."""

import gzip
import http.client
import os
import socket
import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

from supervisor.config.model import HttpOutput as Settings
from supervisor.outputs.base import Line

_TIMEOUT_S = 60.0


class HttpOutput:
    """A client of one URL."""

    name = "http"

    def __init__(self, settings: Settings, *, json: bool) -> None:
        """Raises OSError or ValueError (ssl.SSLError is an OSError) for settings that cannot work."""
        self._settings = settings
        url = urlsplit(settings.url.strip("\"'"))
        if url.scheme not in ("", "http", "https") or not (url.hostname or url.path):
            raise ValueError(f"URL using bad/illegal format or missing URL: {settings.url}")
        self._secure = url.scheme == "https"
        self._host = url.hostname or url.path.partition("/")[0]
        self._port = url.port
        self._path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        self._tls = self._context() if self._secure else None
        self._connection: http.client.HTTPConnection | None = None
        self._headers = {
            "Content-Type": "application/json" if json else "text/plain",
            "User-Agent": settings.user_agent,
            "Accept": "*/*",
        }
        if settings.compress_uploads:
            self._headers["Transfer-Encoding"] = "gzip, chunked"

    def _context(self) -> ssl.SSLContext:
        settings = self._settings
        if settings.insecure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        else:
            file = settings.ca_cert or settings.ca_bundle or None
            context = ssl.create_default_context(cafile=file, capath=None if file else settings.ca_path)
        if settings.mtls:
            context.load_cert_chain(settings.client_cert, settings.client_key)
        return context

    def write(self, lines: Sequence[Line]) -> None:
        """One request for each alert. Raises OSError with the first failure, after all were tried."""
        failure: Exception | None = None
        for line in lines:
            try:
                self._post(line.data)
            except (OSError, http.client.HTTPException) as error:
                failure = failure or error
        if failure is not None:
            raise OSError(f"libcurl failed to perform call: {failure}") from failure

    def _post(self, body: bytes) -> None:
        """Send one alert; only timeouts are tried again."""
        for left in range(self._settings.max_consecutive_timeouts, -1, -1):
            try:
                self._request(body)
            except TimeoutError:
                self._drop()
                if not left:
                    raise
            except (OSError, http.client.HTTPException):
                kept = self._connection is not None
                self._drop()
                # A connection kept from before may have been closed by the server meanwhile: once more, afresh.
                if not kept:
                    raise
                self._request(body)
                return
            else:
                return

    def _request(self, body: bytes) -> None:
        connection = self._connection or self._connect()
        self._connection = None
        if self._settings.compress_uploads:
            connection.request("POST", self._path, iter([gzip.compress(body)]), self._headers, encode_chunked=True)
        else:
            connection.request("POST", self._path, body, self._headers)
        answer = connection.getresponse()
        text = answer.read()
        if self._settings.echo:
            os.write(1, text)
        if answer.will_close:
            connection.close()
        else:
            self._connection = connection

    def _connect(self) -> http.client.HTTPConnection:
        connection = (
            http.client.HTTPSConnection(self._host, self._port, timeout=_TIMEOUT_S, context=self._tls)
            if self._tls is not None
            else http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_S)
        )
        connection.connect()
        if self._settings.keep_alive:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def reopen(self) -> None:
        """There is nothing to reopen."""

    def close(self) -> None:
        """Close the connection."""
        self._drop()
