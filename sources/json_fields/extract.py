"""`json.value[/pointer]`, `json.obj`, `json.rawtime`, and the same under their old name `jevt.*`."""

from collections.abc import Mapping
from typing import Any

from engine.event import View
from engine.fields.catalog import FieldRef
from engine.values import Value
from sources import fieldtable, gojson
from sources.initconfig import Setting, checker, schema
from sources.jsonvalue import MISSING, get, render
from sources.spec import Capability, Extractor, PluginSpec
from sources.view import PluginView

SETTINGS = (Setting("useAsync", True, "Use async extraction", "Has no meaning here; accepted for compatibility"),)


def extract(view: View, ref: FieldRef) -> Value | None:
    """The value of one of the fields; None for payloads that are no JSON object or array."""
    if not isinstance(view, PluginView) or view.payload[:1] not in (b"{", b"["):
        return None
    document = view.document
    if document is MISSING:
        return None
    name = ref.field.name.partition(".")[2]
    if name == "value":
        found = get(document, *pointer(ref.arg or ""))
        return None if found is MISSING else render(found)
    if name == "rawtime":
        return str(view.ts_ns % (1 << 64))
    text = gojson.indent(view.payload)
    return None if text is None else text.decode("utf-8", "surrogateescape")


def pointer(text: str) -> list[str]:
    """The keys of a JSON pointer (RFC 6901); its first slash may be left out."""
    keys = text.removeprefix("/").split("/")
    return [key.replace("~1", "/").replace("~0", "~") for key in keys]


def make_extractor(_config: Mapping[str, Any]) -> Extractor:
    """Build the extractor."""
    return extract


def spec() -> PluginSpec:
    """What the plugin is."""
    return PluginSpec(
        name="json",
        version="0.7.4",
        description="implements extracting arbitrary fields from inputs formatted as JSON",
        contact="github.com/falcosecurity/plugins/",
        capabilities=(Capability.EXTRACTION,),
        fields=fieldtable.load(__package__, "json"),
        init_schema=schema(SETTINGS),
        aliases=("libjson.so",),
        check_config=checker("json", SETTINGS),
        extractor=make_extractor,
    )
