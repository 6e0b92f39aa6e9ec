"""An event of Okta's System Log as Falco's okta plugin decodes and encodes it: a fixed shape, everything else dropped.

Keys match without regard to case, the last of repeated ones counts, null changes nothing, a wrong type is an error.
"""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from sources.gotext import float_text

TEXT = "string"
REAL = "float64"
WHOLE = "int"

_Shape = Mapping[str, Any]
"""Key -> TEXT, REAL, WHOLE, a shape, or a list of one shape. A key that ends in `?` is left out when it is empty."""

_ENTITY: _Shape = {"id": TEXT, "type": TEXT, "alternateId?": TEXT, "displayName?": TEXT}
SHAPE: _Shape = {
    "uuid": TEXT,
    "published": TEXT,
    "eventType": TEXT,
    "version": TEXT,
    "severity": TEXT,
    "legacyEventType?": TEXT,
    "displayMessage": TEXT,
    "actor": _ENTITY,
    "client": {
        "userAgent": {"os?": TEXT, "browser?": TEXT, "rawUserAgent?": TEXT},
        "geographicalContext": {
            # The plugin expects the longitude under a key that Okta does not use.
            "geolocation": {"lat?": REAL, "lonDe?": REAL},
            "city?": TEXT,
            "state?": TEXT,
            "country?": TEXT,
            "postalCode?": TEXT,
        },
        "zone?": TEXT,
        "ipAddress?": TEXT,
        "device?": TEXT,
        "id?": TEXT,
    },
    "outcome": {"result": TEXT, "reason?": TEXT},
    "target?": [_ENTITY],
    "transaction": {"type?": TEXT, "id?": TEXT},
    "debugContext": {
        "debugData": {
            "requestUri": TEXT,
            "originalPrincipal": {"id?": TEXT, "type?": TEXT, "alternateId?": TEXT, "displayName?": TEXT},
            "behaviors?": TEXT,
            "logOnlySecurityData?": TEXT,
        }
    },
    "authenticationContext": {
        "authenticationStep?": WHOLE,
        "externalSessionId?": TEXT,
        "authenticationProvider?": TEXT,
        "credentialProvider?": TEXT,
    },
    "securityContext": {"asNumber?": WHOLE, "asOrg?": TEXT, "isp?": TEXT, "domain?": TEXT, "isProxy?": TEXT},
}
_ZERO: Mapping[str, Any] = {TEXT: "", REAL: 0.0, WHOLE: 0}


class ShapeError(ValueError):
    """The text is no JSON, or a value has the wrong type."""


class _Object(list[tuple[str, Any]]):
    """A JSON object as its members, in order."""


class _Literal(str):
    """A number as it was written."""

    __slots__ = ()


def parse(payload: bytes) -> Any:
    """Any JSON text, for `decode`. Raises ShapeError."""
    try:
        text = payload.decode("utf-8", "surrogateescape")
        return json.loads(
            text, object_pairs_hook=_Object, parse_int=_Literal, parse_float=_Literal, parse_constant=_refuse
        )
    except (ValueError, RecursionError) as error:
        raise ShapeError(f"no JSON: {error}") from error


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def decode(parsed: Any) -> dict[str, Any]:
    """What `parse` returned as an event with all its keys. Raises ShapeError."""
    event = _empty(SHAPE)
    _fill(event, SHAPE, parsed, "okta.LogEvent")
    return event


def _empty(shape: _Shape) -> dict[str, Any]:
    return {key.rstrip("?"): _initial(kind) for key, kind in shape.items()}


def _initial(kind: Any) -> Any:
    if isinstance(kind, str):
        return _ZERO[kind]
    return [] if isinstance(kind, list) else _empty(kind)


def _fill(event: dict[str, Any], shape: _Shape, value: Any, place: str) -> None:
    if value is None:
        return
    if not isinstance(value, _Object):
        raise ShapeError(f"cannot unmarshal {_kind_of(value)} into {place}")
    exact = {key.rstrip("?"): kind for key, kind in shape.items()}
    folded = {key.lower(): key for key in exact}
    for name, member in value:
        key = name if name in exact else folded.get(name.lower())
        if key is None or member is None:
            if key is not None and isinstance(exact[key], list):
                event[key] = []
            continue
        kind = exact[key]
        if isinstance(kind, str):
            event[key] = _scalar(kind, member, f"{place}.{key}")
        elif isinstance(kind, list):
            event[key] = _elements(kind[0], member, f"{place}.{key}")
        else:
            _fill(event[key], kind, member, f"{place}.{key}")


def _elements(shape: _Shape, value: Any, place: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or isinstance(value, _Object):
        raise ShapeError(f"cannot unmarshal {_kind_of(value)} into {place}")
    found = [_empty(shape) for _ in value]
    for element, member in zip(found, value, strict=True):
        _fill(element, shape, member, place)
    return found


def _scalar(kind: str, value: Any, place: str) -> Any:
    if kind == TEXT and isinstance(value, str) and not isinstance(value, _Literal):
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in value)
    if kind == REAL and isinstance(value, _Literal) and abs(float(value)) != float("inf"):
        return float(value)
    if kind == WHOLE and isinstance(value, _Literal) and value.removeprefix("-").isdigit():
        number = int(value)
        if -(1 << 63) <= number < 1 << 63:
            return number
    raise ShapeError(f"cannot unmarshal {_kind_of(value)} into {place} of type {kind}")


def _kind_of(value: Any) -> str:
    if isinstance(value, _Literal):
        return f"number {value}"
    if isinstance(value, _Object):
        return "object"
    return {bool: "bool", str: "string", list: "array"}[type(value)]


# ------------------------------------------------------------------------------------------------------- encoding

_ESCAPES = {
    **{code: f"\\u{code:04x}" for code in (*range(0x20), ord("<"), ord(">"), ord("&"), 0x2028, 0x2029)},
    ord("\b"): "\\b", ord("\f"): "\\f", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t",
    ord('"'): '\\"', ord("\\"): "\\\\",
}  # fmt: skip


def encode(event: Mapping[str, Any]) -> bytes:
    """An event as Go's encoder writes it."""
    return _written(event, SHAPE).encode()


def _written(event: Mapping[str, Any], shape: _Shape) -> str:
    parts = []
    for mark, kind in shape.items():
        key = mark.rstrip("?")
        value = event[key]
        if mark.endswith("?") and not value:
            continue
        if isinstance(kind, list):
            shown = "[" + ",".join(_written(one, kind[0]) for one in value) + "]"
        elif not isinstance(kind, str):
            shown = _written(value, kind)
        elif kind == TEXT:
            shown = '"' + value.translate(_ESCAPES) + '"'
        else:
            shown = str(value) if kind == WHOLE else float_text(value, low=-6, high=21, padded=False)
        parts.append(f'"{key}":{shown}')
    return "{" + ",".join(parts) + "}"
