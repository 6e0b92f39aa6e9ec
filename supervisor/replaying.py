"""The plan of a replay: one child, in which all loaded sources meet the events of one capture file."""

from collections.abc import Sequence

from engine.options import Options
from engine.rules.model import RulesFile
from supervisor import plugins
from supervisor.plan import ChildPlan, RunPlan, hash_rules
from supervisor.planning import Surroundings
from supervisor.plugins import SYSCALL, LoadedPlugin


def plan(
    path: str,
    loaded: Sequence[LoadedPlugin],
    rules: tuple[RulesFile, ...],
    settings: Options,
    around: Surroundings,
) -> RunPlan:
    """Replay the capture at `path`. Selections of sources do not count; the child goes by the name of `syscall`."""
    child = ChildPlan(
        source=SYSCALL,
        rules=rules,
        rules_hash=hash_rules(rules),
        options=settings,
        clock=around.clock,
        seed=around.seed,
        zone=around.zone,
        hostname=around.hostname,
        limit_s=around.limit_s,
        limits=around.limits,
        strict=around.strict,
        capture=path,
        members=tuple(one.choice for one in loaded),
    )
    return RunPlan((child,), plugins.sources(loaded), (SYSCALL,))
