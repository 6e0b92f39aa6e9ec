"""The generated detector: the same answers as `engine.evaluate.detect`, from functions made for the ruleset at hand.

Where a source can lay out its events as rows, a loop made for the ruleset walks them; everything else goes through
views, with functions made for each event code.
"""

from collections.abc import Callable, Sequence
from typing import Any

from engine.alert import Formatter
from engine.detector import Match, Progress, Sink
from engine.evaluate.codegen import Names, define
from engine.evaluate.codegen_output import Writer, writer
from engine.evaluate.codegen_program import Found, Program
from engine.evaluate.detect import past_limit
from engine.evaluate.layout import Layout, Plan, ViewPlan
from engine.event import ASYNC_EVENT, PLUGIN_EVENT, Batch, View
from engine.rules.model import Ruleset
from engine.rules.uses import tested


class GeneratedDetector:
    """One source's rules, applied to that source's events."""

    def __init__(self, ruleset: Ruleset, layout: Layout | None = None) -> None:
        self._ruleset = ruleset
        self._formatter = Formatter(ruleset.options)
        self._views = ViewPlan()
        self._by_code: dict[int, tuple[Program, Callable[..., Found]]] = {}
        self._row_writers: list[Writer | None] = [None] * len(ruleset.rules)
        self._view_writers: list[Writer | None] = [None] * len(ruleset.rules)
        self.rows = 0
        """Events that were looked at as rows."""
        self.others = 0
        """Events that needed a view from the start."""
        asked = tested(ruleset)
        shown = tuple(ref for ref in ruleset.needs if ref not in set(asked))
        self.plan: Plan | None = layout.plan(asked, shown) if layout is not None else None
        self._program: Program | None = None
        self._scan: Callable[..., int] | None = None
        if self.plan is not None:
            self._program = Program(
                ruleset.rules, self.plan, f"{ruleset.source} rows", rows=True, match_all=ruleset.options.match_all
            )
            self._scan = self._define_scan(self._program)

    @property
    def ruleset(self) -> Ruleset:
        """The rules in force."""
        return self._ruleset

    def scan(self, batch: Batch, progress: Progress, sink: Sink) -> None:
        """Walk a batch to its end, or to the limit; see `engine.detector.Detector`."""
        if self._scan is not None and getattr(batch, "plan", None) is self.plan:
            self._scan_rows(batch, progress, sink)
        else:
            self._scan_views(batch, progress, sink)

    def programs(self) -> tuple[Program, ...]:
        """The compiled rules: over rows where there are some, else over views of a plugin's events."""
        return (self._program,) if self._program is not None else (self._for_code(PLUGIN_EVENT)[0],)

    # ------------------------------------------------------------------------------------------------------- rows

    def _scan_rows(self, batch: Any, progress: Progress, sink: Sink) -> None:
        """Walk items; `progress` is up to date whenever a match is given away, and at the end."""
        items = batch.items
        batch.begin()
        if progress.limit_ns or not progress.first_ts_ns:
            items = _within_limit(batch, progress)
        start, events = progress.num, progress.events

        writers, rules, make, new = self._row_writers, self._ruleset.rules, batch.view, tuple.__new__

        def told(num: int, item: Any, held: Any, view: View | None) -> None:
            progress.num = num
            progress.events = events + num - start
            if view is None:
                view = make(num, item)
            if item.__class__ is not tuple:
                progress.last_ts_ns = view.ts_ns
                self._tell(num, held, view, sink)
                return
            progress.last_ts_ns = stamp = item[0]
            if held.__class__ is int:
                write = writers[held] or self._row_writer(held)
                sink(new(Match, (num, 1, stamp, rules[held], write(item, view))), view)
                return
            for k, place in enumerate(held, 1):
                write = writers[place] or self._row_writer(place)
                sink(new(Match, (num, k, stamp, rules[place], write(item, view))), view)

        assert self._scan is not None, "asked only where there are rows"
        others = self._scan(items, start, batch.view, told, self._ask_other)
        if items:
            progress.num = start + len(items)
            progress.events = events + len(items)
            progress.last_ts_ns = batch.time(items[-1])
        self.rows += len(items) - others
        self.others += others

    def _ask_other(self, num: int, item: Any, make: Callable[[int, Any], View]) -> Found:
        """An item that is no row."""
        view = make(num, item)
        return self._ask(view)

    def _define_scan(self, program: Program) -> Callable[..., int]:
        """The loop over rows."""
        assert self.plan is not None, "there are rows"
        names = Names(self.plan.names)
        known, function = names.bind(program.known, "known"), names.bind(program.function, "function")
        lines = [
            "def scan(items, num, make, told, other):",
            "    others = 0",
            "    for row in items:",
            "        num += 1",
            "        if row.__class__ is not tuple:",
            "            others += 1",
            "            found = other(num, row, make)",
            "            if found is not None:",
            "                told(num, row, *found)",
            "            continue",
            *program.pick_lines("        ", "continue", "", names),
            f"        found = ({known}(mask) or {function}(mask))(row, None, num, make{program.hot()})",
            "        if found is not None:",
            "            told(num, row, *found)",
            "    return others",
        ]
        return define("scan", lines, names, f"{program.label}, scan")

    # ------------------------------------------------------------------------------------------------------ views

    def _scan_views(self, batch: Batch, progress: Progress, sink: Sink) -> None:
        """Walk views. The cursor is closed on every way out, so that what happens after the rules does happen."""
        walk = batch.views(progress.num)
        try:
            for view in walk:
                if past_limit(view.ts_ns, progress):
                    progress.over = True
                    return
                progress.num = view.num
                progress.events += 1
                progress.last_ts_ns = view.ts_ns
                self.others += 1
                found = self._ask(view)
                if found is not None:
                    self._tell(view.num, found[0], view, sink)
        finally:
            if hasattr(walk, "close"):
                walk.close()

    def _ask(self, view: View) -> Found:
        """What holds for a view: places among the rules that its code admits, made places in the ruleset."""
        found = self._by_code.get(view.code)
        if found is None:
            found = self._by_code[view.code] = self._for_code(view.code)
        return found[1](view)

    def _for_code(self, code: int) -> tuple[Program, Callable[..., Found]]:
        """The rules that an event of this code can match. Async events are tried on every rule, as in Falco."""
        rules = self._ruleset.rules
        admitted = [rule.codes is None or code in rule.codes or code == ASYNC_EVENT for rule in rules]
        program = Program(
            rules, self._views, f"{self._ruleset.source} code {code}", rows=False,
            match_all=self._ruleset.options.match_all, admitted=admitted,
        )  # fmt: skip
        names = Names({})
        known, function = names.bind(program.known, "known"), names.bind(program.function, "function")
        lines = [
            "def ask(view):",
            *program.pick_lines("    ", "return None", "view", names),
            f"    return ({known}(mask) or {function}(mask))(None, view, 0, None{program.hot()})",
        ]
        return program, define("ask", lines, names, f"{program.label}, ask")

    # ----------------------------------------------------------------------------------------------------- alerts

    def _tell(self, num: int, held: int | Sequence[int], view: View, sink: Sink) -> None:
        """Give what held for a view to the sink, in order."""
        for k, place in enumerate((held,) if isinstance(held, int) else held, 1):
            write = self._view_writers[place] or self._view_writer(place)
            sink(Match(num, k, view.ts_ns, self._ruleset.rules[place], write(None, view)), view)

    def _row_writer(self, place: int) -> Writer:
        assert self.plan is not None, "there are rows"
        made = self._row_writers[place] = self._writer(place, self.plan, "rows")
        return made

    def _view_writer(self, place: int) -> Writer:
        made = self._view_writers[place] = self._writer(place, self._views, "views")
        return made

    def _writer(self, place: int, plan: Plan, over: str) -> Writer:
        rule = self._ruleset.rules[place]
        label = f"{self._ruleset.source} {over}, alert of {rule.index}"
        return writer(rule, plan, self._ruleset.options, self._formatter, label)


def _within_limit(batch: Any, progress: Progress) -> list[Any]:
    """The items before the one at which `-M` ends the source; the first one that has a time starts the clock."""
    items: list[Any] = batch.items
    for at, item in enumerate(items):
        if past_limit(batch.time(item), progress):
            progress.over = True
            return items[:at]
        if progress.first_ts_ns and not progress.limit_ns:
            break
    return items
