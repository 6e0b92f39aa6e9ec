"""The table of all settings for people, made from their declarations."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from supervisor.config.model import Config, Section


class Setting(NamedTuple):
    """One row."""

    path: str
    """In falco.yaml, and behind `-o`."""
    default: Any
    doc: str


def settings(kind: type[Section] = Config, prefix: str = "") -> Iterator[Setting]:
    """Every setting, in order of declaration, sections resolved."""
    hints = get_type_hints(kind, include_extras=True)
    for one in msgspec.structs.fields(kind):
        hint = hints[one.name]
        if isinstance(hint, type) and issubclass(hint, Section):
            yield from settings(hint, f"{prefix}{one.name}.")
        else:
            yield Setting(prefix + one.name, one.default, _doc(hint))


def _doc(hint: Any) -> str:
    if get_origin(hint) is not Annotated:
        return ""
    return next((meta.description for meta in get_args(hint)[1:] if meta.description), "")


def table() -> str:
    """Markdown."""
    rows = [f"| `{one.path}` | {_shown(one.default)} | {one.doc} |\n" for one in settings()]
    return "| setting | default | what it does |\n|---|---|---|\n" + "".join(rows)


def _shown(default: Any) -> str:
    """A default as one writes it in YAML."""
    if default is None:
        return "absent"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return "[]"
    return f"`{default}`" if default != "" else "empty"
