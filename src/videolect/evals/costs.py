"""What answers cost, as the lines of a file of predictions tell it: tokens, seconds, money."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """Sums over the lines of a file; None where no line tells it."""

    answers: int
    """Lines that hold an answer."""
    failed: int
    """Lines that hold an error: tries, some of which were answered later."""
    tokens: int | None
    prompt_tokens: int | None
    seconds: float | None
    money: float | None
    told_by: int
    """Answers that tell any of it."""


def costs_of(path: Path) -> Costs:
    """The costs of a file that ``read_predictions`` has read."""
    sums: dict[str, float] = {}
    answers = failed = told_by = 0
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for words in file:
            line = json.loads(words) if words.strip() else None
            if not isinstance(line, dict) or ("format" in line and "row_id" not in line):
                continue
            failed += bool(line.get("error"))
            answers += not line.get("error")
            told = {name: line[name] for name in _NAMES if _counts(line.get(name))}
            told_by += bool(told) and not line.get("error")
            for name, value in told.items():
                sums[name] = sums.get(name, 0) + value
    return Costs(
        answers=answers, failed=failed, told_by=told_by,
        tokens=int(sums["tokens"]) if "tokens" in sums else None,
        prompt_tokens=int(sums["prompt_tokens"]) if "prompt_tokens" in sums else None,
        seconds=sums.get("seconds"), money=sums.get("money"),
    )  # fmt: skip


_NAMES = ("tokens", "prompt_tokens", "seconds", "money")


def _counts(value: object) -> bool:
    """Whether it is a number that can be added: no bool, no NaN, not infinite, not below 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15


def sha256(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
