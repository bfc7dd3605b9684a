"""The answers of one system to the items of a benchmark, as JSON Lines, and whether they are what they say they are.

The first line says who answered what: ``{"format": "videolect-predictions-1", "system": NAME, "items": {"test/caption":
HASH}, ...}``; what else stands in it (model, prompt versions, cost) is kept and shown. Every further line answers one
item: ``{"row_id": ..., "text": ...}`` for a caption or a critique, ``{"row_id": ..., "p_yes": ...}`` for a Yes/No item.

Nothing is dropped in silence: what is missing, doubled, unknown, no number, empty or in another form of Unicode is
counted and named. A file that does not answer everything is refused unless the caller asks for a part, and every report
then says so.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

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
class Costs:
    """What answers cost, as sums over their lines; None where no line tells it."""

    answers: int = 0
    """Lines that hold an answer."""
    failed: int = 0
    """Lines that hold an error: tries, some of which were answered later."""
    tokens: int | None = None
    prompt_tokens: int | None = None
    seconds: float | None = None
    money: float | None = None
    told_by: int = 0
    """Answers that tell any of it."""


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
    costs: Costs = Costs()
    sha256: str = ""
    """Of the file's bytes."""

    @property
    def partial(self) -> bool:
        """Whether items are left unanswered."""
        return any(problem.kind in LEAVE_OUT for problem in self.problems)

    @property
    def by_run(self) -> bool:
        """Whether eval run wrote them: it alone tells the parameters and prompts that it asked with."""
        return "parameters" in self.told and "prompts" in self.told


LEAVE_OUT = frozenset({"missing", "contradicting", "no_number", "no_text", "failed"})
"""Problems for which an item stays unanswered."""


def read_predictions(
    path: Path, items: Mapping[str, Sequence[Row]], part: str, *, partial: bool = False
) -> Predictions:
    """The answers in a file to the items of a part, by task.

    NotFound, CannotRead; BadInput where the file answers other items, or not all of those that it is about and
    ``partial`` is not set.
    """
    told, lines, sha256 = _lines(path)
    asked = _asked(path, told, lines, items, part)
    found = answers_in(lines, {task: items[task] for task in asked}, system=str(told.get("system") or path.stem))
    if not found.texts and not found.yes:
        raise BadInput(
            f"{path.name} answers none of the items: {_said(found.problems)}.", mend="Let a model answer: eval run."
        )
    if not partial and found.partial:
        raise BadInput(
            f"{path.name} does not answer all items: {_said(found.problems)}.",
            mend="Answer the rest (eval run goes on where it stopped), or score what is there with --partial.",
        )
    return replace(found, told=told, costs=_costs(lines), sha256=sha256)


def answers_in(
    lines: Iterable[Mapping[str, Any]], items: Mapping[str, Sequence[Row]], *, system: str
) -> Predictions:  # fmt: skip
    """The answers that these lines give to all of these items."""
    rows = {row.row_id: row for of in items.values() for row in of}
    taken: Taken[str, str | float] = Taken(rows, named=lambda name: name)
    for line in lines:
        _take(line, rows, taken)
    return Predictions(
        system=system, tasks=tuple(items), problems=taken.problems(),
        texts={name: each for name, each in taken.answers.items() if isinstance(each, str)},
        yes={name: each for name, each in taken.answers.items() if not isinstance(each, str)},
    )  # fmt: skip


def of_common(one: Predictions, other: Predictions) -> tuple[Predictions, Predictions]:
    """Both with only the answers to items that both answered: what a figure makes of one item may hang on others, as
    the area does on the drafts and CIDEr on the captions."""
    texts, yes = one.texts.keys() & other.texts.keys(), one.yes.keys() & other.yes.keys()
    left, right = (
        replace(
            each, texts={name: text for name, text in each.texts.items() if name in texts},
            yes={name: score for name, score in each.yes.items() if name in yes},
        )
        for each in (one, other)
    )  # fmt: skip
    return left, right


def _take(line: Mapping[str, Any], rows: Mapping[str, Row], taken: Taken[str, str | float]) -> None:
    name = _name(line)
    row = rows.get(name)
    if row is None or line.get("error"):
        taken.say("unknown" if row is None else "failed", name)
    elif row.task == "yes_no":
        score = line.get("p_yes")
        if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
            taken.say("no_number", name)  # NaN is not between 0 and 1 either
        else:
            taken.add(name, float(score))
    else:
        _take_text(name, line.get("text"), taken)
        if line.get("note"):
            taken.say("noted", name)


