"""What a configuration may ask for and this version does not do: both faces say so, never silently."""

from engine.errors import SourceError
from supervisor.config import Config

NO_KERNEL = (
    "No system calls are read from the kernel in this version of cadge: run without them with "
    "--disable-source=syscall, or with -o engine.kind=nodriver"
)


def settings(config: Config) -> list[str]:
    """Settings that are asked for and have no effect."""
    asked = {
        "webserver.enabled": config.webserver.enabled and config.engine.kind != "replay",
        "metrics.enabled": config.metrics.enabled,
        "capture.enabled": config.capture.enabled,
    }
    return [name for name, wanted in asked.items() if wanted]


def refuse_kernel(kind: str) -> SourceError:
    """Why `syscall` cannot be opened with this engine kind, and what to do instead."""
    error = SourceError(f"the source syscall cannot be opened: engine.kind {kind} is not part of this version")
    error.add_note("--disable-source=syscall runs the other sources; -o engine.kind=nodriver opens it without events")
    return error
