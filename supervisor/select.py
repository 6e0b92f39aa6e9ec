"""Which of the loaded sources are enabled: `--enable-source`, `--disable-source` (falco.md 1.6)."""

import difflib
from collections.abc import Sequence

from engine.errors import ConfigError

_ALIKE = 0.6


def select(loaded: Sequence[str], enable: Sequence[str] = (), disable: Sequence[str] = ()) -> tuple[str, ...]:
    """The enabled sources in the order in which they are opened. Raises ConfigError in Falco's words.

    Falco keeps them in an unordered set, which in its builds gives back what was put in last first; so do we.
    """
    if enable and disable:
        raise ConfigError("You can not mix --enable-source and --disable-source")
    for action, names in (("enabling", enable), ("disabling", disable)):
        for name in names:
            if name not in loaded:
                raise ConfigError(f"Attempted {action} an unknown event source: {name}")
    kept = dict.fromkeys(enable or loaded)
    for name in disable:
        kept.pop(name, None)
    if not kept:
        raise ConfigError("Must enable at least one event source")
    return tuple(reversed(kept))


def hint(name: str, known: Sequence[str]) -> str | None:
    """A source that may have been meant: for the verbs, never in Falco's face."""
    by_shape = {_shape(one): one for one in known}
    close = difflib.get_close_matches(_shape(name), by_shape, n=1, cutoff=_ALIKE)
    return f"did you mean `{by_shape[close[0]]}`?" if close else None


def _shape(name: str) -> str:
    """Letters and digits only: `k8s_saudit` and `k8saudit` look alike."""
    return "".join(char for char in name.lower() if char.isalnum())
