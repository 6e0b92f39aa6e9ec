"""Durations of metrics, and when metrics cannot be had."""

import msgspec
import pytest

from engine.errors import ConfigError
from supervisor.config import Config, checks
from supervisor.config.model import Metrics


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("500ms", 500), ("1h30m", 5_400_000), ("1s", 1000), ("2d 3h", 183_600_000), ("1y", 31_536_000_000), ("5000", 0),
     ("", 0), ("1m1h", 0), ("fast", 0)],
)  # fmt: skip
def test_a_duration_is_prometheus_own(text: str, milliseconds: int) -> None:
    assert checks.duration_ms(text) == milliseconds


@pytest.mark.parametrize(
    ("settings", "begins"),
    [
        (
            Metrics(enabled=True, interval="50ms", output_rule=True),
            "Metrics interval must have a minimum value of 100ms",
        ),
        (Metrics(enabled=True, interval="1h"), "Metrics are enabled with no output configured."),
    ],
)
def test_metrics_that_cannot_be_taken_are_an_error(settings: Metrics, begins: str) -> None:
    with pytest.raises(ConfigError) as caught:
        checks.metrics(msgspec.structs.replace(Config(), metrics=settings))
    assert str(caught.value).startswith(begins)


def test_metrics_that_are_off_are_not_looked_at() -> None:
    checks.metrics(Config())
