import subprocess
import sys

import pytest

from sources import registry
from sources.spec import Capability

FALCO = ("k8saudit", "cloudtrail", "okta", "github", "gcpaudit", "json", "container", "dummy")


@pytest.mark.parametrize("name", FALCO)
def test_falcos_library_and_name_select_the_built_in_one(name):
    assert registry.find("whatever", f"/usr/share/falco/plugins/lib{name}.so").name == name
    assert registry.find("whatever", name).name == name
    assert registry.find(name, "").name == name


def test_a_foreign_library_selects_nothing():
    assert registry.find("k8saudit", "libmine.so") is None
    assert registry.find("mine", "") is None


def test_every_plugin_describes_itself_completely():
    assert {spec.name for spec in registry.builtin()} == set(registry.names())
    for spec in registry.builtin():
        assert spec.version.count(".") == 2
        assert spec.description
        assert spec.contact
        system_calls = spec.name == "capture"  # which have fields without it, and a source of their own
        assert bool(spec.fields) != system_calls
        assert spec.check_config("")
        assert (Capability.SOURCING in spec.capabilities) == (spec.make is not None)
        assert (spec.make is not None) == bool(spec.produces or system_calls)
        assert spec.make is not None or spec.extractor is not None


def test_ids_and_sources_are_falcos():
    found = {spec.id: spec.produces for spec in registry.builtin() if spec.id}
    assert found == {1: "k8s_audit", 2: "aws_cloudtrail", 3: "dummy", 7: "okta", 8: "github", 12: "gcp_auditlog"}


def test_every_field_in_a_table_is_read_by_somebody():
    """A field without a reader would be missing on every event, silently."""
    from sources.aws_cloudtrail import fields as cloudtrail
    from sources.gcp_auditlog import source as gcp
    from sources.github import fields as github
    from sources.k8s_audit import fields as k8s
    from sources.okta.fields import Failures, readers

    have = {
        "k8saudit": k8s.READERS,
        "cloudtrail": cloudtrail.READERS,
        "github": github.READERS,
        "gcpaudit": gcp.READERS,
        "okta": readers("", Failures(1, 1)),
    }
    for name, known in have.items():
        assert {field.name for field in registry.load(name).fields[0].fields} == set(known)


def test_the_source_of_a_name_is_found():
    assert registry.of_source("aws_cloudtrail").name == "cloudtrail"
    assert registry.of_source("syscall") is None


def test_nothing_is_imported_before_it_is_asked_for():
    code = "import sys, sources.registry; print([m for m in sys.modules if m.startswith('sources.k8s')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
