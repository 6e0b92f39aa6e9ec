"""Which way in the open parameters of a log source name: a file or folder, a followed file, stdin, or a webhook."""

import errno
import os
import socket
from enum import Enum
from typing import NamedTuple

from engine.errors import SourceError
from sources import gourl
from sources.inlets.lines import reason

STDIN = "-"


class Way(Enum):
    """How payloads come in."""

    FILES = "a file or folder, read once"
    FOLLOW = "file:///path: a file that others append to"
    STDIN = "-: the operator's standard input"
    WEBHOOK = "http://host:port/path or https://…: requests of others"


class Inlet(NamedTuple):
    """A descriptor that was opened for a source by whoever runs it, and outlives the source's process."""

    fd: int = -1
    """A listening socket, or standard input; -1: none."""
    start: int = -1
    """Where standard input began, if it is a plain file, which can be read again."""


NOTHING = Inlet()
"""No descriptor: the source opens what it needs."""


def way(params: str, *, strict: bool = False) -> Way:
    """What open parameters ask for. Falco knows no standard input: `strict`, `-` is a file's name."""
    if params == STDIN and not strict:
        return Way.STDIN
    try:
        scheme = gourl.parse(params).scheme
    except gourl.UrlError:
        return Way.FILES
    return {"http": Way.WEBHOOK, "https": Way.WEBHOOK, "file": Way.FOLLOW}.get(scheme, Way.FILES)


def prepare(params: str, *, strict: bool = False) -> Inlet:
    """Open what open parameters need beforehand: nothing for files. Raises SourceError in Go's words."""
    match way(params, strict=strict):
        case Way.WEBHOOK:
            url = gourl.parse(params)
            return Inlet(listen(url.host, url.scheme))
        case Way.STDIN:
            fd = os.dup(0)
            os.set_inheritable(fd, False)
            return Inlet(fd, _start(fd))
        case _:
            return NOTHING


def listen(host: str, scheme: str) -> int:
    """A listening socket for the host part of a URL. Raises SourceError in Go's words."""
    name, port = split(host, scheme)
    address = f"{host or ':' + scheme}"
    try:
        found = socket.getaddrinfo(name or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise SourceError(
            f"listen tcp: lookup {name}: {reason(error) if isinstance(error, OSError) else error}"
        ) from error
    # As in Go: every address of the machine if none is named, else the first one, those of version 4 first.
    wildcard = not name and socket.has_dualstack_ipv6()
    first, *_ = sorted(found, key=lambda one: (one[0] is socket.AF_INET) is wildcard)
    try:
        made = socket.create_server(
            first[4][:2], family=first[0], backlog=4096, dualstack_ipv6=wildcard and first[0] is socket.AF_INET6
        )
    except OSError as error:
        verb = "bind" if error.errno in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL) else "socket"
        raise SourceError(f"listen tcp {address}: {verb}: {_said(error)}") from error
    return made.detach()


def split(host: str, scheme: str) -> tuple[str, int]:
    """The name and the port of a URL's host part. Raises SourceError in Go's words."""
    if not host:
        return "", 443 if scheme == "https" else 80
    name, colon, port = host.rpartition(":")
    if not colon or (host.endswith("]")):
        raise SourceError(f"listen tcp: address {host}: missing port in address")
    if not port.isdecimal() or int(port) > 65535:
        raise SourceError(f"listen tcp: address {port}: invalid port")
    return name.removeprefix("[").removesuffix("]"), int(port)


def _said(error: OSError) -> str:
    """The reason without what the standard library adds to it."""
    return os.strerror(error.errno).lower() if error.errno else reason(error)


def _start(fd: int) -> int:
    try:
        return os.lseek(fd, 0, os.SEEK_CUR)
    except OSError:
        return -1
