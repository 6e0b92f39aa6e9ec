"""Data as YAML that people read and every reader of YAML understands."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml


class _Readable(yaml.SafeDumper):
    """Items of a list stand under their key, indented; long texts are folded."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        """Never without an indent."""
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """What is not printable stands in double quotes, escaped: PyYAML's own choice folds a NEL away."""
    plain = value.replace("\n", "").isprintable()
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


_Readable.add_representer(str, _text)


def as_yaml(items: Sequence[Mapping[str, Any]]) -> str:
    """A list of mappings, an empty line between two; keys in their order."""
    written = (
        yaml.dump([dict(item)], Dumper=_Readable, sort_keys=False, width=110, allow_unicode=True) for item in items
    )
    return "\n".join(written)
