"""How much is too much: the restart budget of a child, and watching for silence and stalling. Pure."""

from typing import NamedTuple

from supervisor import wire
from supervisor.policy import Policy
from supervisor.recorder import Place


class Verdict(NamedTuple):
    """After a death: a reason to give up, or the pause before the next life."""

    pause_s: float
    reason: str = ""


class Budget:
    """Counts deaths against time alive.

    It is reset only once the child has come past its furthest death, so that an event that kills is found and named
    instead of retried for ever.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._alive_s = 0.0
        self._deaths: list[float] = []
        """Time alive at each death that counts."""
        self._furthest = 0
        self._last = Place()
        self._same = 0
        """Deaths in a row inside the same event."""

    def came_to(self, num: int) -> None:
        """The child has come to this event."""
        if self._deaths and num > self._furthest:
            self._deaths.clear()
            self._same = 0

    def death(self, place: Place, life_s: float) -> Verdict:
        """It died there after living so long."""
        policy = self._policy
        self._alive_s += life_s
        self.came_to(place.num - 1 if place.inside else place.num)
        self._deaths.append(self._alive_s)
        self._furthest = max(self._furthest, place.num)
        self._same = (self._same + 1 if place == self._last else 1) if place.inside else 0
        self._last = place
        if self._same >= policy.poison_deaths:
            return Verdict(0, f"event {place.num} has killed it {self._same} times in a row")
        recent = [at for at in self._deaths if self._alive_s - at <= policy.budget_life_s]
        if len(recent) >= policy.budget_deaths:
            return Verdict(0, f"it died {len(recent)} times within {policy.budget_life_s:g} s of life")
        return Verdict(min(policy.backoff_s * 2 ** (len(self._deaths) - 1), policy.backoff_max_s))


class Watch:
    """Tells apart a child that is silent (no beats) and one that is stalled (beats, input waits, no progress)."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._heard = 0.0
        self._paused = False
        self._progress: tuple[object, ...] = ()
        self._since = 0.0
        self._told = False

    def begin(self, now: float) -> None:
        """A new life."""
        self._heard = self._since = now
        self._paused = self._told = False
        self._progress = ()

    def heard(self, now: float) -> None:
        """It said something."""
        self._heard = now

    def pause(self, on: bool, now: float) -> None:
        """Nobody listens to it, or somebody does again."""
        self._paused = on
        self._heard = self._since = now

    def silent_at(self) -> float | None:
        """When it will have been silent for too long; None while nobody listens."""
        return None if self._paused else self._heard + self._policy.silence_s

    def silent(self, now: float) -> bool:
        """Whether it has been silent for too long."""
        at = self.silent_at()
        return at is not None and now >= at

    def stalled(self, beat: wire.Beat, now: float) -> bool:
        """Whether this beat is the one after which the operator should be told; once for each stall."""
        progress = (beat.events, beat.position, beat.mark)
        if beat.idle or self._paused or progress != self._progress:
            self._progress = progress
            self._since = now
            self._told = False
            return False
        if self._told or now - self._since < self._policy.stall_s:
            return False
        self._told = True
        return True
