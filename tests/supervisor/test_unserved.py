"""What is asked for and not done is said."""

import pytest

from supervisor import unserved
from supervisor.config import load_config


def asked(*options: str) -> list[str]:
    return unserved.settings(load_config(None, options, environment={}).config)


@pytest.mark.parametrize("setting", ["webserver.enabled", "metrics.enabled", "capture.enabled"])
def test_a_setting_without_effect_is_named(setting: str) -> None:
    assert setting in asked("webserver.enabled=false", f"{setting}=true")
    assert setting not in asked("webserver.enabled=false", f"{setting}=false")


def test_the_refusal_of_a_kernel_engine_names_both_ways_out() -> None:
    error = unserved.refuse_kernel("kmod")
    assert "kmod" in str(error)
    assert "--disable-source=syscall" in error.__notes__[0]
    assert "engine.kind=nodriver" in error.__notes__[0]
