"""Descriptors that the supervisor opens for sources and keeps while their processes come and go.

A connection that nobody has accepted yet waits in the backlog of a listening socket while a child is started again.
"""

import os
from collections.abc import Iterable

import msgspec

from engine.errors import ConfigError, SourceError
from sources import registry
from sources.inlets import way
from supervisor.plan import ChildPlan


def prepare(plan: ChildPlan) -> ChildPlan:
    """The plan with what its source needs opened; where that fails, the child says so when its turn comes."""
    if plan.plugin is None or plan.inlet[0] >= 0:
        return plan
    spec = registry.find(plan.plugin.name, plan.plugin.library_path)
    if spec is None or not spec.inlets:
        return plan
    try:
        return msgspec.structs.replace(plan, inlet=way.prepare(plan.plugin.open_params, strict=plan.strict))
    except SourceError as error:
        return msgspec.structs.replace(plan, cannot_open=plan.cannot_open or str(error))


def release(plan: ChildPlan) -> ChildPlan:
    """The plan once its source is over for good."""
    if plan.inlet[0] < 0:
        return plan
    os.close(plan.inlet[0])
    return msgspec.structs.replace(plan, inlet=(-1, -1))


def check_stdin(children: Iterable[ChildPlan], *, rules: bool = False) -> None:
    """Standard input can be read by one source only, and not when rules were read from it. Raises ConfigError."""
    readers = [
        child.source
        for child in children
        if child.plugin is not None
        and (spec := registry.find(child.plugin.name, child.plugin.library_path)) is not None
        and spec.inlets
        and way.way(child.plugin.open_params, strict=child.strict) is way.Way.STDIN
    ]
    if len(readers) > 1:
        raise ConfigError(f"standard input cannot be read by more than one source: {', '.join(readers)}")
    if readers and rules:
        raise ConfigError(f"standard input cannot be both the rules and the input of {readers[0]}")
