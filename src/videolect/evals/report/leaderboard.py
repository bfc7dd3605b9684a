"""A leaderboard: one line for each system, scope and figure, as JSON and as CSV, that grows report by report.

Every line carries the hash of the items that it was measured on. Lines of one set of items stand together; those of
another are refused unless they are named as another set, so that nobody ranks figures that do not compare.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, CannotRead
from videolect.evals.measures.names import LOWER_IS_BETTER

FORMAT = "videolect-leaderboard-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One figure of one system in one scope."""

    set: str
    """What the set of items is called; empty for the only one."""
    part: str
    task: str
    figure: str
    scope: str
    system: str
    kind: str
    """system, floor, ceiling."""
    value: float | None
    low: float | None
    high: float | None
    n: int
    sources: int
    items: str
    """Hash of what was asked and of the right answers, of the whole part and task."""
    partial: bool
    """Whether the system left items of the task unanswered."""
    predictions: str | None
    """SHA-256 of the file of predictions."""
    date: str
    code: str

    @property
    def place(self) -> tuple[str, ...]:
        """What the line is about: a later report replaces it."""
        return (self.set, self.part, self.task, self.figure, self.scope, self.kind, self.system)


def merged(known: Iterable[Line], new: Sequence[Line]) -> list[Line]:
    """The known lines, those of the same place replaced, best first within figure and scope. BadInput where the known
    ones are about other items of the same name."""
    known = list(known)
    items = {(line.set, line.part, line.task): line.items for line in new}
    for line in known:
        here = items.get((line.set, line.part, line.task), line.items)
        if here != line.items:
            named = f" of the set {line.set!r}" if line.set else ""
            raise BadInput(
                f"The leaderboard has {line.part}/{line.task}{named} on the items {line.items[:12]}, and these are "
                f"{here[:12]}.",
                mend="Name the new set of items with --set NAME, or write another leaderboard.",
            )
    lines = {line.place: line for line in [*known, *new]}
    return sorted(lines.values(), key=_order)


def _order(line: Line) -> tuple[Any, ...]:
    sign = 1 if line.figure in LOWER_IS_BETTER else -1
    value = math.inf if line.value is None else sign * line.value
    return (line.set, line.part, line.task, line.figure, line.scope != "pooled", line.scope, value, line.system)


def read(path: Path) -> list[Line]:
    """The lines of a leaderboard; none where there is no file yet. CannotRead."""
    if not path.exists():
        return []
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise ValueError(f"its format is {str(told['format'])[:60]!r}")
        return [_checked(line) for line in told["lines"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise CannotRead(
            f"{path.name} is no leaderboard: {str(error)[:160]}.", mend="Name another file, or mend this one."
        ) from None


def _checked(told: Mapping[str, Any]) -> Line:
    line = Line(**told)
    for each in fields(Line):
        value = getattr(line, each.name)
        wanted: tuple[type, ...] = _TYPES[str(each.type)]
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            raise ValueError(f"{each.name} is {str(value)[:60]!r}")
    return line


_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,), "bool": (bool,), "int": (int,), "str | None": (str, type(None)),
    "float | None": (int, float, type(None)),
}  # fmt: skip


def as_json(lines: Iterable[Line]) -> str:
    """The file that is read back."""
    told = {"format": FORMAT, "lines": [asdict(line) for line in lines]}
    # Escaped beyond ASCII: a name may hold half a character, which is no UTF-8.
    return json.dumps(told, indent=1, allow_nan=False) + "\n"


def as_csv(lines: Iterable[Line]) -> str:
    """The same for spreadsheets. A name that they would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([each.name for each in fields(Line)])
    for line in lines:
        writer.writerow([_cell(value) for value in asdict(line).values()])
    return text.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    safe = value.encode("utf-8", "backslashreplace").decode("utf-8")
    return f"'{safe}" if safe.startswith(("=", "+", "-", "@", "\t", "\r")) else safe
