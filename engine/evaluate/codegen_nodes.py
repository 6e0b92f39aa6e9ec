"""Conditions as one graph in which equal parts are one node: what generated code shares, and what dispatch looks at."""

from collections.abc import Iterator, Sequence

from engine.lang import typed


class Node:
    """A part of some rules' conditions. `kind`: and, or, not, leaf, true, false."""

    __slots__ = ("children", "depth", "kind", "leaf", "place")

    def __init__(self, kind: str, children: tuple["Node", ...], leaf: typed.Condition | None, place: int) -> None:
        self.kind = kind
        self.children = children
        self.leaf = leaf
        self.place = place
        """Its number in the graph."""
        self.depth: int = 1 + max((child.depth for child in children), default=0)


class Graph:
    """Makes nodes, each only once."""

    def __init__(self) -> None:
        self._leaves: dict[typed.Test | typed.Exists, Node] = {}
        self._inner: dict[tuple[str, tuple[int, ...]], Node] = {}
        self._count = 0
        self.true = self._new("true", (), None)
        self.false = self._new("false", (), None)

    def add(self, condition: typed.Condition) -> Node:
        """The node of a condition. Order within `and` and `or` is kept; what repeats in them is left out."""
        match condition:
            case typed.All(children):
                return self._joined("and", [self.add(child) for child in children], self.true, self.false)
            case typed.Any(children):
                return self._joined("or", [self.add(child) for child in children], self.false, self.true)
            case typed.Not(child):
                return self._negated(self.add(child))
            case typed.Test(left=left, op="in" | "intersects", modifier=None, right=()) if not left.is_list:
                return self.false
        found = self._leaves.get(condition)
        if found is None:
            found = self._leaves[condition] = self._new("leaf", (), condition)
        return found

    def opaque(self, condition: typed.Condition) -> Node:
        """A node that nobody looks into."""
        return self._new("leaf", (), condition)

    def _joined(self, kind: str, parts: Sequence[Node], neutral: Node, final: Node) -> Node:
        flat: dict[int, Node] = {}
        for part in parts:
            for one in part.children if part.kind == kind else (part,):
                if one is final:
                    return final
                if one is not neutral:
                    flat.setdefault(one.place, one)
        children = tuple(flat.values())
        if len(children) < 2:
            return children[0] if children else neutral
        key = (kind, tuple(flat))
        found = self._inner.get(key)
        if found is None:
            found = self._inner[key] = self._new(kind, children, None)
        return found

    def _negated(self, child: Node) -> Node:
        if child.kind == "not":
            return child.children[0]
        if child is self.true or child is self.false:
            return self.false if child is self.true else self.true
        found = self._inner.get(("not", (child.place,)))
        if found is None:
            found = self._inner["not", (child.place,)] = self._new("not", (child,), None)
        return found

    def _new(self, kind: str, children: tuple[Node, ...], leaf: typed.Condition | None) -> Node:
        self._count += 1
        return Node(kind, children, leaf, self._count)


def condition(node: Node) -> typed.Condition:
    """The condition that a node stands for."""
    if node.leaf is not None:
        return node.leaf
    parts = tuple(condition(child) for child in node.children)
    if node.kind == "not":
        return typed.Not(parts[0])
    return typed.Any(parts) if node.kind in {"or", "false"} else typed.All(parts)


def leaves(node: Node) -> Iterator[Node]:
    """The leaves below a node, each once, in order."""
    seen: set[int] = set()
    todo = [node]
    while todo:
        one = todo.pop()
        if one.place in seen:
            continue
        seen.add(one.place)
        if one.leaf is not None:
            yield one
        todo.extend(reversed(one.children))