def _take_text(name: str, value: object, taken: Taken[str, str | float]) -> None:
    if not isinstance(value, str) or any("\ud800" <= sign <= "\udfff" for sign in value):
        taken.say("no_text", name)
        return
    text = unicodedata.normalize("NFC", value)
    if taken.add(name, text):
        if text != value:
            taken.say("other_unicode", name)
        if not text.strip():
            taken.say("empty", name)


def _said(problems: Iterable[Problem]) -> str:
    return "; ".join(f"{p.count} {p.kind.replace('_', ' ')} ({', '.join(p.examples[:3])})" for p in problems)


Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Taken(Generic[Key, Value]):
    """Answers as they come, to what is asked, and what is wrong with them. Of two that differ neither counts: which was
    meant nobody knows. What failed and was answered later is answered."""

    def __init__(self, asked: Iterable[Key], *, named: Callable[[Key], str]) -> None:
        self.asked, self.named = tuple(asked), named
        self.answers: dict[Key, Value] = {}
        self._bad: dict[str, list[Key]] = {}
        self._contradicted: set[Key] = set()

    def say(self, kind: str, key: Key) -> None:
        """Something is wrong: ``Problem.kind``."""
        self._bad.setdefault(kind, []).append(key)

    def add(self, key: Key, value: Value) -> bool:
        """An answer; whether it is the first."""
        if key not in self.answers and key not in self._contradicted:
            self.answers[key] = value
            return True
        self.say("doubled", key)
        if key not in self._contradicted and self.answers[key] != value:
            self._contradicted.add(key)
            del self.answers[key]
            self.say("contradicting", key)
        return False

    def problems(self) -> tuple[Problem, ...]:
        """All, what is missing among them. Something that is no answer, beside an answer, doubles it."""
        bad = {kind: list(keys) for kind, keys in self._bad.items()}
        for kind in ("no_number", "no_text"):
            bad.setdefault("doubled", []).extend(key for key in bad.get(kind, ()) if key in self.answers)
        for kind in ("failed", "no_number", "no_text"):
            bad[kind] = [key for key in dict.fromkeys(bad.get(kind, ())) if key not in self.answers]
        told = {key for kind in LEAVE_OUT for key in bad.get(kind, ())}
        bad["missing"] = [key for key in self.asked if key not in self.answers and key not in told]
        return tuple(
            Problem(kind=kind, count=len(keys), examples=tuple(self.named(key)[:120] for key in keys[:_SHOWN]))
            for kind, keys in sorted(bad.items())
            if keys
        )


def _lines(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """The first line, the others, and the file's hash."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="Make one: eval run ROWS --writer W --out FILE.")
    try:
        whole = path.read_bytes()
        words = whole.decode("utf-8-sig").split("\n")
    except (UnicodeDecodeError, OSError) as error:
        raise CannotRead(
            f"{path.name} holds no predictions: {str(error)[:200]}.", mend="Write JSON Lines in UTF-8."
        ) from None
    lines = [_line(path, number, line) for number, line in enumerate(words, 1) if line.strip()]
    told = lines.pop(0) if lines and "format" in lines[0] and "row_id" not in lines[0] else {}
    if told and told["format"] != FORMAT:
        raise CannotRead(f"{path.name} is of the format {str(told['format'])[:60]!r}.", mend=f"Write {FORMAT}.")
    return told, lines, hashlib.sha256(whole).hexdigest()


def _costs(lines: Iterable[Mapping[str, Any]]) -> Costs:
    sums: dict[str, float] = {}
    answers = failed = told_by = 0
    for line in lines:
        failed += bool(line.get("error"))
        answers += not line.get("error")
        told = {name: line[name] for name in _COSTS if _counts(line.get(name))}
        told_by += bool(told) and not line.get("error")
        for name, value in told.items():
            sums[name] = sums.get(name, 0) + value
    return Costs(
        answers=answers, failed=failed, told_by=told_by,
        tokens=int(sums["tokens"]) if "tokens" in sums else None,
        prompt_tokens=int(sums["prompt_tokens"]) if "prompt_tokens" in sums else None,
        seconds=sums.get("seconds"), money=sums.get("money"),
    )  # fmt: skip


_COSTS = ("tokens", "prompt_tokens", "seconds", "money")


def _counts(value: object) -> bool:
    """Whether it is a number that can be added: no bool, no NaN, not infinite, not below 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15


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
