"""The answers of one system to the items of a benchmark, as JSON Lines, and whether they are what they say they are.

The first line says who answered what: ``{"format": "videolect-predictions-1", "system": NAME, "items": {"test/caption":
HASH}, ...}``; what else stands in it (model, prompt versions, cost) is kept and shown. Every further line answers one
item: ``{"row_id": ..., "text": ...}`` for a caption or a critique, ``{"row_id": ..., "p_yes": ...}`` for a Yes/No item.

Nothing is dropped in silence: what is missing, doubled, unknown, no number, empty or in another form of Unicode is
counted and named. A file that does not answer everything is refused unless the caller asks for a part, and every report
then says so.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from videolect.dataset.rows.row import Row, items_hash
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.files import whole_file

FORMAT = "videolect-predictions-1"
ANSWERED: tuple[str, ...] = ("caption", "critique", "yes_no")
"""Tasks that a system answers; preference rows are for training."""
_SHOWN = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something that is wrong with a file of predictions."""

    kind: str
    """missing, doubled, contradicting, unknown, no_number, no_text, empty, noted, other_unicode, failed."""
    count: int
    examples: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """As reports tell it."""
        return {"kind": self.kind, "count": self.count, "examples": list(self.examples)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Predictions:
    """What one system answered to the items of one part."""

    system: str
    tasks: tuple[str, ...]
    texts: Mapping[str, str]
    """Row id -> the text, in Unicode's form NFC."""
    yes: Mapping[str, float]
    """Row id -> P(Yes)."""
    problems: tuple[Problem, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict)
    """The file's first line."""

    @property
    def partial(self) -> bool:
        """Whether items are left unanswered."""
        return any(problem.kind in LEAVE_OUT for problem in self.problems)


LEAVE_OUT = frozenset({"missing", "contradicting", "no_number", "no_text", "failed"})
"""Problems for which an item stays unanswered."""


def read_predictions(
    path: Path, items: Mapping[str, Sequence[Row]], part: str, *, partial: bool = False
) -> Predictions:
    """The answers in a file to the items of a part, by task.

    NotFound, CannotRead; BadInput where the file answers other items, or not all of those that it is about and
    ``partial`` is not set.
    """
    told, lines = _lines(path)
    asked = _asked(path, told, lines, items, part)
    reader = _Reader({row.row_id: row for task in asked for row in items[task]})
    for line in lines:
        reader.take(line)
    found = reader.result()
    if not reader.texts and not reader.yes:
        raise BadInput(f"{path.name} answers none of the items: {_said(found)}.", mend="Let a model answer: eval run.")
    if not partial and any(problem.kind in LEAVE_OUT for problem in found):
        raise BadInput(
            f"{path.name} does not answer all items: {_said(found)}.",
            mend="Answer the rest (eval run goes on where it stopped), or score what is there with --partial.",
        )
    return Predictions(
        system=str(told.get("system") or path.stem), tasks=tuple(asked), texts=reader.texts, yes=reader.yes,
        problems=found, told=told,
    )  # fmt: skip


def _said(problems: Iterable[Problem]) -> str:
    return "; ".join(f"{p.count} {p.kind.replace('_', ' ')} ({', '.join(p.examples[:3])})" for p in problems)


class _Reader:
    def __init__(self, rows: Mapping[str, Row]) -> None:
        self.rows = rows
        self.texts: dict[str, str] = {}
        self.yes: dict[str, float] = {}
        self.bad: dict[str, list[str]] = {}
        self.contradicted: set[str] = set()

    def take(self, line: Mapping[str, Any]) -> None:
        """One answer."""
        name = _name(line)
        row = self.rows.get(name)
        if row is None:
            self._say("unknown", name)
        elif line.get("error"):
            self._say("failed", name)
        elif row.task == "yes_no":
            self._number(name, line.get("p_yes"))
        else:
            self._text(name, line.get("text"))
            if line.get("note"):
                self._say("noted", name)

    def _number(self, name: str, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            self._say("no_number", name)  # NaN is not between 0 and 1 either
        elif self._first(name, self.yes.get(name), float(value)):
            self.yes[name] = float(value)

    def _text(self, name: str, value: object) -> None:
        if not isinstance(value, str) or any("\ud800" <= sign <= "\udfff" for sign in value):
            self._say("no_text", name)
            return
        text = unicodedata.normalize("NFC", value)
        if self._first(name, self.texts.get(name), text):
            self.texts[name] = text
            if text != value:
                self._say("other_unicode", name)
            if not text.strip():
                self._say("empty", name)

    def _first(self, name: str, known: object, value: object) -> bool:
        """Whether this is the first answer. Of two that differ none counts: which was meant nobody knows."""
        if known is None and name not in self.contradicted:
            return True
        self._say("doubled", name)
        if known != value and name not in self.contradicted:
            self.contradicted.add(name)
            self.texts.pop(name, None)
            self.yes.pop(name, None)
            self._say("contradicting", name)
        return False

    def _say(self, kind: str, name: str) -> None:
        self.bad.setdefault(kind, []).append(name)

    def result(self) -> tuple[Problem, ...]:
        """All problems, the missing ones among them. An item that failed and was answered later is answered; one with
        an answer and something that is none was answered twice."""
        answered = {*self.texts, *self.yes}
        for kind in ("no_number", "no_text"):
            self.bad.setdefault("doubled", []).extend(name for name in self.bad.get(kind, ()) if name in answered)
        for kind in ("failed", "no_number", "no_text"):
            self.bad[kind] = [name for name in dict.fromkeys(self.bad.get(kind, ())) if name not in answered]
        told = {name for kind in LEAVE_OUT for name in self.bad.get(kind, ())}
        self.bad["missing"] = [name for name in self.rows if name not in answered and name not in told]
        return tuple(
            Problem(kind=kind, count=len(names), examples=tuple(name[:120] for name in names[:_SHOWN]))
            for kind, names in sorted(self.bad.items())
            if names
        )


def _lines(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="Make one: eval run ROWS --writer W --out FILE.")
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            lines = [_line(path, number, line) for number, line in enumerate(file, 1) if line.strip()]
    except (UnicodeDecodeError, OSError) as error:
        raise CannotRead(
            f"{path.name} holds no predictions: {str(error)[:200]}.", mend="Write JSON Lines in UTF-8."
        ) from None
    told = lines.pop(0) if lines and "format" in lines[0] and "row_id" not in lines[0] else {}
    if told and told["format"] != FORMAT:
        raise CannotRead(f"{path.name} is of the format {str(told['format'])[:60]!r}.", mend=f"Write {FORMAT}.")
    return told, lines


def _line(path: Path, number: int, words: str) -> dict[str, Any]:
    try:
        # NaN is let through, so that it is counted with its item instead of spoiling the file.
        found = json.loads(words)
        if not isinstance(found, dict):
            raise ValueError("it is no object")
        return found
    except (ValueError, RecursionError) as error:
        raise CannotRead(
            f"Line {number} of {path.name} holds no answer: {str(error)[:200]}.",
            mend="Mend the line. A last one that was cut off is mended by eval run, which goes on there.",
        ) from None


def _asked(
    path: Path, told: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], items: Mapping[str, Sequence[Row]],
    part: str,
) -> list[str]:  # fmt: skip
    """The tasks that the file is about: those that it names, else those of which it answers anything."""
    if "items" in told:
        tasks = _named(path, told["items"], items, part)
    else:
        of = {row.row_id: task for task in ANSWERED for row in items.get(task, ())}
        tasks = sorted({of[name] for line in lines if (name := _name(line)) in of})
    if not tasks:
        raise BadInput(
            f"{path.name} answers none of the items.", mend="Check the rows, the part, and that each line has a row_id."
        )
    return tasks


def _named(path: Path, named: object, items: Mapping[str, Sequence[Row]], part: str) -> list[str]:
    """The tasks of this part that a first line names, whose items are these."""
    if not isinstance(named, dict):
        raise CannotRead(f"The items of {path.name} are {str(named)[:60]!r}.", mend=f'Write {{"{part}/TASK": HASH}}.')
    tasks = [name.removeprefix(f"{part}/") for name in named if name.startswith(f"{part}/")]
    if not tasks:
        others = ", ".join(named) or "none"
        raise BadInput(f"{path.name} answers no items of {part}, but {others[:200]}.", mend="Check the part.")
    for task in tasks:
        if task not in ANSWERED:
            raise BadInput(f"{path.name} is about {task[:60]!r}.", mend=f"Answer {', '.join(ANSWERED)}.")
        if task not in items:
            raise BadInput(f"{path.name} is about {task!r}, of which there are no items here.", mend="Check the rows.")
        theirs, ours = str(named[f"{part}/{task}"]), items_hash(items[task])
        if theirs != ours:
            raise BadInput(
                f"{path.name} answers other items than {part}/{task}: {theirs[:12]} and not {ours[:12]}.",
                mend="Score it with the rows that it was made for.",
            )
    return tasks


def _name(line: Mapping[str, Any]) -> str:
    """Of the item that a line answers; what is no string is none."""
    name = line.get("row_id")
    return name if isinstance(name, str) else f"({type(name).__name__} for a row_id)"


def header(system: str, part: str, items: Mapping[str, Sequence[Row]], **more: Any) -> dict[str, Any]:
    """The first line of a file of predictions."""
    return {
        "format": FORMAT, "system": system,
        "items": {f"{part}/{task}": items_hash(rows) for task, rows in items.items()}, **more,
    }  # fmt: skip


def write_predictions(
    path: Path, system: str, part: str, items: Mapping[str, Sequence[Row]], answers: Mapping[str, str | float],
    **more: Any,
) -> None:  # fmt: skip
    """Write answers, by row, to a file that appears whole or not at all. BadInput where it cannot be written."""
    lines: list[Mapping[str, Any]] = [header(system, part, items, **more)]
    for rows in items.values():
        for row in rows:
            if row.row_id in answers:
                key = "p_yes" if row.task == "yes_no" else "text"
                lines.append({"row_id": row.row_id, key: answers[row.row_id]})
    # Half a character becomes its escape in JSON, which is read back as it was.
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n", errors="backslashreplace")
