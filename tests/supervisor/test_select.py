"""Which of the loaded sources are enabled, in which order, and what is said about a wrong name."""

import pytest

from engine.errors import ConfigError
from supervisor.select import hint, select

LOADED = ("syscall", "dummy", "k8s_audit")


@pytest.mark.parametrize(
    ("enable", "disable", "enabled"),
    [
        ([], [], ("k8s_audit", "dummy", "syscall")),
        (["syscall"], [], ("syscall",)),
        (["dummy", "k8s_audit"], [], ("k8s_audit", "dummy")),
        (["k8s_audit", "dummy"], [], ("dummy", "k8s_audit")),
        (["dummy", "dummy"], [], ("dummy",)),
        ([], ["syscall"], ("k8s_audit", "dummy")),
        ([], ["syscall", "syscall", "dummy"], ("k8s_audit",)),
    ],
)
def test_what_is_asked_for_is_enabled(enable: list[str], disable: list[str], enabled: tuple[str, ...]) -> None:
    assert select(LOADED, enable, disable) == enabled


@pytest.mark.parametrize(
    ("enable", "disable", "message"),
    [
        (["dummy"], ["syscall"], "You can not mix --enable-source and --disable-source"),
        (["nope"], ["nope"], "You can not mix --enable-source and --disable-source"),
        (["dummy", "nope"], [], "Attempted enabling an unknown event source: nope"),
        ([""], [], "Attempted enabling an unknown event source: "),
        ([], ["Dummy"], "Attempted disabling an unknown event source: Dummy"),
        ([], [*LOADED, "nope"], "Attempted disabling an unknown event source: nope"),
        ([], list(LOADED), "Must enable at least one event source"),
    ],
)
def test_what_cannot_be_is_told_in_falcos_words(enable: list[str], disable: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        select(LOADED, enable, disable)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("name", "meant"),
    [("k8s_saudit", "k8s_audit"), ("k8saudit", "k8s_audit"), ("SYSCALL", "syscall"), ("dumy", "dummy")],
)
def test_a_near_miss_gets_a_hint(name: str, meant: str) -> None:
    assert hint(name, LOADED) == f"did you mean `{meant}`?"


def test_a_far_miss_gets_none() -> None:
    assert hint("aws_cloudtrail", LOADED) is None
