"""Which rules of each source are in force: enabled as written, of sufficient priority, then `rules:` selections."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.fields.catalog import Catalog, FieldRef
from engine.lang import typed
from engine.options import Options, RuleSelection
from engine.rules.model import Rule, Ruleset


def rulesets(rules: Sequence[Rule], catalogs: Mapping[str, Catalog], options: Options) -> dict[str, Ruleset]:
    """One ruleset for each loaded source, also for those without rules."""
    enabled = selected(rules, options)
    found = {}
    for source in catalogs:
        mine = tuple(rule for rule in enabled if rule.source == source)
        found[source] = Ruleset(source, mine, options, needs(mine))
    return found


def selected(rules: Sequence[Rule], options: Options) -> tuple[Rule, ...]:
    """The enabled rules, in the order in which they became enabled: that is the order in which Falco asks them.

    First those enabled as written, by definition; a selection puts what it switches on behind them. A rule below the
    minimum priority cannot be switched on.
    """
    possible = [rule for rule in rules if rule.priority <= options.priority]
    enabled = {rule.index: rule for rule in possible if rule.enabled}
    for selection in options.selections:
        for names in (_by_name, _by_tag):
            for rule in possible:
                if not names(selection, rule):
                    continue
                if selection.enable:
                    enabled.setdefault(rule.index, rule)
                else:
                    enabled.pop(rule.index, None)
    return tuple(enabled.values())


def _by_name(selection: RuleSelection, rule: Rule) -> bool:
    return bool(selection.rule) and matches_wildcard(selection.rule, rule.name)


def _by_tag(selection: RuleSelection, rule: Rule) -> bool:
    return bool(selection.tag) and selection.tag in rule.tags


def matches_wildcard(pattern: str, text: str) -> bool:
    """Falco's own wildcards: `*` is any text, and the first place that fits a piece is taken, without another try."""
    head, star, rest = pattern.partition("*")
    if not text.startswith(head) or (not star and text != head):
        return False
    text = text[len(head) :]
    while star:
        rest = rest.lstrip("*")
        if not rest:
            return True
        piece, star, rest = rest.partition("*")
        at = text.find(piece)
        if at < 0:
            return False
        text = text[at + len(piece) :]
    return not text


def needs(rules: Iterable[Rule]) -> tuple[FieldRef, ...]:
    """Every field that conditions and outputs of `rules` use, each once, in order of first use."""
    found: dict[FieldRef, None] = {}
    for rule in rules:
        found.update(dict.fromkeys(_in_condition(rule.condition)))
        found.update(dict.fromkeys(rule.output.fields()))
        for extra in rule.extra_fields:
            value = extra.value
            found.update(dict.fromkeys((value,) if isinstance(value, FieldRef) else value.fields()))
    return tuple(found)


def _in_condition(condition: typed.Condition) -> Iterator[FieldRef]:
    todo: list[typed.Condition | typed.Operand] = [condition]
    while todo:
        node = todo.pop()
        match node:
            case typed.Use():
                yield node.ref
            case typed.All() | typed.Any():
                todo.extend(reversed(node.children))
            case typed.Not():
                todo.append(node.child)
            case typed.Exists():
                todo.append(node.left)
            case typed.Test():
                if not isinstance(node.right, tuple):
                    todo.append(node.right)
                todo.append(node.left)
            case typed.Call():
                todo.extend(reversed(node.args))
            case typed.ListOf():
                todo.extend(reversed(node.items))
            case typed.Const():
                continue
