from datetime import UTC

from engine.event import Stream
from sources import registry
from sources.kit import make_kit
from sources.spec import SourceConfig


def test_a_sources_own_fields_win_over_an_extractors():
    config = SourceConfig(
        registry.load("dummy"), {}, "", Stream("dummy", UTC), lambda: 0, 0,
        {"a": lambda _v, _r: "theirs", "b": lambda _v, _r: "theirs"}, static_fields={"k": "v"},
    )  # fmt: skip
    kit = make_kit(config, {"a": lambda _v, _r: "own"}, lambda _view: None)
    assert {name: kit.readers[name](None, None) for name in ("a", "b", "static.k")} == {
        "a": "own", "b": "theirs", "static.k": "v",
    }  # fmt: skip
