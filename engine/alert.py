"""What a rule says about an event: the text and the JSON form of an alert, byte for byte Falco's (falco.md 7.2-7.4).

A text alert is escaped like a JSON string without its quotes, so a quote in it has a backslash: that is Falco's way.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import count
from json.encoder import encode_basestring

from engine.errors import CadgeError
from engine.evaluate import reference
from engine.event import View
from engine.events.params import parameter
from engine.fields.catalog import Field, FieldRef, Type
from engine.lang import typed
from engine.options import Options
from engine.priority import Priority
from engine.rendering import buffer_text, fit, member, number_text, print_format, repaired, text
from engine.rules.model import Rule
from engine.rules.output import Template, Token
from engine.values import Candidates, Value, cut

INTERNAL = "internal"
"""Source of what Falco says about itself."""

_TIME = FieldRef(Field("evt.time", Type.CHARBUF, "time of the event"), "evt.time")
_ISO_TIME = FieldRef(Field("evt.time.iso8601", Type.CHARBUF, "time of the event"), "evt.time.iso8601")
_TIMESTAMPS = {"evt.time", "evt.time.s", "evt.time.iso8601", "evt.datetime", "evt.datetime.s", "evt.outputtime"}
"""Text in messages, the timestamp in ns in `output_fields`."""
_PLAIN_INTEGERS = {"evt.rawtime.ns", "evt.reltime", "evt.reltime.ns", "evt.latency.ns"}
"""Padded in messages, plain integers in `output_fields`."""
_SIGNED = {"evt.rawtime", "evt.reltime"}
"""Unsigned in conditions and messages; only as a member an event older than the first one has a negative time."""
_BUFFER = "evt.buffer"
"""libs writes it as base64 when it reads it for an output, and again when it writes the output."""
_COUNTER = "util.cnt"
"""How often it was written; libs counts three times for each JSON alert, and shows the second."""
_DELTAS = {"evt.deltatime": "DEC", "evt.deltatime.s": "DEC", "evt.deltatime.ns": "10_PADDED_DEC"}

_SIGNED_ARGUMENTS = {"INT64", "FD", "PID", "ERRNO"}
_UNPRINTED_ARGUMENTS = {"SOCKADDR", "SOCKTUPLE", "DYNAMIC"}

ToText = Callable[[View], str]
ToMember = Callable[[View], object]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000
_SIGN = 1 << 63
_UNSIGNED = 2 * _SIGN - 1
"""Times are 64 bits without a sign, also where the JSON form shows them with one."""


class Formatter:
    """Alerts of rules, in the form that the options ask for. Rules are told apart by their index."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._writers: dict[int, Callable[[View], str]] = {}

    def format(self, rule: Rule, view: View) -> bytes:
        """The alert as it stands in every output: UTF-8, without newline."""
        write = self._writers.get(rule.index)
        if write is None:
            make = _json_writer if self._options.json else _text_writer
            write = self._writers[rule.index] = make(rule, self._options)
        return write(view).encode()


def _text_writer(rule: Rule, options: Options) -> Callable[[View], str]:
    """Writes `<time>: <Priority> <message>`, escaped."""
    prefix = _prefix(rule, options)
    message = template_writer(rule.output, options)

    def write(view: View) -> str:
        return encode_basestring(repaired(prefix(view) + message(view)))[1:-1]

    return write


def _json_writer(rule: Rule, options: Options) -> Callable[[View], str]:
    """Writes one JSON object on one line, members sorted by name."""
    prefix = _prefix(rule, options)
    message = template_writer(rule.output, options)
    fields = _fields_writer(rule, options) if options.json_output_fields_property else None
    head = '{"hostname":' + _quoted(options.hostname)
    tail = f',"priority":"{rule.priority.label}","rule":{_quoted(rule.name)},"source":{_quoted(rule.source)}'
    if options.json_tags_property:
        tail += ',"tags":[' + ",".join(_quoted(tag) for tag in sorted(set(rule.tags))) + "]"
    tail += ',"time":"'

    def write(view: View) -> str:
        said = message(view)
        parts = [head]
        if options.json_message_property:
            parts += ',"message":', _quoted(said)
        if options.json_output_property:
            parts += ',"output":', _quoted(prefix(view) + said)
        if fields is not None:
            parts += ',"output_fields":', fields(view)
        parts += tail, utc_time(view.ts_ns), '"}'
        return "".join(parts)

    return write


