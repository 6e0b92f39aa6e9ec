"""From a plan to what `sources.drive` needs: an unopened source and a detector. Children and in-process runs alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo

from engine.detector import Detector, Progress
from engine.errors import ConfigError, RulesError, SourceError
from engine.evaluate.detect import ReferenceDetector
from engine.evaluate.generated import GeneratedDetector
from engine.evaluate.several import SeveralDetectors
from engine.fields.catalog import Catalog
from engine.rules import load
from engine.rules.model import Ruleset, RulesFile
from sources import assemble, catalogs, registry, replay
from sources.base import Mark, Resume, Source
from sources.inlets.way import Inlet
from supervisor import clock
from supervisor.plan import ChildPlan, Evaluator, PluginChoice, Stepped


@dataclass(slots=True)
class Equipment:
    """What one source's run consists of."""

    source: Source
    detector: Detector
    progress: Progress


def equip(plan: ChildPlan, log: Callable[[int, str], None]) -> Equipment:
    """Build source and detector. Raises ConfigError or RulesError; opens nothing."""
    setting = assemble.Setting(
        zone=zone(plan.zone),
        now_ns=clock.of(plan.clock),
        stepped=isinstance(plan.clock, Stepped),
        hostname=plan.hostname,
        seed=plan.seed,
        batch_events=plan.limits.batch_events,
        strict=plan.strict,
        base64_buffers=plan.options.base64_buffers,
        static_fields=dict(plan.options.static_fields),
        log=log,
        inlet=Inlet(*plan.inlet),
        place=plan.place,
    )
    source = _source(plan, setting)
    limit_ns = int(plan.limit_s * 1e9) or None
    progress = Progress(num=plan.place[0], events=plan.place[0], limit_ns=limit_ns)
    return Equipment(source, detector(plan, plan.rules), progress)


def allow(plan: ChildPlan) -> None:
    """Asked when a source's turn to be opened has come. Raises SourceError where it cannot be opened here at all."""
    if plan.cannot_open:
        raise SourceError(plan.cannot_open)


def _source(plan: ChildPlan, setting: assemble.Setting) -> Source:
    if plan.capture:
        return replay.build(plan.capture, [_loaded(choice) for choice in plan.members], setting)
    plugin = _loaded(plan.plugin) if plan.plugin is not None else None
    open_params = plan.plugin.open_params if plan.plugin is not None else ""
    return assemble.build(
        plan.source, plugin, open_params, tuple(_loaded(choice) for choice in plan.extractors), setting
    )


def detector(plan: ChildPlan, rules: Sequence[RulesFile]) -> Detector:
    """Compile rules for the plan's source. Raises RulesError; the parent has checked them, so that is a bug."""
    if plan.capture:
        return _several(plan, rules)
    choices = (*((plan.plugin,) if plan.plugin is not None else ()), *plan.extractors)
    specs = [_loaded(choice).spec for choice in choices]
    catalog = catalogs.catalog(plan.source, specs, plan.options)
    ruleset = _rulesets(plan, rules, {plan.source: catalog})[plan.source]
    if plan.evaluator is Evaluator.REFERENCE:
        return ReferenceDetector(ruleset)
    make_layout = specs[0].layout if plan.plugin is not None else None
    return GeneratedDetector(ruleset, make_layout() if make_layout is not None else None)


def _several(plan: ChildPlan, rules: Sequence[RulesFile]) -> Detector:
    """One detector for each loaded source."""
    specs = [_loaded(choice).spec for choice in plan.members]
    sources = dict.fromkeys([plan.source, *(spec.produces for spec in specs if spec.produces)])
    catalogue = {source: catalogs.catalog(source, specs, plan.options) for source in sources}
    rulesets = _rulesets(plan, rules, catalogue)
    make = ReferenceDetector if plan.evaluator is Evaluator.REFERENCE else GeneratedDetector
    return SeveralDetectors({source: make(rulesets[source]) for source in sources})


def _rulesets(plan: ChildPlan, rules: Sequence[RulesFile], catalogue: Mapping[str, Catalog]) -> Mapping[str, Ruleset]:
    loaded = load.load(rules, catalogue, plan.options)
    if not loaded.ok:
        wrong = [error.message for report in loaded.reports for error in report.errors]
        raise RulesError(f"the rules for source '{plan.source}' do not compile: {'; '.join(wrong)}")
    return loaded.rulesets


def suppressed(plan: ChildPlan, source: Source) -> Mark:
    """Alerts up to this mark were given in an earlier life, and will come again."""
    return Mark() if source.resume is Resume.PRESENT else Mark(*plan.mark)


def zone(name: str) -> tzinfo:
    """`UTC`, `+HH:MM`, `-HH:MM` or an IANA name. Raises ConfigError."""
    if name in ("", "UTC"):
        return UTC
    if name[0] in "+-":
        hours, _, minutes = name[1:].partition(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(offset if name[0] == "+" else -offset)
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - not needed by most, and slow to import

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(f"there is no time zone {name}") from error


def _loaded(choice: PluginChoice) -> assemble.Loaded:
    spec = registry.find(choice.name, choice.library_path)
    if spec is None:
        raise ConfigError(f"there is no plugin {choice.name}")
    return assemble.Loaded(spec, choice.init_config)
