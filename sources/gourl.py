"""URLs as Go's net/url reads them, as far as Falco's plugins ask: scheme, host, path, query parameters."""

import re
from dataclasses import dataclass

from sources.gotext import quote

_HEX = re.compile(r"[0-9a-fA-F]{2}")
_PLAIN = re.compile(r"/(?:[^/#%\x00-\x1f\x7f][^#%\x00-\x1f\x7f]*)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class UrlError(ValueError):
    """The text is no URL; in Go's words."""


@dataclass(frozen=True, slots=True)
class Url:
    """The parts of a URL; `query` is as written."""

    scheme: str = ""
    host: str = ""
    path: str = ""
    query: str = ""


def parse(text: str) -> Url:
    """Cut a URL into its parts. Raises UrlError."""
    try:
        return _parse(text)
    except UrlError as error:
        raise UrlError(f"parse {quote(text.encode('utf-8', 'surrogateescape'))}: {error}") from None


def query(text: str) -> str:
    """The query of a URL, as written. Raises UrlError."""
    # Paths are all that an API server writes; they need no parsing.
    return text.partition("?")[2] if _PLAIN.fullmatch(text) else parse(text).query


def _parse(text: str) -> Url:
    rest, _, fragment = text.partition("#")
    if _CONTROL.search(rest):
        raise UrlError("net/url: invalid control character in URL")
    unescape(fragment)
    scheme, rest = _scheme(rest)
    rest, _, query = rest.partition("?")
    if not rest.startswith("/"):
        if scheme:
            return Url(scheme, query=query)
        if ":" in rest.partition("/")[0]:
            raise UrlError("first path segment in URL cannot contain colon")
    host = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        host, slash, path = rest[2:].partition("/")
        rest = slash + path
        host = _host(host)
    return Url(scheme, host, unescape(rest), query)


def _scheme(text: str) -> tuple[str, str]:
    for place, char in enumerate(text):
        if char.isascii() and char.isalpha():
            continue
        if char in "0123456789+-.":
            if place == 0:
                return "", text
        elif char == ":":
            if place == 0:
                raise UrlError("missing protocol scheme")
            return text[:place].lower(), text[place + 1 :]
        else:
            return "", text
    return "", text


def _host(authority: str) -> str:
    host = authority.rpartition("@")[2]
    port = host.rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""
    if port and not (port.isascii() and port.isdigit()):
        raise UrlError(f"invalid port {quote((':' + port).encode('utf-8', 'surrogateescape'))} after host")
    for char in host:
        if char in ' "<>\\^`{|}':
            raise UrlError(f"invalid character {quote(char.encode())} in host name")
    return unescape(host)


def unescape(text: str, *, plus: bool = False) -> str:
    """Undo percent escapes; `plus`: a plus sign is a blank. Raises UrlError."""
    if plus:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    first, *parts = text.encode("utf-8", "surrogateescape").split(b"%")
    out = [first]
    for part in parts:
        if not _HEX.match(part[:2].decode("latin-1")):
            raise UrlError(f"invalid URL escape {quote(b'%' + part[:2])}")
        out.append(bytes([int(part[:2], 16)]) + part[2:])
    return b"".join(out).decode("utf-8", "surrogateescape")


def parameters(text: str) -> dict[str, str]:
    """First value of each parameter of a query. Raises UrlError where one of them is malformed."""
    values: dict[str, str] = {}
    plain = "%" not in text and "+" not in text
    for part in text.split("&"):
        if ";" in part:
            raise UrlError("invalid semicolon separator in query")
        if part:
            key, _, value = part.partition("=")
            if plain:
                values.setdefault(key, value)
            else:
                values.setdefault(unescape(key, plus=True), unescape(value, plus=True))
    return values
