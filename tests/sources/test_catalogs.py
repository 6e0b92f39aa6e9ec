from engine.options import Options
from sources import catalogs, registry


def names(source, *plugins, **options):
    loaded = [registry.load(name) for name in plugins]
    return catalogs.catalog(source, loaded, Options(**options))


def test_a_source_has_generic_fields_and_those_of_compatible_plugins_in_load_order():
    catalog = names("k8s_audit", "json", "dummy", "k8saudit", "container")
    assert [group.plugin for group in catalog.classes] == ["", "json", "k8saudit"]
    assert "ka.verb" in catalog.by_name
    assert "dummy.value" not in catalog.by_name
    assert "proc.name" not in catalog.by_name


def test_the_syscall_source_has_container_fields_once_the_plugin_is_loaded():
    assert "container.id" not in names("syscall").by_name
    catalog = names("syscall", "container")
    assert {"container.id", "proc.name"} <= set(catalog.by_name)
    assert catalog.async_names


def test_static_fields_come_first():
    catalog = names("dummy", "dummy", static_fields=(("team", "red"),))
    assert catalog.names()[0] == "static.team"
