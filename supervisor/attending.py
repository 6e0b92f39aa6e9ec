"""What stands beside a run: the control socket, and the watching of the files it was made of."""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from engine.errors import ConfigError
from supervisor import asking, control
from supervisor.desk import Desk
from supervisor.watching import watching

WARNING = 4
Note = Callable[[str, int, str], None]
Beside = Callable[[Desk], contextlib.AbstractContextManager[None]]


def attend(paths: Callable[[], Iterable[str]] | None, socket: Path | None, note: Note | None = None) -> Beside:
    """What `loop.run` takes as `beside`. `paths` None: no watching.

    `socket` None: the usual place, where it is no failure if it cannot be had: `note` is told then. Without `note`
    there is no socket at the usual place.
    """

    @contextlib.contextmanager
    def beside(desk: Desk) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            if socket is not None:
                stack.enter_context(control.serving(desk, socket))
            elif note is not None:
                _at_the_usual_place(stack, desk, note)
            if paths is not None:
                stack.enter_context(watching(paths, lambda: desk.post(asking.Reload())))
            yield

    return beside


def _at_the_usual_place(stack: contextlib.ExitStack, desk: Desk, note: Note) -> None:
    folder = control.folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = folder.lstat()
        if known.st_uid != os.geteuid() or known.st_mode & 0o022:
            note("", WARNING, f"cadge ctl will not reach this run: {folder} is not ours alone")
            return
        stack.enter_context(control.serving(desk, control.place(os.getpid())))
    except OSError as error:
        note("", WARNING, f"cadge ctl will not reach this run: {folder}: {error.strerror}")
    except ConfigError as error:
        note("", WARNING, f"cadge ctl will not reach this run: {error}")
