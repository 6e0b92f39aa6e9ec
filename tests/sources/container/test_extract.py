from engine.fields import resolve
from engine.options import Options
from sources import catalogs, registry
from sources.spec import Capability


def test_the_plugin_offers_its_fields_to_system_calls_only():
    spec = registry.load("container")
    assert set(spec.capabilities) == {Capability.EXTRACTION, Capability.PARSING, Capability.ASYNC}
    assert spec.compatible("syscall")
    assert not spec.compatible("k8s_audit")


def test_fields_that_take_arguments_are_resolved():
    catalog = catalogs.catalog("syscall", [registry.load("container")], Options())
    assert resolve.resolve(catalog, "container.mount", "/proc").arg == "/proc"
    assert resolve.resolve(catalog, "container.mount", "0").index == 0
    assert resolve.resolve(catalog, "k8s.pod.name", None).field.name == "k8s.pod.name"


def test_on_events_nothing_is_known_yet():
    spec = registry.load("container")
    assert spec.extractor(spec.check_config("")) is not None
    assert spec.extractor(spec.check_config(""))(None, None) is None
