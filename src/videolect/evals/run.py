"""A model answers the items of a benchmark: clip by clip, each film encoded once, every answer kept as it comes.

Answers are appended to the file of predictions, so a run that was stopped goes on where it was; what failed is tried
again. Which prompts are asked is checked against the rows: a model is not measured on words that nobody wrote down.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videolect.dataset.rows.row import Row, by_clip, prompt_of
from videolect.errors import BadInput, VideolectError
from videolect.evals.benchmark import Benchmark
from videolect.evals.predictions import header
from videolect.evals.run_file import is_answer, run_file
from videolect.vlm.base import GREEDY, Backend, Decoding, Film, NoAnswer, TooDear, Wanted
from videolect.vlm.prompts import Prompt
from videolect.writing.writer import NoCaption, caption_in, is_page

Shown = Callable[[Row, Wanted], Film]
"""The film of a row as a model wants to see it; errors of ``videolect.errors`` where there is none."""
Say = Callable[[int, int, float], None]
"""(answered, of how many, money)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What a run did."""

    answered: int
    """Items that have an answer now, those of earlier runs among them."""
    new: int
    failed: int
    items: int
    seconds: float
    tokens: int
    prompt_tokens: int
    encodings: int
    money: float
    stopped: str = ""
    """Why it ended before its end."""


def run(
    benchmark: Benchmark, tasks: Sequence[str], backend: Backend, shown: Shown, out: Path, *, system: str,
    how: Decoding = GREEDY, accept_cut: bool = False, most: int | None = None, say: Say | None = None,
) -> Ran:  # fmt: skip
    """Answer all items of these tasks that the file does not answer yet. ``most``: at most so many clips.

    BadInput where the file holds the answers of another system, or to other items, or is being written to.
    """
    if most is not None and most < 1:
        raise BadInput(f"{most} clips cannot be answered.", mend="Give 1 or more.")
    items = {task: benchmark.items[task] for task in tasks if task in benchmark.items}
    if missing := [task for task in tasks if task not in items]:
        raise BadInput(f"The part {benchmark.part} has no rows of {missing[0]}.", mend="Leave the task out.")
    spec_hash = benchmark.manifest["spec"]["hash"]
    asked = {row.row_id: prompt_of(row, spec_hash) for rows in items.values() for row in rows}
    told = header(
        system, benchmark.part, items, model=backend.model.id,
        parameters={**backend.model.parameters, **how.as_parameters()}, prompts=benchmark.manifest["prompts"],
    )  # fmt: skip
    new, failed, stopped = 0, 0, ""
    began = time.perf_counter()
    with run_file(out, told, same=("system", "items", "model", "parameters"), key=lambda line: line["row_id"]) as file:
        done = {line["row_id"] for line in file.lines if is_answer(line)}
        left = [row for rows in items.values() for row in rows if row.row_id not in done]
        count, before = len(asked), len(asked) - len(left)
        for number, group in enumerate(by_clip(left)):
            if most is not None and number >= most:
                stopped = f"{most} clips were answered, as was asked"
                break
            start, paid = time.perf_counter(), backend.spent.money
            lines, stopped = _answers(group, asked, backend, shown, how, accept_cut)
            _add_cost(lines, time.perf_counter() - start, backend.spent.money - paid)
            file.add(lines)
            failed += sum("error" in line for line in lines)
            new += sum("error" not in line for line in lines)
            if stopped:
                break
            if say is not None:
                say(before + new + failed, count, backend.spent.money)
    spent = backend.spent
    return Ran(
        answered=before + new, new=new, failed=failed, items=count, seconds=time.perf_counter() - began,
        tokens=spent.tokens, prompt_tokens=spent.prompt_tokens, encodings=spent.encodings, money=spent.money,
        stopped=stopped,
    )  # fmt: skip


def _add_cost(lines: Sequence[dict[str, Any]], seconds: float, money: float) -> None:
    """What a clip took, shared out evenly among its answers: a film is encoded once for all of them."""
    for line in lines:
        line["seconds"] = round(seconds / len(lines), 4)
        if money:
            line["money"] = money / len(lines)


def _answers(
    rows: Sequence[Row], asked: Mapping[str, Prompt], backend: Backend, shown: Shown, how: Decoding, accept_cut: bool
) -> tuple[list[dict[str, Any]], str]:
    try:
        film = shown(rows[0], backend.wanted)
    except VideolectError as error:
        return [{"row_id": row.row_id, "error": str(error)} for row in rows], ""
    return answer(rows, asked, backend, film, how, accept_cut=accept_cut)


def answer(
    rows: Sequence[Row], asked: Mapping[str, Prompt], backend: Backend, film: Film, how: Decoding = GREEDY, *,
    accept_cut: bool = False,
) -> tuple[list[dict[str, Any]], str]:  # fmt: skip
    """One line for each row of one clip; what fails is a line that says why. And why a run must end, if it must: what
    was answered until then is kept. ``asked``: the prompt of each row, by its id."""
    writes = [row for row in rows if row.task != "yes_no"]
    judges = [row for row in rows if row.task == "yes_no"]
    lines: list[dict[str, Any]] = []
    try:
        lines += _guarded(writes, lambda these: _written(these, asked, backend, film, how, accept_cut))
        lines += _guarded(judges, lambda these: _judged(these, asked, backend, film))
    except TooDear as error:
        return lines, str(error)
    return lines, ""


def _guarded(rows: Sequence[Row], ask: Callable[[Sequence[Row]], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Of several that fail together each is asked alone, so that one that cannot be answered takes no other with it;
    not where the server is away, which fails each of them."""
    try:
        return ask(rows) if rows else []
    except TooDear:
        raise
    except VideolectError as error:
        if len(rows) == 1 or (isinstance(error, NoAnswer) and error.passing):
            return [{"row_id": row.row_id, "error": str(error)} for row in rows]
    return [line for row in rows for line in _guarded([row], ask)]


