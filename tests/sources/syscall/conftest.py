"""Captures made up for a test, and a cursor over them."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from scap import Capture, process


@pytest.fixture
def capture() -> Capture:
    """A capture with nothing but the beginning of its section."""
    return Capture()


@pytest.fixture
def kernel_built() -> None:
    """Skip where the kernel could not be built."""
    pytest.importorskip("sources.syscall._kernel", reason="needs a C compiler and Python.h (make install builds it)")


@pytest.fixture
def play(kernel_built: None) -> object:
    """Gives the cursor of a capture at each of its events."""
    from sources.syscall._kernel import Kernel
    from sources.syscall._state import State

    def cursor(capture: Capture, **options: object) -> Iterator[Kernel]:
        kernel = Kernel(strict=False, state=State(**options))
        kernel.feed(bytes(capture.data), True)
        while kernel.advance() >= 0:
            yield kernel

    return cursor


@pytest.fixture
def end(play: object) -> object:
    """Gives, for a capture, its state while the cursor stands at the last event."""

    def last(capture: Capture, **options: object) -> object:
        count = sum(1 for _ in play(capture, **options))
        assert count, "no event"
        return next(kernel for number, kernel in enumerate(play(capture, **options), 1) if number == count).state

    return last


@pytest.fixture(name="process")
def process_entry() -> object:
    """Writes one entry of a process list."""
    return process


@pytest.fixture
def fields(play: object) -> object:
    """Gives the values of fields (`proc.aname[1]`) at the last event of a capture, in order."""
    from datetime import UTC

    from engine.event import Stream
    from engine.fields.resolve import resolve
    from engine.options import Options
    from sources import catalogs, registry
    from sources.syscall.readers import readers
    from sources.syscall.views import Kit, SyscallView

    catalog = catalogs.catalog("syscall", [registry.load("container")], Options())

    def values(capture: Capture, *texts: str, base64: bool = False, **options: object) -> list[object]:
        refs = [resolve(catalog, text.partition("[")[0], text.partition("[")[2][:-1] or None) for text in texts]
        count = sum(1 for _ in play(capture, **options))
        kernel = next(kernel for number, kernel in enumerate(play(capture, **options), 1) if number == count)
        stream = Stream("syscall", UTC, base64_buffers=base64)
        view = SyscallView(Kit(kernel=kernel, stream=stream, readers=readers()), kernel.code)
        return [view.extract(ref) for ref in refs]

    return values
