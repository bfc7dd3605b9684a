"""A model answers the questions of primitive tasks, clip by clip, each film encoded once; no answer is lost.

A run that was stopped goes on where it was; what failed is asked again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videolect.errors import VideolectError
from videolect.evals.predictions import FORMAT
from videolect.evals.primitives.tasks import TaskSet
from videolect.evals.run_file import is_answer, run_file
from videolect.vlm.base import Backend, Film, TooDear, Wanted

Shown = Callable[[str, Wanted], Film]
"""The film of a clip as a model wants to see it; errors of ``videolect.errors`` where there is none."""
Say = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What a run did."""

    answered: int
    """Questions that have an answer now, those of earlier runs among them."""
    new: int
    failed: int
    asked: int
    seconds: float
    encodings: int
    money: float
    stopped: str = ""
    """Why it ended before its end."""


def run(
    tasks: TaskSet, backend: Backend, shown: Shown | None, out: Path, *, system: str, most: int | None = None,
    say: Say | None = None,
) -> Ran:  # fmt: skip
    """Ask all that the file does not answer yet. ``shown``: None shows nothing, which tells what the words alone give.
    ``most``: at most so many clips. BadInput where the file holds the answers of another system, or of other tasks."""
    parameters = {**backend.model.parameters, "blind": shown is None}
    told = {
        "format": FORMAT, "system": system, "items": {"primitives": tasks.items_hash}, "model": backend.model.id,
        "parameters": parameters,
    }  # fmt: skip
    began, every = time.perf_counter(), tasks.asked()
    asked, new, failed, stopped = sum(map(len, every.values())), 0, 0, ""
    blind: dict[str, float] = {}
    with run_file(out, told, same=("system", "items", "model", "parameters"), key=_asks) as file:
        done = {_asks(line) for line in file.lines if is_answer(line)}
        left = {clip: [n for n in names if (clip, n) not in done] for clip, names in every.items()}
        left = {clip: names for clip, names in left.items() if names}
        before = asked - sum(map(len, left.values()))
        for number, (clip, names) in enumerate(left.items()):
            if most is not None and number >= most:
                stopped = f"{most} clips were answered, as was asked"
                break
            try:
                lines = _answers(clip, names, tasks, backend, shown, blind)
            except TooDear as error:
                stopped = str(error)
                break
            file.add(lines)
            failed += sum("error" in line for line in lines)
            new += sum("error" not in line for line in lines)
            if say is not None:
                say(before + new + failed, asked)
    return Ran(
        answered=before + new, new=new, failed=failed, asked=asked, seconds=time.perf_counter() - began,
        encodings=backend.spent.encodings, money=backend.spent.money, stopped=stopped,
    )  # fmt: skip


def _answers(
    clip: str, names: Sequence[str], tasks: TaskSet, backend: Backend, shown: Shown | None, blind: dict[str, float]
) -> list[dict[str, Any]]:
    """One line for each question. What fails is a line that says why, and the run goes on."""
    try:
        if shown is None:
            new = [name for name in names if name not in blind]
            scores = backend.p_yes(None, [tasks.prompt(name) for name in new]) if new else []
            blind |= {name: score.p_yes for name, score in zip(new, scores, strict=True)}
            return [_line(clip, name, p_yes=blind[name]) for name in names]
        film = shown(clip, backend.wanted)
        scores = backend.p_yes(film, [tasks.prompt(name) for name in names])
    except TooDear:
        raise
    except VideolectError as error:
        return [_line(clip, name, error=str(error)) for name in names]
    return [
        _line(clip, name, p_yes=score.p_yes, p_no=score.p_no)
        | ({} if score.exact else {"p_yes_most": score.p_yes_most})
        for name, score in zip(names, scores, strict=True)
    ]


def _line(clip: str, name: str, **told: Any) -> dict[str, Any]:
    return {"video_id": clip, "primitive": name, **told}


def _asks(line: Mapping[str, Any]) -> tuple[str, str]:
    return line["video_id"], line["primitive"]
