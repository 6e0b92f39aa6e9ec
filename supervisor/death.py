"""Why a child died, in a sentence a person can act on."""

import signal

EXIT_BUG = 70
"""A child ends with this after an exception nobody expected; its traceback is in the tail of stderr."""
EXIT_MEMORY = 71
"""It ran into its memory limit."""
EXIT_ORPHAN = 72
"""The supervisor is gone."""

_ADVICE = {
    signal.SIGKILL: "the kernel's out-of-memory killer or a person did this: see `dmesg`",
    signal.SIGSEGV: "native code crashed: please report this with the event that caused it",
    signal.SIGBUS: "native code crashed, or the disk is full",
    signal.SIGABRT: "native code gave up: please report this with the event that caused it",
    signal.SIGILL: "native code was built for another processor",
    signal.SIGXCPU: "it used up its CPU limit",
    signal.SIGTERM: "somebody asked this process to end: ask the supervisor instead",
    signal.SIGINT: "somebody asked this process to end: ask the supervisor instead",
}


def explain(status: int) -> tuple[str, str]:
    """What happened to a process that ended with `status` (negative: a signal), and what one can do about it."""
    if status < 0:
        number = -status
        try:
            name = signal.Signals(number).name
        except ValueError:
            return f"was killed by signal {number}", "see `dmesg`"
        return f"was killed by {name} (signal {number})", _ADVICE.get(signal.Signals(number), "see `dmesg`")
    if status == 0:
        return "ended without saying that it was done (exit status 0)", "this is a bug: please report it"
    if status == EXIT_MEMORY:
        return "ran into its memory limit", "raise the limit, or find out what its input has grown to"
    if status == EXIT_BUG:
        return f"failed unexpectedly (exit status {status})", "this is a bug: please report it"
    return f"ended with exit status {status}", "see the end of its error output"


def last_words(tail: str) -> str:
    """The last line a process wrote to stderr that says something, shortened; empty if there is none."""
    lines = [line.strip() for line in tail.splitlines() if line.strip()]
    return "" if not lines else lines[-1][:200]
