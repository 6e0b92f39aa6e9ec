"""Alerts written by generated code: the same bytes as `engine.alert.Formatter`, which is asked wherever text is odd.

A line is put together of pieces that are escaped one by one. That is the same as escaping the whole, except where a
value is not UTF-8; then encoding the line fails, and the reference formatter writes it.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring

from engine import rendering
from engine.alert import Formatter, member_of, template_writer
from engine.evaluate.codegen import Names, define
from engine.evaluate.codegen_tests import STRINGS
from engine.evaluate.layout import Plan
from engine.event import View
from engine.fields.catalog import Field, FieldRef, Type
from engine.lang import typed
from engine.options import Options
from engine.rules.model import Rule
from engine.rules.output import Template, Token
from engine.values import Value

Writer = Callable[[object, View], bytes]
"""Writes the alert of one rule from a row and its view."""

_TIME = FieldRef(Field("evt.time", Type.CHARBUF, "time of the event"), "evt.time")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000
_MINUTE = 60 * _SECOND
_UNSIGNED = (1 << 64) - 1
_REMEMBERED = 64
"""Seconds or minutes whose text is kept."""
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def writer(rule: Rule, plan: Plan, options: Options, formatter: Formatter, label: str) -> Writer:
    """The function that writes a rule's alerts."""

    def slow(view: View) -> bytes:
        return formatter.format(rule, view)

    if any(ref.field.name.startswith("evt.deltatime") for ref in rule.output.fields()):
        # These remember when they were shown last, and there must be one memory only.
        return lambda _row, view: slow(view)
    made = _Line(rule, plan, options)
    lines = made.lines(slow)
    return define("alert", lines, made.names, label)


def literal(text: str) -> str:
    """A text as it stands between the quotes of an f-string in single quotes."""
    # The double quote in front makes repr choose single quotes.
    return repr('"' + text)[2:-1].replace("{", "{{").replace("}", "}}")