def _prefix(rule: Rule, options: Options) -> ToText:
    """Time and priority in front of a message."""
    ref = _ISO_TIME if options.iso_time else _TIME
    middle = f": {rule.priority.label} "

    def write(view: View) -> str:
        return f"{text(_value(ref, view), 'NA')}{middle}"

    return write


def template_writer(template: Template, options: Options) -> ToText:
    """Renders a template; a value that is missing is `<NA>`."""
    parts: list[str | ToText] = [
        part if isinstance(part, str) else _token_writer(part, options) for part in template.parts
    ]

    def write(view: View) -> str:
        return "".join([part if isinstance(part, str) else part(view) for part in parts])

    return write


def _token_writer(token: Token, options: Options) -> ToText:
    """Renders one token."""
    show = _operand_text(token.operand, options)
    width = token.width

    def plain(view: View) -> str:
        found = show(view)
        return "<NA>" if found is None else found

    if width is None:
        return plain
    return lambda view: fit(plain(view), width)


def _operand_text(operand: typed.Operand, options: Options) -> Callable[[View], str | None]:
    """The text of a field or of a transformer's result."""
    base64 = options.base64_buffers
    if isinstance(operand, typed.Use):
        ref = operand.ref
        if ref.field.name in _DELTAS:
            return _delta_text(ref.field.name)
        if ref.field.name == "evt.rawarg":
            return lambda view: text(_raw_value(ref, view), _raw_format(ref, view), ref.type, base64=base64)
        if ref.field.name == _COUNTER:
            asked = count(1)
            return lambda _: str(next(asked))
        if ref.field.name == _BUFFER and base64:
            return lambda view: _twice(_value(ref, view))
        form = print_format(ref)
        return lambda view: text(_value(ref, view), form, ref.type, base64=base64)
    # libs prints what a transformer gives in the print format of the field that it was applied to.
    form = _inner_format(operand)
    return lambda view: text(reference.value(operand, view), form, operand.type, base64=base64)


def _twice(value: Value | None) -> str | None:
    """evt.buffer where buffers are base64."""
    if not isinstance(value, bytes):
        return None
    return buffer_text(buffer_text(value, base64=True).encode("ascii"), base64=True)


def _value(ref: FieldRef, view: View) -> Value | None:
    """What a field shows; those that conditions compare with several values show one."""
    found = view.extract(ref)
    return found.shown if isinstance(found, Candidates) else found


def _inner_format(operand: typed.Operand) -> str:
    """Print format of the one field in a chain of transformers; those of several arguments have none."""
    while isinstance(operand, typed.Call) and len(operand.args) == 1:
        operand = operand.args[0]
    return print_format(operand.ref) if isinstance(operand, typed.Use) else "NA"


def _raw_format(ref: FieldRef, view: View) -> str:
    """Print format of a raw argument: that of the parameter in the event at hand. Signed ones always have one."""
    found = parameter(view.code, ref.arg or "")
    if found is None:
        return "DEC"
    return "DEC" if found[1].format == "NA" and found[1].type in _SIGNED_ARGUMENTS else found[1].format


def _raw_value(ref: FieldRef, view: View) -> Value | None:
    """A raw argument as outputs show it: an empty one, which conditions miss, is nothing or zero; addresses are not."""
    found = parameter(view.code, ref.arg or "")
    if found is None or found[1].type in _UNPRINTED_ARGUMENTS:
        return None
    value = _value(ref, view)
    if value is None and found[0] < getattr(view, "nparams", 0):
        return b"" if found[1].type == "BYTEBUF" else 0
    return value


def _raw_member(ref: FieldRef, view: View, *, base64: bool) -> object:
    """A raw argument as a member; signed numbers without a print format are text."""
    found = parameter(view.code, ref.arg or "")
    shown = member(_raw_value(ref, view), _raw_format(ref, view), ref.type, base64=base64)
    return str(shown) if isinstance(shown, int) and found is not None and found[1].format == "NA" else shown


def _delta_text(name: str) -> Callable[[View], str | None]:
    """The evt.deltatime family: time since this very token was rendered last, 0 at first, as libs keeps it."""
    last_ns = 0

    def write(view: View) -> str | None:
        nonlocal last_ns
        delta = view.ts_ns - last_ns if last_ns else 0
        last_ns = view.ts_ns
        value = delta // _SECOND if name.endswith(".s") else delta % _SECOND if name.endswith(".ns") else delta
        return number_text(value, _DELTAS[name])

    return write


