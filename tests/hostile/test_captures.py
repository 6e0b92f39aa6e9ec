"""Mutated captures: a few; `make fuzz` asks a hundred thousand, under AddressSanitizer."""

import random
import sys
from pathlib import Path

import pytest

pytest.importorskip("sources.syscall._kernel", reason="needs a C compiler and Python.h (make install builds it)")
sys.path.insert(0, str(Path(__file__).parent))

import captures


@pytest.mark.parametrize("seed", range(6))
def test_mutated_captures_are_read_or_refused(seed: int) -> None:
    draw = random.Random(seed)
    pool = [
        captures.blocks(bytes(make(draw).data)) for make in (captures.every_event, captures.network, captures.cgroups)
    ]
    ends = set()
    for _ in range(60):
        parts = captures.mutated(draw, draw.choice(pool), draw.choice(pool))
        ends.add(captures.run(draw, captures.as_bytes(draw, parts)))
    assert "read to its end" in ends
    assert len(ends) > 3


def test_the_seeds_are_captures() -> None:
    draw = random.Random(1)
    for make in (captures.every_event, captures.network, captures.cgroups):
        capture = make(draw)
        assert len(captures.blocks(bytes(capture.data))) > 100
        assert captures.as_bytes(random.Random(3), captures.blocks(bytes(capture.data)))