class _Line:
    """Writes the source of the function for one rule."""

    def __init__(self, rule: Rule, plan: Plan, options: Options) -> None:
        self.rule = rule
        self.plan = plan
        self.options = options
        self.names = Names(plan.names)
        self.body: list[str] = []
        self._values: dict[FieldRef, str] = {}
        self._count = 0
        self._escape = self.names.bind(encode_basestring, "escape")

    def lines(self, slow: Callable[[View], bytes]) -> list[str]:
        """The whole function."""
        said = "".join(self._part(part) for part in self.rule.output.parts)
        prefix = self._prefix()
        line = self._json(prefix, said) if self.options.json else f"{self._escape}(f'{prefix}{said}')[1:-1]"
        slow_name = self.names.bind(slow, "slow")
        return [
            "def alert(row, view):",
            "    stamp = view.ts_ns",
            *(f"    {line}" for line in self.body),
            "    try:",
            f"        return {line}.encode()",
            "    except UnicodeEncodeError:",
            f"        return {slow_name}(view)",
        ]

    def _prefix(self) -> str:
        """Time and priority."""
        if self.options.iso_time:
            self.body.append(f"when = {self.names.bind(_utc, 'utc')}(stamp)")
            shown = "{when}+0000"
        else:
            self.body.append(f"clock = {self.names.bind(_Clock(), 'clock')}(view, stamp)")
            shown = "{clock}"
        return shown + literal(f": {self.rule.priority.label} ")

    def _part(self, part: str | Token) -> str:
        """A piece of the message, as it stands in the f-string: escaped where the line is not escaped as a whole."""
        if isinstance(part, str):
            return literal(encode_basestring(part)[1:-1] if self.options.json else part)
        operand = part.operand
        if isinstance(operand, typed.Use) and part.width is None and _is_plain(operand.ref):
            return "{t" + self._value(operand.ref) + "}"
        local = self._local("s")
        show = self.names.bind(template_writer(Template("", (part,)), self.options), "show")
        text = f"{self._escape}({show}(view))[1:-1]" if self.options.json else f"{show}(view)"
        self.body.append(f"{local} = {text}")
        return f"{{{local}}}"

    def _local(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _value(self, ref: FieldRef) -> str:
        """Read a field, once: its number; `t` and the number is its text, `m` and the number its member."""
        known = self._values.get(ref)
        if known is not None:
            return known
        number = self._values[ref] = self._local("")
        text = self.plan.expression(ref) or f"view.extract({self.names.bind(ref, 'F')})"
        self.body.append(f"v = {text}")
        as_json = self.options.json
        if ref.type in STRINGS and not ref.is_list:
            if as_json:
                self.body.append(f"if v is None: t{number}, m{number} = '<NA>', 'null'")
                self.body.append(f"else: t{number} = (m{number} := {self._escape}(v))[1:-1]")
            else:
                self.body.append(f"t{number} = '<NA>' if v is None else v")
            return number
        form = rendering.print_format(ref)
        show = self.names.bind(_Shown(form, ref.type, base64=self.options.base64_buffers), "text")
        self.body.append(f"t{number} = {show}(v)")
        if as_json:
            self.body.append(f"t{number} = {self._escape}(t{number})[1:-1]")
            give = self.names.bind(_Member(form, ref.type, base64=self.options.base64_buffers), "member")
            self.body.append(f"m{number} = {give}(v)")
        return number

    # ------------------------------------------------------------------------------------------------------ JSON

    def _json(self, prefix: str, said: str) -> str:
        """The JSON form, as an f-string."""
        options, rule = self.options, self.rule
        parts = [literal('{"hostname":' + _quoted(options.hostname))]
        if options.json_message_property:
            parts += literal(',"message":"'), said, literal('"')
        if options.json_output_property:
            parts += literal(',"output":"'), prefix, said, literal('"')
        if options.json_output_fields_property:
            parts += literal(',"output_fields":{'), self._members(), literal("}")
        tail = f',"priority":"{rule.priority.label}","rule":{_quoted(rule.name)},"source":{_quoted(rule.source)}'
        if options.json_tags_property:
            tail += ',"tags":[' + ",".join(_quoted(tag) for tag in sorted(set(rule.tags))) + "]"
        if not options.iso_time:
            self.body.append(f"when = {self.names.bind(_utc, 'utc')}(stamp)")
        parts += literal(tail + ',"time":"'), "{when}", literal('Z"}')
        return "f'" + "".join(parts) + "'"

    def _members(self) -> str:
        """`output_fields` between its braces."""
        rule, options = self.rule, self.options
        members: dict[str, FieldRef | Template | None] = {ref.text: ref for ref in rule.output.fields()}
        members["evt.time.iso8601" if options.iso_time else "evt.time"] = None
        members.update((extra.key, extra.value) for extra in rule.extra_fields)
        names = sorted(members, key=lambda name: name.encode("utf-8", "surrogateescape"))
        return ",".join(literal(_quoted(name) + ":") + self._member(members[name]) for name in names)

    def _member(self, value: FieldRef | Template | None) -> str:
        """One member's value."""
        if value is None:
            local = self._local("n")
            self.body.append(f"{local} = (stamp + {1 << 63}) % {1 << 64} - {1 << 63}")
            return f"{{{local}}}"
        if isinstance(value, FieldRef) and _is_plain(value):
            return "{m" + self._value(value) + "}"
        local = self._local("n")
        if isinstance(value, Template):
            show = self.names.bind(template_writer(value, self.options), "show")
            self.body.append(f"{local} = {self._escape}({show}(view))")
        else:
            give = self.names.bind(member_of(value, self.options), "member")
            self.body.append(f"{local} = {self.names.bind(_dump, 'dump')}({give}(view))")
        return f"{{{local}}}"


def _is_plain(ref: FieldRef) -> bool:
    """Whether a field's text and member follow from its value and type alone."""
    return not ref.field.name.startswith(("evt.", "fd.", "proc.a", "util."))


def _quoted(line: str) -> str:
    """A JSON string."""
    return encode_basestring(rendering.repaired(line))


class _Shown:
    """The text of a value."""

    def __init__(self, form: str, type_: Type, *, base64: bool) -> None:
        self.form, self.type, self.base64 = form, type_, base64

    def __call__(self, value: Value | None) -> str:
        """`<NA>` if there is none."""
        text = rendering.text(value, self.form, self.type, base64=self.base64)
        return "<NA>" if text is None else text


class _Member:
    """The JSON text of a value."""

    def __init__(self, form: str, type_: Type, *, base64: bool) -> None:
        self.form, self.type, self.base64 = form, type_, base64

    def __call__(self, value: Value | None) -> str:
        """`null` if there is none."""
        if isinstance(value, tuple) and value and all(isinstance(one, str) for one in value):
            return "[" + ",".join([encode_basestring(rendering.jsoncpp(str(one))) for one in value]) + "]"
        return _dump(rendering.member(value, self.form, self.type, base64=self.base64))


@lru_cache(maxsize=_REMEMBERED)
def _utc_minute(minutes: int) -> str:
    """`YYYY-MM-DDTHH:MM:`."""
    return (_EPOCH + timedelta(minutes=minutes)).isoformat()[:17]


def _utc(stamp: int) -> str:
    """The time as JSON has it, up to the nanoseconds."""
    minutes, rest = divmod(stamp & _UNSIGNED, _MINUTE)
    return f"{_utc_minute(minutes)}{rest // _SECOND:02d}.{rest % _SECOND:09d}"


class _Clock:
    """evt.time of events, whose whole minutes are asked of the view once."""

    def __init__(self) -> None:
        self._minutes: dict[int, str] = {}

    def __call__(self, view: View, stamp: int) -> str:
        """`HH:MM:SS.nnnnnnnnn`."""
        minute, rest = divmod(stamp & _UNSIGNED, _MINUTE)
        text = self._minutes.get(minute)
        if text is None:
            return self._ask(view, minute, rest // _SECOND)
        return f"{text}{rest // _SECOND:02d}.{rest % _SECOND:09d}"

    def _ask(self, view: View, minute: int, second: int) -> str:
        """The view's answer; remembered where minutes begin together here and in UTC."""
        text = str(view.extract(_TIME))
        if text[6:8] == f"{second:02d}":
            if len(self._minutes) >= _REMEMBERED:
                self._minutes.clear()
            self._minutes[minute] = text[:6]
        return text
