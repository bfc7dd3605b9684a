"""Folders of rows and files of answers to them, for tests of the harness: no model, made-up words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from videolect.dataset.rows.folder import contamination_of, origin_of, write_rows
from videolect.dataset.rows.row import Row, RowRule
from videolect.dataset.rows.splits import SplitRule
from videolect.dataset.triple_files import write_triples
from videolect.evals.benchmark import Benchmark
from videolect.evals.predictions import header
from videolect.language import load_spec
from videolect.record.triple import Triple

TASKS = ("caption", "critique", "yes_no")


def benchmark(folder: Path, triples: Sequence[Triple], part: str = "test", **rule: Any) -> Benchmark:
    """Rows of these triples, all of one part, in a new folder. ``rule``: of ``RowRule``."""
    split = SplitRule(shares={part: 1.0})
    path = folder.with_name(f"{folder.name}.jsonl")
    write_triples(triples, path)
    write_rows(
        folder, triples, RowRule(spec=load_spec(), split=split, **rule), format="ours", template="clips/{video_id}",
        origin=origin_of(path, triples), lineage=(), contamination=contamination_of(triples, split), code="test",
    )  # fmt: skip
    return Benchmark.read(folder, part)


def answer(row: Row, skill: float, number: int) -> dict[str, Any]:
    """What a made-up system of this skill, 0 to 1, says: the right thing to so many of the items."""
    knows = (number * 37 % 100) / 100 < skill
    line: dict[str, Any] = {"row_id": row.row_id, "tokens": 7, "prompt_tokens": 100, "seconds": 0.25}
    if row.task == "yes_no":
        return {**line, "p_yes": 0.9 - 0.001 * number if (row.target == "Yes") == knows else 0.1 + 0.001 * number}
    return {**line, "text": row.target if knows else "The camera pans left slowly."}


def write_answers(
    path: Path, made: Benchmark, *, system: str, skill: float = 0.7, tasks: Sequence[str] = TASKS,
    leave_out: int = 0, replace: Mapping[str, Mapping[str, Any]] | None = None, **told: Any,
) -> Path:  # fmt: skip
    """A file of predictions. ``leave_out``: of each task the last so many; ``replace``: by row, what its line holds."""
    items = {task: made.items[task] for task in tasks}
    lines: list[Mapping[str, Any]] = [header(system, made.part, items, **told)]
    for rows in items.values():
        for number, row in enumerate(rows[: len(rows) - leave_out]):
            lines.append({**answer(row, skill, number % 400), **(replace or {}).get(row.row_id, {})})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path
