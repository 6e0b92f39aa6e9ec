"""What a kind of corpus case reports: how many answers equal Falco's."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Score:
    """One line of `make corpus`."""

    name: str
    equal: int = 0
    total: int = 0
    waiting: int = 0
    """Cases that need something that is not built yet; not in `total`."""
    misses: list[str] = field(default_factory=list)
    """One readable paragraph for each case that differs."""

    def count(self, case: str, ours: object, theirs: object) -> None:
        """Compare one answer."""
        self.total += 1
        if ours == theirs:
            self.equal += 1
        else:
            self.misses.append(f"{case}\n  ours:   {ours!r:.2000}\n  Falco's: {theirs!r:.2000}")
