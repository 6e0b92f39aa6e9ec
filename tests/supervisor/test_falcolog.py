"""Log lines: dates, severities, and when libs is heard."""

import io
import time

import msgspec
import pytest

from engine.priority import Priority
from supervisor.config import Config
from supervisor.config.model import LibsLogger
from supervisor.falcolog import Log

NOW_NS = 1_767_323_045_678_901_000


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    return io.StringIO()


@pytest.fixture(autouse=True)
def _zone_again() -> "object":
    yield
    time.tzset()


def log(stream: io.StringIO, **settings: object) -> Log:
    made = Log(stream, lambda: NOW_NS)
    made.configure(msgspec.structs.replace(Config(), log_stderr=True, log_syslog=False, **settings))
    return made


def test_a_line_begins_with_the_local_time(stream: io.StringIO) -> None:
    log(stream).info("hello")
    assert stream.getvalue() == "Fri Jan 02 04:04:05 2026: hello\n"


def test_iso_times_are_in_utc(stream: io.StringIO) -> None:
    made = log(stream)
    made.iso_time = True
    made.info("hello\n")
    assert stream.getvalue() == "2026-01-02T03:04:05+0000: hello\n"


def test_less_severe_lines_are_left_out(stream: io.StringIO) -> None:
    made = log(stream, log_level="warning")
    made.info("no")
    made.debug("no")
    made.warning("yes")
    made(Priority.CRITICAL, "yes")
    assert stream.getvalue().count("yes") == 2
    assert "no" not in stream.getvalue()


def test_libs_is_heard_by_its_own_severity_whatever_the_level(stream: io.StringIO) -> None:
    made = log(stream, log_level="emergency", libs_logger=LibsLogger(severity="info"))
    made.libs("info", "engine")
    made.libs("debug", "detail")
    assert stream.getvalue().endswith(": [libs]: engine\n")
    assert "detail" not in stream.getvalue()


def test_libs_can_be_silenced(stream: io.StringIO) -> None:
    log(stream, libs_logger=LibsLogger(enabled=False)).libs("error", "engine")
    assert stream.getvalue() == ""


def test_before_the_configuration_stderr_and_syslog_are_both_on(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, str]] = []
    monkeypatch.setattr("syslog.syslog", lambda level, text: told.append((level, text)))
    Log(stream, lambda: NOW_NS).warning("early\n")
    assert told == [(Priority.WARNING, "early")]
    assert stream.getvalue().endswith(": early\n")


def test_raw_text_is_printed_without_a_date(stream: io.StringIO) -> None:
    log(stream, log_level="emergency").raw("Error: x\n")
    assert stream.getvalue() == "Error: x\n"
