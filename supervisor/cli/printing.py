"""Events of a capture, printed: what people use sysdig for."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from engine.alert import member_of, template_writer
from engine.errors import ConfigError, SourceError
from engine.evaluate import reference
from engine.event import View
from engine.fields.catalog import Catalog
from engine.lang import check, parser, sides, typed
from engine.lang.codes import event_codes
from engine.options import Options
from engine.rules.hints import hint_for
from engine.rules.output import OutputError, Template, compile_output
from sources import assemble, catalogs, replay
from sources.base import End, Fault, Idle, Mark, Needs
from supervisor import clock, equip
from supervisor.planning import Surroundings
from supervisor.plugins import LoadedPlugin

USUAL = {
    "syscall": "%evt.num %evt.time %evt.cpu %proc.name (%thread.tid) %evt.type %evt.args",
    "": "%evt.num %evt.time %evt.source %evt.plugininfo",
}
"""What `*` stands for; the empty one for all other sources."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a command line says."""

    form: str
    condition: str | None
    source: str
    count: int | None
    json: bool


def events(path: str, plugins: Sequence[LoadedPlugin], wanted: Wanted, options: Options, around: Surroundings) -> None:
    """Print the events of one capture to stdout. Raises ConfigError for a wrong format or condition, SourceError."""
    catalog = catalogs.catalog(wanted.source, [one.spec for one in plugins], options)
    usual = USUAL.get(wanted.source, USUAL[""])
    template = _template(usual if wanted.form == "*" else wanted.form, catalog)
    condition = _condition(wanted.condition, catalog) if wanted.condition else None
    codes = event_codes(condition, wanted.source) if condition is not None else None
    setting = assemble.Setting(equip.zone(around.zone), clock.now_ns, strict=around.strict)
    loaded = [assemble.Loaded(one.spec, one.choice.init_config) for one in plugins]
    source = replay.build(path, loaded, setting)
    write = _json_writer(template, options) if wanted.json else template_writer(template, options)
    left = wanted.count if wanted.count is not None else -1
    try:
        source.open(Needs(template.fields(), codes), Mark())
        while not isinstance(batch := source.read(), End):
            if isinstance(batch, Fault):
                raise SourceError(batch.sentence)
            if isinstance(batch, Idle):
                continue
            for view in batch.views(0):
                if batch.source != wanted.source or (condition is not None and not reference.holds(condition, view)):
                    continue
                sys.stdout.buffer.write(write(view).encode("utf-8", "surrogateescape") + b"\n")
                left -= 1
                if left == 0:
                    return
    finally:
        source.close()
        sys.stdout.flush()


def _template(text: str, catalog: Catalog) -> Template:
    try:
        return compile_output(text, catalog)
    except OutputError as wrong:
        error = ConfigError(f"--print: {wrong}")
        words = [word.strip("%()[],:") for word in text.split() if "%" in word]
        unknown = next((word for word in words if word.partition("[")[0] not in catalog.by_name), "")
        if unknown and (hint := hint_for(unknown, catalog.by_name)):
            error.add_note(f"{unknown}: {hint}")
        raise error from None


def _condition(text: str, catalog: Catalog) -> typed.Condition:
    try:
        return check.check(parser.parse(text), catalog)
    except parser.ParseError as wrong:
        error, at, size = ConfigError(f"--filter: {wrong.message}"), wrong.span.start, 1
        hint = None
    except sides.CheckError as wrong:
        error, at, size = ConfigError(f"--filter: {wrong.message}"), wrong.span.start, wrong.span.end - wrong.span.start
        hint = hint_for(wrong.message, catalog.by_name)
    error.add_note(f"{text}\n      {' ' * at}{'^' * max(1, size)}{' ' + hint if hint else ''}")
    raise error


def _json_writer(template: Template, options: Options) -> Callable[[View], str]:
    """One JSON object an event: every field of the format."""
    members = {ref.text: member_of(ref, options) for ref in template.fields()}

    def write(view: View) -> str:
        return msgspec.json.encode({name: member(view) for name, member in members.items()}).decode()

    return write
