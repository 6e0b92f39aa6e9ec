"""YAML for people is read back as what was written."""

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.writing import as_yaml

texts = st.text(st.characters(blacklist_categories=["Cs"]))


def test_lists_are_indented_under_their_key() -> None:
    assert as_yaml([{"rule": "A", "tags": ["x"]}, {"rule": "B"}]) == "- rule: A\n  tags:\n    - x\n\n- rule: B\n"


@given(st.lists(st.dictionaries(texts, texts | st.booleans() | st.integers() | st.lists(texts)), max_size=3))
def test_what_was_written_is_read_back(items: list[dict[str, Any]]) -> None:
    assert (yaml.safe_load(as_yaml(items)) or []) == items
