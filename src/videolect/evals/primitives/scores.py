"""Scores of (clip, primitive) from a file: P(Yes) of a model, or any number that is larger where the answer is Yes.

JSON Lines begin with who answered what, ``{"format": "videolect-predictions-1", "system": NAME, "items": {"primitives":
HASH}}``, and hold a line for each answer: ``{"video_id": ..., "primitive": ..., "p_yes": ...}`` (or ``score``). CSV and
parquet have the columns video_id, primitive and score (or p_yes).

Nothing is dropped in silence: what is missing, doubled, unknown or no number is counted and named, and a file that
does not answer everything is refused unless the caller asks for a part.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.evals.predictions import FORMAT, LEAVE_OUT, Problem, Taken
from videolect.evals.primitives.tasks import TaskSet

_NAMES = ("video_id", "primitive")

Scored = Mapping[tuple[str, str], float]
"""(clip, primitive) -> score."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """What one system answered."""

    system: str
    scores: Scored
    problems: tuple[Problem, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def partial(self) -> bool:
        """Whether something is left unanswered."""
        return any(problem.kind in LEAVE_OUT for problem in self.problems)

    @property
    def probabilities(self) -> bool:
        """Whether all of them may be probabilities, so that 0.5 means something."""
        return all(0 <= score <= 1 for score in self.scores.values())


def read_scores(path: Path, tasks: TaskSet, *, partial: bool = False) -> Scores:
    """NotFound, CannotRead; BadInput where the file answers other tasks, or not everything unless ``partial``."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="Make one: eval primitives-run TASKS --out FILE.")
    told, lines = _read(path)
    named = (told.get("items") or {}).get("primitives") if isinstance(told.get("items"), dict | None) else None
    if told and named != tasks.items_hash:
        raise BadInput(
            f"{path.name} answers other tasks: {str(named)[:12]} and not {tasks.items_hash[:12]}.",
            mend="Score it with the tasks that it was made for.",
        )
    asked = {(clip, name) for clip, names in tasks.asked().items() for name in names}
    taken: Taken[tuple[str, str], float] = Taken(sorted(asked), named=":".join)
    for line in lines:
        key = (str(line.get("video_id")), str(line.get("primitive")))
        if key not in asked:
            taken.say("unknown", key)
        elif line.get("error"):
            taken.say("failed", key)
        elif (score := _number(line)) is None:
            taken.say("no_number", key)
        else:
            taken.add(key, score)
    scores, problems = taken.answers, taken.problems()
    if not scores:
        raise BadInput(
            f"{path.name} answers nothing that is asked.", mend="Give video_id and primitive as clips.jsonl has them."
        )
    if not partial and any(problem.kind in LEAVE_OUT for problem in problems):
        said = "; ".join(f"{p.count} {p.kind.replace('_', ' ')} ({', '.join(p.examples[:3])})" for p in problems)
        raise BadInput(
            f"{path.name} does not answer everything: {said}.",
            mend="Answer the rest (eval primitives-run goes on where it stopped), or score a part with --partial.",
        )
    return Scores(system=str(told.get("system") or path.stem), scores=scores, problems=problems, told=told)


def _number(line: Mapping[str, Any]) -> float | None:
    """None for what is no finite number; NaN is a model that said nothing."""
    value = line.get("p_yes", line.get("score"))
    if isinstance(value, str):  # of a CSV
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


# ------------------------------------------------------------------------------------------------------------- files


def _read(path: Path) -> tuple[dict[str, Any], Iterable[Mapping[str, Any]]]:
    try:
        if path.suffix == ".parquet":
            return {}, _parquet(path)
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".csv":
            return {}, _csv(path, text)
        lines = [json.loads(line) for line in text.split("\n") if line.strip()]
        if not all(isinstance(line, dict) for line in lines):
            raise ValueError("a line is no object")
    except (ValueError, RecursionError, OSError, csv.Error) as error:
        raise CannotRead(f"{path.name} holds no scores: {str(error)[:160]}.", mend="Mend or leave out it.") from None
    told = lines.pop(0) if lines and "format" in lines[0] else {}
    if told and told["format"] != FORMAT:
        raise CannotRead(f"{path.name} is of the format {str(told['format'])[:60]!r}.", mend=f"Write {FORMAT}.")
    return told, lines


def _csv(path: Path, text: str) -> Iterator[Mapping[str, Any]]:
    table = csv.DictReader(text.splitlines(), strict=True)
    _check_columns(path, table.fieldnames or ())
    return iter(list(table))


def _parquet(path: Path) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        _check_columns(path, table.column_names)
        rows: list[dict[str, Any]] = table.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise CannotRead(f"{path.name} is no parquet file: {error!s:.160}", mend="Write it anew.") from None
    return rows


def _check_columns(path: Path, names: Iterable[str]) -> None:
    there = set(names)
    missing = [name for name in _NAMES if name not in there]
    missing += [] if there & {"score", "p_yes"} else ["score"]
    if missing:
        raise BadInput(
            f"{path.name} has no column {missing[0]!r}.", mend="Scores stand in video_id, primitive and score."
        )