def _fields_writer(rule: Rule, options: Options) -> ToText:
    """Writes the object `output_fields`: the message's fields, the prefix's time, then `extra_fields`."""
    members: dict[str, ToMember] = {ref.text: member_of(ref, options) for ref in rule.output.fields()}
    members["evt.time.iso8601" if options.iso_time else "evt.time"] = _timestamp
    for extra in rule.extra_fields:
        if isinstance(extra.value, Template):
            members[extra.key] = _formatted(extra.value, options)
        else:
            members[extra.key] = member_of(extra.value, options)
    names = sorted(members, key=lambda name: name.encode("utf-8", "surrogateescape"))
    parts = [(f"{',' if at else ''}{_quoted(name)}:", members[name]) for at, name in enumerate(names)]

    def write(view: View) -> str:
        return "{" + "".join([key + _dumped(value(view)) for key, value in parts]) + "}"

    return write


def _formatted(template: Template, options: Options) -> ToMember:
    """An extra field with a format: text."""
    show = template_writer(template, options)
    return lambda view: repaired(show(view))


def member_of(ref: FieldRef, options: Options) -> ToMember:
    """How a field stands in `output_fields`: its typed value."""
    base64 = options.base64_buffers
    name = ref.field.name
    if name in _TIMESTAMPS:
        return _timestamp
    if name in _DELTAS:
        return lambda _: 0
    if name in _SIGNED:
        return lambda view: _signed(_value(ref, view))
    if name == "evt.rawarg":
        return lambda view: _raw_member(ref, view, base64=base64)
    if name == _COUNTER:
        asked = count(2, 3)
        return lambda _: next(asked)
    if name == _BUFFER and base64:
        return lambda view: _twice(_value(ref, view))
    form = "DEC" if name in _PLAIN_INTEGERS else print_format(ref)
    return lambda view: member(_value(ref, view), form, ref.type, base64=base64)


def _signed(value: Value | None) -> object:
    """The signed reading of an unsigned 64-bit number."""
    return cut(value, 64, signed=True) if isinstance(value, int) else value


def _timestamp(view: View) -> int:
    """The event's time as JSON shows it: with a sign."""
    return (view.ts_ns + _SIGN) % (2 * _SIGN) - _SIGN


def _quoted(line: str) -> str:
    """A JSON string."""
    return encode_basestring(repaired(line))


def _dumped(value: object) -> str:
    """A JSON value."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return encode_basestring(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def utc_time(ts_ns: int) -> str:
    """`YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ`, the `time` of JSON alerts."""
    seconds, rest = divmod(ts_ns & _UNSIGNED, _SECOND)
    return f"{(_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]}.{rest:09d}Z"


def clock_time(ts_ns: int, zone: tzinfo) -> str:
    """`HH:MM:SS.nnnnnnnnn` in a zone: evt.time."""
    seconds, rest = divmod(ts_ns & _UNSIGNED, _SECOND)
    return f"{(_EPOCH + timedelta(seconds=seconds)).astimezone(zone):%H:%M:%S}.{rest:09d}"


def internal_alert(
    rule: str,
    priority: Priority,
    message: str,
    fields: Mapping[str, object],
    ts_ns: int,
    options: Options,
    zone: tzinfo,
) -> bytes:
    """What Falco says about itself (dropped events, metrics, ...): source `internal`, no tags.

    Text alerts ignore `time_format_iso_8601` and are not escaped. Fields are strings, numbers and booleans only.
    """
    if any(isinstance(value, dict | list | tuple) for value in fields.values()):
        raise CadgeError("falco_outputs: output fields must be key-value maps")
    if options.json:
        return _dumped(
            {
                "hostname": options.hostname,
                "output": repaired(message),
                "output_fields": dict(fields),
                "priority": priority.label,
                "rule": rule,
                "source": INTERNAL,
                "time": utc_time(ts_ns),
            }
        ).encode()
    pairs = " ".join(f"{key}={_dumped(value)}" for key, value in sorted(fields.items()))
    line = f"{clock_time(ts_ns, zone)}: {priority.label} {message} ({pairs})"
    return line.encode("utf-8", "surrogateescape")
