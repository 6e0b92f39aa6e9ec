"""The `container.*` and `k8s.*` fields as a plugin: so far its catalogue; on events they have no value."""

from collections.abc import Mapping
from typing import Any

from engine.event import View
from engine.fields.catalog import FieldRef
from engine.values import Value
from sources import fieldtable
from sources.initconfig import Setting, checker, schema
from sources.spec import Capability, Extractor, PluginSpec

SETTINGS = (
    Setting("label_max_len", 100, "Max label length", "Longer labels are left out"),
    Setting("with_size", False, "Inspect containers with size", "Also ask the engines for the size of containers"),
    Setting("hooks", ["create"], "Hooks", "When metadata is fetched"),
    Setting("engines", {}, "Engines", "Which container engines are asked, and on which sockets"),
)
SOURCES = ("syscall",)


def extract(_view: View, _ref: FieldRef) -> Value | None:
    """Nothing is known."""
    return None


def make_extractor(_config: Mapping[str, Any]) -> Extractor:
    """Build the extractor."""
    return extract


def spec() -> PluginSpec:
    """What the plugin is."""
    return PluginSpec(
        name="container",
        version="0.7.1",
        description="Falco container metadata enrichment Plugin",
        contact="github.com/falcosecurity/plugins",
        capabilities=(Capability.EXTRACTION, Capability.PARSING, Capability.ASYNC),
        fields=fieldtable.load(__package__, "container", SOURCES),
        extract_sources=SOURCES,
        init_schema=schema(SETTINGS),
        aliases=("libcontainer.so",),
        check_config=checker("container", SETTINGS),
        extractor=make_extractor,
    )
