"""Which rules can still hold once a few fields are known: sets of rules as bits of a number, by field and value.

For each chosen field there is a table from values to the rules that can hold for an event with that value; the rules
of an event are what all tables have in common. Tables hold literals of rules. What is learned beside them, of values
that rules compare only in part and of combinations, is bounded: whoever sends events chooses those.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from engine.evaluate import reference
from engine.evaluate.codegen_nodes import Graph, Node, leaves
from engine.evaluate.codegen_tests import STRINGS, plain
from engine.event import PLUGIN_EVENT
from engine.fields.catalog import FieldRef
from engine.lang import typed
from engine.values import Value

MOST_FIELDS = 5
MOST_LEARNED = 4096
"""Values, and combinations of values, that are remembered."""
LONGEST_LEARNED = 256
"""Characters of a value that is remembered."""
MOST_LITERALS = 512
"""A rule with more literals for a field is held to be possible for all of them."""

Possible = tuple[bool, bool]
"""Whether a condition may hold, and whether it may not."""
_ANY: Possible = (True, True)


@dataclass(frozen=True, slots=True)
class Table:
    """What one field says about the rules."""

    ref: FieldRef
    by_value: dict[str, int]
    other: int
    """Rules that can hold for any other value."""
    missing: int


class _Only:
    """An event of which one field is known."""

    num = 0
    ts_ns = 0
    code = PLUGIN_EVENT

    def __init__(self, value: str) -> None:
        self.value = value

    def extract(self, ref: FieldRef) -> Value | None:  # noqa: ARG002 - only one is asked
        """The value."""
        return self.value


class Learned:
    """What a field says about the rules, value by value as they come: also for values that are no literals."""

    def __init__(self, graph: Graph, rules: Sequence[Node], ref: FieldRef) -> None:
        self.ref = ref
        self._maker = _Maker(graph, rules, ref)
        self._table = self._maker.table()
        self.known: dict[str | None, int] = {None: self._table.missing}

    def learn(self, value: str) -> int:
        """The rules that can hold for a value that is not known yet."""
        if len(self.known) >= MOST_LEARNED or len(value) > LONGEST_LEARNED:
            return self._table.by_value.get(value, self._table.other)
        mask = self.known[value] = self._maker.exactly(value)
        return mask


class Combined:
    """What several tables say together, by combinations of values as they come."""

    def __init__(self, parts: Sequence[Table], every: int) -> None:
        self._parts = [({None: part.missing, **part.by_value}, part.other) for part in parts]
        self._every = every
        self.known: dict[tuple[str | None, ...], int] = {}

    def learn(self, values: tuple[str | None, ...]) -> int:
        """The rules that can hold for a combination that is not known yet."""
        mask = self._every
        for (by_value, other), value in zip(self._parts, values, strict=True):
            mask &= by_value.get(value, other)
        if len(self.known) < MOST_LEARNED and all(len(value or "") <= LONGEST_LEARNED for value in values):
            self.known[values] = mask
        return mask


def learned(
    graph: Graph, rules: Sequence[Node], usable: Callable[[FieldRef], bool], fixed: Sequence[Table]
) -> tuple[Learned, ...]:
    """One more field for the rules that the first tables leave for nearly every event, if they look at one."""
    left = (1 << len(rules)) - 1
    for table in fixed[:2]:
        left &= table.other
    used: dict[FieldRef, int] = {}
    for at, rule in enumerate(rules):
        if left >> at & 1:
            mine = {ref: None for leaf in leaves(rule) if (ref := _text(leaf)) is not None and usable(ref)}
            for ref in mine:
                used[ref] = used.get(ref, 0) + 1
    for table in fixed:
        used.pop(table.ref, None)
    most = sorted(used, key=lambda ref: -used[ref])[:1]
    return tuple(Learned(graph, rules, ref) for ref in most)


def tables(graph: Graph, rules: Sequence[Node], usable: Callable[[FieldRef], bool]) -> tuple[Table, ...]:
    """The tables worth having, the most telling first. Which ones is a matter of the rules alone."""
    fields = _candidates(rules, usable)
    found = [_Maker(graph, rules, ref).table() for ref in fields]
    enough = max(2, len(rules) // 16)
    telling = [table for table in found if len(rules) - table.other.bit_count() >= enough]
    ranked = sorted(telling, key=lambda table: (_remaining(table), table.ref.text))
    return tuple(ranked[:MOST_FIELDS])


def _candidates(rules: Sequence[Node], usable: Callable[[FieldRef], bool]) -> list[FieldRef]:
    """Fields of strings that several rules compare with literals, in order of first use."""
    used: dict[FieldRef, int] = {}
    for rule in rules:
        mine = {ref: None for leaf in leaves(rule) if (ref := _compared(leaf)) is not None and usable(ref)}
        for ref in mine:
            used[ref] = used.get(ref, 0) + 1
    often = sorted(used, key=lambda ref: -used[ref])
    return [ref for ref in often if used[ref] >= max(2, len(rules) // 16)][: 2 * MOST_FIELDS]


def _compared(leaf: Node) -> FieldRef | None:
    """The field that a leaf compares with whole literals."""
    test = leaf.leaf
    if not isinstance(test, typed.Test) or test.op not in {"=", "in", "intersects"}:
        return None
    return _text(leaf)


def _text(leaf: Node) -> FieldRef | None:
    """The field of strings that a leaf looks at, if there is one alone."""
    ref = plain(leaf.leaf) if leaf.leaf is not None else None
    return ref if ref is not None and ref.type in STRINGS and not ref.is_list else None


def _remaining(table: Table) -> float:
    """How many rules are left on average, if all values were equally frequent."""
    masks = [*table.by_value.values(), table.other, table.missing]
    return sum(mask.bit_count() for mask in masks) / len(masks)


class _Maker:
    """Makes the table of one field."""

    def __init__(self, graph: Graph, rules: Sequence[Node], ref: FieldRef) -> None:
        self.graph = graph
        self.rules = rules
        self.ref = ref
        self._mentions: dict[int, bool] = {}

    def table(self) -> Table:
        """Ask every rule about every literal that it mentions; for all others it says what it says of any value."""
        others: dict[int, Possible] = {}
        misses: dict[int, Possible] = {}
        memos: dict[str, dict[int, Possible]] = {}
        other = missing = 0
        changes: list[tuple[str, int, bool]] = []
        for at, rule in enumerate(self.rules):
            bit = 1 << at
            by_other = self._possible(rule, None, others)[0]
            other |= bit if by_other else 0
            missing |= bit if self._possible(rule, False, misses)[0] else 0
            literals = self._literals(rule)
            for value in literals:
                memo = memos.setdefault(value, {})
                holds = len(literals) > MOST_LITERALS or self._possible(rule, value, memo)[0]
                if holds != by_other:
                    changes.append((value, bit, holds))
        by_value = dict.fromkeys(memos, other)
        for value, bit, holds in changes:
            by_value[value] = by_value[value] | bit if holds else by_value[value] & ~bit
        return Table(self.ref, by_value, other, missing)

    def exactly(self, value: str) -> int:
        """The rules that can hold for one value."""
        memo: dict[int, Possible] = {}
        return sum(1 << at for at, rule in enumerate(self.rules) if self._possible(rule, value, memo)[0])

    def _about(self, leaf: Node) -> bool:
        """Whether a leaf looks at the field and nothing else."""
        return leaf.leaf is not None and isinstance(leaf.leaf, typed.Test | typed.Exists) and (
            plain(leaf.leaf) == self.ref
        )  # fmt: skip

    def _literals(self, rule: Node) -> Collection[str]:
        found: dict[str, None] = {}
        for leaf in leaves(rule):
            if self._about(leaf) and isinstance(leaf.leaf, typed.Test) and isinstance(leaf.leaf.right, tuple):
                found.update(dict.fromkeys(one for one in leaf.leaf.right if isinstance(one, str)))
        return found

    def _mentioned(self, node: Node) -> bool:
        """Whether a node depends on the field."""
        known = self._mentions.get(node.place)
        if known is None:
            known = self._about(node) if node.leaf is not None else any(map(self._mentioned, node.children))
            self._mentions[node.place] = known
        return known

    def _possible(self, node: Node, value: str | bool | None, memo: dict[int, Possible]) -> Possible:
        """What a node may be where the field has a value; None: one that no literal is, False: none at all."""
        if node is self.graph.true or node is self.graph.false:
            return (node is self.graph.true, node is self.graph.false)
        if not self._mentioned(node):
            return _ANY
        known = memo.get(node.place)
        if known is None:
            known = memo[node.place] = self._ask(node, value, memo)
        return known

    def _ask(self, node: Node, value: str | bool | None, memo: dict[int, Possible]) -> Possible:
        if isinstance(node.leaf, typed.Test | typed.Exists):
            return _leaf(node.leaf, value)
        parts = [self._possible(child, value, memo) for child in node.children]
        if node.kind == "not":
            return parts[0][1], parts[0][0]
        each, some = (all, any) if node.kind == "and" else (any, all)
        return each(part[0] for part in parts), some(part[1] for part in parts)


def _leaf(leaf: typed.Test | typed.Exists, value: str | bool | None) -> Possible:
    """What a check of the field may be."""
    if value is False:
        return False, True
    if isinstance(leaf, typed.Exists):
        return True, False
    if value is None:
        if leaf.modifier is None and leaf.op in {"=", "in", "intersects"}:
            return False, True
        return (True, False) if leaf.modifier is None and leaf.op == "!=" else _ANY
    assert isinstance(value, str)
    holds = reference.holds(leaf, _Only(value))
    return holds, not holds
