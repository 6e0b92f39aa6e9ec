from sources.spec import Capability, PluginSpec


def spec(*capabilities, **members):
    return PluginSpec("p", "1.0.0", "d", "c", capabilities, **members)


def test_a_source_with_id_zero_adds_no_source_name():
    assert spec(Capability.SOURCING, source="syscall").produces is None
    assert spec(Capability.SOURCING, source="mine", id=9).produces == "mine"


def test_an_extractor_without_sources_fits_all():
    assert spec(Capability.EXTRACTION).compatible("anything")
    assert spec(Capability.EXTRACTION, extract_sources=("a",)).compatible("a")
    assert not spec(Capability.EXTRACTION, extract_sources=("a",)).compatible("b")
    assert not spec(Capability.SOURCING).compatible("a")
