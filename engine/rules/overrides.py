"""The `override` key: which other keys of an item are appended or replaced (falco.md 4.7)."""

from dataclasses import dataclass, field

from engine.rules.document import Node
from engine.rules.place import Place, invalid
from engine.rules.values import ConversionError, as_string

_NOT_A_MAP = "invalid node; this may result from using a map iterator as a sequence iterator, or vice-versa"

APPENDABLE = ("condition", "output", "desc", "tags", "exceptions")
"""What of a rule may be appended to."""
REPLACEABLE = (
    "condition",
    "output",
    "desc",
    "priority",
    "capture",
    "capture_duration",
    "tags",
    "exceptions",
    "enabled",
    "warn_evttypes",
    "skip-if-unknown-filter",
)
"""What of a rule may be replaced."""


@dataclass(slots=True)
class Overrides:
    """What `override` asks for, and what of it was taken so far."""

    append: set[str] = field(default_factory=set)
    replace: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether anything is overridden."""
        return bool(self.append or self.replace)

    def take(self, item: Node, way: str, key: str, place: Place) -> bool:
        """Whether `key` is to be appended (or replaced); it must then be there. Raises RulesItemError."""
        if key not in (self.append if way == "append" else self.replace):
            return False
        if item.get(key) is None or key in self.taken:
            raise invalid(f"An {way} override for '{key}' was specified but '{key}' is not defined", place)
        self.taken.add(key)
        return True

    def left_over(self, item: Node) -> list[str]:
        """Keys that could be overridden and are there, but that `override` does not name; sorted."""
        return sorted(key for key in {*APPENDABLE, *REPLACEABLE} - self.taken if item.get(key) is not None)


def read_overrides(item: Node, appendable: tuple[str, ...], replaceable: tuple[str, ...], place: Place) -> Overrides:
    """An item's `override`, empty where there is none. Raises RulesItemError and ConversionError."""
    found = Overrides()
    node = item.get("override")
    if node is None:
        return found
    within = place.at(item, "overrides")
    if node.kind == "seq" and node.items:
        raise ConversionError(node, _NOT_A_MAP)
    for key_node, operation_node in node.pairs:
        key, operation = as_string(key_node), as_string(operation_node)
        if operation == "append":
            if key not in appendable:
                at = within.at(key_node, "overrides", key)
                raise invalid(f"Key '{key}' cannot be appended to, use 'replace' instead", at)
            found.append.add(key)
        elif operation == "replace":
            if key not in replaceable:
                raise invalid(f"Key '{key}' cannot be replaced", within.at(key_node, "overrides", key))
            found.replace.add(key)
        else:
            allowed = ("append " if key in appendable else "") + ("replace " if key in replaceable else "")
            message = f"Invalid override operation for key '{key}': '{operation}'. Allowed values are: {allowed}"
            raise invalid(message, within.at(operation_node, "value for", key))
    return found
