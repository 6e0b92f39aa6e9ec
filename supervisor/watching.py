"""Watches the files a run was made of, and says when they are others than before.

Folders are watched, not files: editors put a new file in the place of the old one, and a ConfigMap changes a link
two folders above. Whether anything that counts has changed is decided by looking at the files themselves.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from watchfiles import watch

Fingerprint = tuple[tuple[str, int, int, int], ...]
QUIET_MS = 200
"""Several files changed within so much time are one change."""
LOOK_S = 5.0
"""So often the files are looked at, too: not every file system tells of changes, and folders may come to be later."""


def fingerprint(paths: Iterable[str]) -> Fingerprint:
    """Of files, and of the files in folders: equal as long as none was written, replaced, added or removed."""
    return tuple(_one(path) for path in _files(paths))


def _files(paths: Iterable[str]) -> Iterator[Path]:
    for name in paths:
        path = Path(name)
        yield path
        with contextlib.suppress(OSError):
            if path.is_dir():
                yield from sorted(path.iterdir())


def _one(path: Path) -> tuple[str, int, int, int]:
    try:
        known = path.stat()
    except OSError:
        return (str(path), 0, 0, 0)
    # What a folder contains is told by its files.
    return (str(path), known.st_ino, *((0, 0) if path.is_dir() else (known.st_size, known.st_mtime_ns)))


@contextlib.contextmanager
def watching(paths: Callable[[], Iterable[str]], changed: Callable[[], None]) -> Iterator[None]:
    """While entered, `changed` is called from another thread after the files named by `paths` have changed.

    `paths` is asked again each time: a new configuration may name other files.
    """
    stop = threading.Event()
    before = fingerprint(paths())
    thread = threading.Thread(target=_look, args=(before, paths, changed, stop), name="watching", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _look(
    before: Fingerprint, paths: Callable[[], Iterable[str]], changed: Callable[[], None], stop: threading.Event
) -> None:
    while not stop.is_set():
        _wait(_folders(paths()), stop)
        now = fingerprint(paths())
        if now != before and not stop.is_set():
            before = now
            changed()


def _wait(folders: list[str], stop: threading.Event) -> None:
    """Until something happens in the folders, or it is time to look anyway."""
    if not folders:
        stop.wait(LOOK_S)
        return
    try:
        for _ in watch(
            *folders,
            watch_filter=None,
            debounce=2 * QUIET_MS,
            step=QUIET_MS,
            stop_event=stop,
            rust_timeout=int(LOOK_S * 1000),
            yield_on_timeout=True,
            recursive=False,
            raise_interrupt=False,
        ):
            return
    except OSError:
        # A folder that has just gone, or no watches left: looking now and then goes on.
        stop.wait(LOOK_S)


def _folders(paths: Iterable[str]) -> list[str]:
    """Those that are there, of every file and of what links on the way lead to."""
    found: dict[str, None] = {}
    for name in paths:
        path = Path(name).absolute()
        for one in (path, path.parent, _resolved(path).parent):
            if one.is_dir():
                found[str(one)] = None
    return list(found)


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
