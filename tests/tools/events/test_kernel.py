"""What the reader knows of events is what the engine knows, and what libs says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from engine.events.tables import EVENTS

ROOT = Path(__file__).resolve().parents[3]
TABLES = ROOT / "sources/syscall/_tables.h"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tools_events_kernel", ROOT / "tools/events/kernel.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name: str) -> list[tuple[int, ...]]:
    """Numbers of one array of the header, row by row."""
    body = re.search(rf"{name}\[[^]]*\] = \{{(.*?)\n\}};", TABLES.read_text(), re.DOTALL)
    assert body is not None
    return [tuple(map(int, re.findall(r"-?\d+", row))) for row in re.findall(r"\{([^}]*)\}", body[1])]


def test_the_readers_tables_are_as_libs_has_them(generator, libs) -> None:
    assert TABLES.read_text() == "".join(f"{line}\n" for line in generator.header(libs))


def test_the_reader_knows_the_events_that_the_engine_knows() -> None:
    found = re.findall(r'\{(\d+), (\d+), (\d+), (\d+), "(\w+)"\},', TABLES.read_text())
    first = 0
    for (name, category, flags, params), row in zip(EVENTS, found, strict=True):
        assert row == (str(category), str(flags), str(len(params)), str(first), name)
        first += len(params)


def test_every_parameter_has_the_width_of_its_type(generator) -> None:
    body = re.search(r"param_kinds\[\] = \{(.*?)\};", TABLES.read_text(), re.DOTALL)
    assert body is not None
    kinds = [generator.SIZES.get(kind, 0) for _, _, _, params in EVENTS for _, kind, _, _ in params]
    assert list(map(int, body[1].replace("\n", " ").split(","))) == kinds


def test_a_conversion_takes_parameters_that_there_are() -> None:
    instructions, starts = rows("instruction_table"), rows("conversion_table")
    for code, nparams, action, desired, first, count in starts:
        wanted = instructions[first : first + count]
        assert len(wanted) == count
        to = desired if action == 5 else code
        assert (0 if action == 5 else nparams) + count <= len(EVENTS[to][3])
        for source, param, _ in wanted:
            if source == 1:
                assert param < nparams, f"{EVENTS[code][0]}: parameter {param} of {nparams}"


def test_a_table_that_is_none_is_refused(generator, tmp_path: Path) -> None:
    (tmp_path / "driver").mkdir()
    (tmp_path / "driver/ppm_events_public.h").write_text("PPME_GENERIC_E = 0,")
    folder = tmp_path / "userspace/libscap/engine/savefile/converter"
    folder.mkdir(parents=True)
    (folder / "table.cpp").write_text("{conversion_key{PPME_GENERIC_E, 1}, nothing}")
    with pytest.raises(ValueError, match="not an entry"):
        list(generator.conversions(tmp_path))


def test_every_old_event_reaches_todays_form() -> None:
    instructions = rows("instruction_table")
    table = {row[:2]: (*row[2:4], instructions[row[4] : row[4] + row[5]]) for row in rows("conversion_table")}
    for code, nparams in table:
        steps, at = 0, (code, nparams)
        while is_old(*at):
            action, desired, wanted = table[at]
            if action in (1, 2, 3):
                break
            at = (desired, len(wanted)) if action == 5 else (at[0], at[1] + len(wanted))
            steps += 1
            assert steps <= 20, f"{EVENTS[code][0]} with {nparams} parameters never gets there"


def is_old(code: int, nparams: int) -> bool:
    """Whether libs converts an event (test_event_convertibility)."""
    flags, today = EVENTS[code][2], len(EVENTS[code][3])
    unused, old, managed = flags & 64, flags & 512, flags & 4096
    return bool(managed and not unused and (not code & 1 or old or nparams != today))
