"""Which detector answers: the generated one, or the reference with `--evaluator reference`."""

from engine.detector import Detector
from engine.evaluate.detect import ReferenceDetector
from engine.evaluate.generated import GeneratedDetector
from engine.rules.model import Ruleset
from sources.spec import PluginSpec

NAMES = ("generated", "reference")
chosen = ["generated"]
"""The first one is meant; a list, so that whoever imports it sees a later choice."""


def detector(ruleset: Ruleset, plugin: PluginSpec | None = None) -> Detector:
    """A detector for rules over the events of a plugin."""
    if chosen[0] == "reference":
        return ReferenceDetector(ruleset)
    layout = plugin.layout() if plugin is not None and plugin.layout is not None else None
    return GeneratedDetector(ruleset, layout)
