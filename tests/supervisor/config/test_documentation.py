"""The table of settings: complete, and every row says something."""

from supervisor.config import Config, documentation, keys
from supervisor.config.tree import Map


def test_every_setting_is_explained() -> None:
    rows = list(documentation.settings())
    assert [one.path for one in rows if not one.doc.endswith((".", "….", "?"))] == []
    assert len({one.path for one in rows}) == len(rows)


def test_every_path_is_one_that_an_option_can_set() -> None:
    for one in documentation.settings():
        root = Map()
        keys.set_option(root, f"{one.path}=x")
        assert keys.find(root, one.path) == "x"


def test_defaults_are_those_of_an_empty_file() -> None:
    rows = {one.path: one.default for one in documentation.settings()}
    assert rows["engine.kind"] == Config().engine.kind == "kmod"
    assert rows["webserver.listen_port"] == 8765


def test_the_table_is_markdown() -> None:
    text = documentation.table()
    assert "| `json_output` | false | Alerts as JSON. |\n" in text
    assert "| `load_plugins` | absent |" in text
    assert "| `metrics.output_file` | empty |" in text
