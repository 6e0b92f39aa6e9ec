"""A run as lines on stderr: who was started, what the sources say, what went wrong, what is waited for.

    cadge          | carrying syscall (pid 4121), k8s_audit (pid 4122)
    k8s_audit      | died of signal 9 (SIGKILL); started again in 1.0 s

The speaker stands first, in its colour, padded to the longest.
"""

import signal
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from engine.priority import Priority
from supervisor.lifecycle import State
from supervisor.listener import Deaf, NewRules, Refused
from supervisor.plan import ChildPlan
from supervisor.result import SourceResult
from supervisor.screen.theme import printable, source_style
from supervisor.screen.trouble import counted

WE = "cadge"
Reread = Callable[[], NewRules | Refused | None]


class Lines(Deaf):
    """Tells a person what happens. Alerts are not its business: they go to the outputs."""

    def __init__(
        self,
        console: Console,
        sources: Sequence[str],
        *,
        verbose: bool = False,
        reload: Reread = lambda: None,
    ) -> None:
        self._console = console
        self._reload = reload
        self._width = max(len(name) for name in (*sources, WE))
        self._level = Priority.DEBUG if verbose else Priority.INFORMATIONAL
        self._pids: dict[str, int] = {}
        self._running = set(sources)
        self._signals = 0

    def opened(self, child: ChildPlan, pid: int) -> None:
        """Remember the process, for the one line about all of them; the supervisor notes later lives itself."""
        self._pids[child.source] = pid

    def all_opened(self) -> None:
        """One line with every process."""
        carried = ", ".join(f"{name} (pid {pid})" if pid else name for name, pid in self._pids.items())
        self.say("", f"carrying {carried}")

    def log(self, source: str, level: int, text: str) -> None:
        """A source's own words."""
        self.say(source, text, level)

    def note(self, source: str, level: int, text: str) -> None:
        """The supervisor's words about a source, or about the run."""
        self.say(source, text, level)

    def ended(self, result: SourceResult) -> None:
        """Say it unless a note has said already why it failed."""
        self._running.discard(result.source)
        if result.state is not State.FATAL:
            what = f"{counted(result.events, 'event')}, {counted(result.alerts, 'alert')}"
            self.say(result.source, f"{_ENDINGS.get(result.outcome, 'ended')}: {what}")

    def forcing(self) -> None:
        """A source failed and the others are stopped for it."""
        self.say("", "a source failed, stopping the others")

    def signalled(self, number: int) -> None:
        """The first Ctrl-C asks, the second kills: say so, and what is waited for."""
        if number == signal.SIGUSR1:
            self.say("", "opening the outputs again")
            return
        self._signals += 1
        if self._signals == 1:
            self.say("", f"stopping {counted(len(self._running), 'source')} (again to kill)")
        else:
            self.say("", f"killing {counted(len(self._running), 'source')}")

    def hangup(self) -> NewRules | Refused | None:
        """Read the rules again; what is wrong with them is told by who reads them."""
        self.say("", "reading the rules again")
        answer = self._reload()
        if isinstance(answer, Refused):
            self.say("", f"the new rules are refused, the old ones stay in force: {answer.reason}", Priority.ERROR)
        return answer

    def say(self, source: str, text: str, level: int = Priority.INFORMATIONAL) -> None:
        """One or more lines of one speaker."""
        if level > self._level:
            return
        speaker = source or WE
        style = "error" if level <= Priority.ERROR else "warning" if level == Priority.WARNING else ""
        for line in text.splitlines() or [""]:
            out = Text(f"{speaker:<{self._width}} | ", source_style(source) if source else "bold")
            self._console.print(out.append(printable(line), style), soft_wrap=True)


_ENDINGS = {"END": "read to its end", "LIMIT": "its time is over", "HALTED": "stopped"}