def _written(
    rows: Sequence[Row], asked: Mapping[str, Prompt], backend: Backend, film: Film, how: Decoding, accept_cut: bool
) -> list[dict[str, Any]]:
    prompts = [asked[row.row_id] for row in rows]
    lines: list[dict[str, Any]] = []
    for row, prompt, [answer] in zip(rows, prompts, backend.generate(film, prompts, how), strict=True):
        line: dict[str, Any] = {"row_id": row.row_id}
        try:
            line["text"] = caption_in(answer, prompt, accept_cut=accept_cut)
        except NoCaption as error:
            # What the desk would show nobody is still what the system answered: it is scored, and told. A page for
            # browsers is the server's answer and not the system's; half a character is no text.
            broken = is_page(answer.text) or any("\ud800" <= sign <= "\udfff" for sign in answer.text)
            line |= {"error": str(error)} if broken else {"text": answer.text, "note": str(error)}
        lines.append({**line, "tokens": answer.tokens, "prompt_tokens": answer.prompt_tokens})
    return lines


def _judged(
    rows: Sequence[Row], asked: Mapping[str, Prompt], backend: Backend, film: Film
) -> list[dict[str, Any]]:  # fmt: skip
    scores = backend.p_yes(film, [asked[row.row_id] for row in rows])
    lines: list[dict[str, Any]] = []
    for row, score in zip(rows, scores, strict=True):
        line: dict[str, Any] = {"row_id": row.row_id, "p_yes": score.p_yes, "p_no": score.p_no}
        if not 0 <= score.p_yes <= 1:
            line = {"row_id": row.row_id, "error": f"The model gave P(Yes) as {score.p_yes}, which is no probability."}
        lines.append(line if score.exact or "error" in line else {**line, "p_yes_most": score.p_yes_most})
    return lines
