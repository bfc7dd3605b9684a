"""A report on systems: their figures beside floors, ceilings and each other, from files of predictions and rows.

It is collected here and written as one page by ``report.page``; no model is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from videolect import __version__
from videolect.dataset.rows.row import Row
from videolect.errors import BadInput
from videolect.evals.benchmark import Benchmark
from videolect.evals.blind.baselines import Baseline, measure_baselines
from videolect.evals.measures.names import task_and_own
from videolect.evals.measures.scores import RESAMPLES, Measured
from videolect.evals.measures.system import score_system, scores_of_all
from videolect.evals.plots.pen import TONES, Svg
from videolect.evals.plots.systems import Kind
from videolect.evals.predictions import Predictions, read_predictions
from videolect.evals.report.examples import Example, Thumbnail, examples
from videolect.evals.report.leaderboard import Line as BoardLine
from videolect.evals.report.scores import Calibrated, Leak, Lengths, calibrated, leak, lengths_of
from videolect.evals.report.tables import TASKS, Entry, Matrix, Section, Table, headline, matrices, section

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """One file of predictions, measured."""

    file: str
    predictions: Predictions
    entry: Entry
    counts: tuple[tuple[str, int, int], ...]
    """(task, items answered, items)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The examples of one system and task."""

    task: str
    entry: Entry
    examples: tuple[Example, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All that stands on the page."""

    folder: str
    part: str
    manifest: Mapping[str, Any]
    date: str
    code: str
    resamples: int
    full: bool
    answered: tuple[Answered, ...]
    entries: tuple[Entry, ...]
    """Systems, then floors, then ceilings."""
    headline: Table
    sections: tuple[Section, ...]
    leak: Leak | None
    matrices: tuple[Matrix, ...]
    calibrated: tuple[Calibrated, ...]
    calibration: Svg | None
    lengths: tuple[Lengths, ...]
    shown: tuple[Shown, ...]
    states: Mapping[str, Any] | None
    """What the states were read from, against which claims are scored."""
    prompts: tuple[tuple[str, int, Row], ...]
    """(task, different prompts, a row that shows one)."""
    commands: tuple[str, ...] = ()
    """How the report is made again: who collected it says."""

    @property
    def partial(self) -> bool:
        """Whether any system left items unanswered."""
        return any(each.predictions.partial for each in self.answered)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """How a report is made."""

    partial: bool = False
    resamples: int = RESAMPLES
    full: bool = True
    examples: int = 1
    """Worst, middle and best of each aspect, so many of each."""
    thumbnail: Thumbnail | None = None
    say: Say | None = field(default=None)


def collect(benchmark: Benchmark, files: Sequence[Path], wishes: Wishes, *, now: datetime) -> Report:
    """Score the files and all that stands beside them.

    BadInput where a file does not answer all items and ``wishes.partial`` is not set, or two are named alike.
    """
    answered = _read(benchmark, files, wishes)
    tasks = [task for task in TASKS if any(task in each.entry.measured for each in answered)]
    beside = _beside(measure_baselines(benchmark, tasks, full=wishes.full, say=wishes.say), wishes.resamples)
    systems = [each.entry for each in answered]
    entries = (*systems, *beside)
    if wishes.say is not None:
        wishes.say("differences between systems")
    found = matrices(entries, wishes.resamples)
    of = {each.entry.name: each.predictions for each in answered}
    worth, curves = calibrated(entries, benchmark.items.get("yes_no", ()), of)
    return Report(
        folder=benchmark.folder.name, part=benchmark.part, manifest=benchmark.manifest,
        date=now.strftime("%Y-%m-%d %H:%M UTC"), code=f"videolect {__version__}", resamples=wishes.resamples,
        full=wishes.full, answered=tuple(answered), entries=entries,
        headline=headline(entries), sections=tuple(section(task, entries) for task in tasks),
        leak=leak(entries, found), matrices=tuple(found),
        calibrated=worth, calibration=curves,
        lengths=tuple(lengths_of(entries, benchmark.items, of)),
        shown=tuple(_shown(benchmark, answered, tasks, wishes)),
        states=None if benchmark.known is None else benchmark.known.origin,
        prompts=tuple(_prompts(benchmark.items, tasks)),
    )  # fmt: skip


def _read(benchmark: Benchmark, files: Sequence[Path], wishes: Wishes) -> list[Answered]:
    found: list[Answered] = []
    for number, path in enumerate(files):
        predictions = read_predictions(path, benchmark.items, benchmark.part, partial=wishes.partial)
        if twin := next((each for each in found if each.entry.name == predictions.system), None):
            raise BadInput(
                f"{twin.file} and {path.name} are both named {predictions.system[:80]!r}.",
                mend='Give one another name: "system" in its first line, or eval run --system.',
            )
        if wishes.say is not None:
            wishes.say(f"figures of {predictions.system}")
        system = score_system(predictions, benchmark, resamples=wishes.resamples, full=wishes.full)
        entry = Entry(
            name=predictions.system, kind="system", says=str(predictions.told.get("model", "")),
            tone=number % TONES + 1, scores=system.scores, measured=system.measured, partial=predictions.partial,
        )  # fmt: skip
        known = {*predictions.texts, *predictions.yes}
        found.append(
            Answered(
                file=path.name, predictions=predictions, entry=entry,
                counts=tuple(
                    (task, sum(row.row_id in known for row in benchmark.items[task]), len(benchmark.items[task]))
                    for task in predictions.tasks
                ),
            )
        )  # fmt: skip
    return found


def _beside(measured: Sequence[tuple[Baseline, Measured]], resamples: int) -> list[Entry]:
    """Floors, then ceilings; one line for a baseline that stands beside several tasks."""
    grouped: dict[tuple[Kind, str], dict[str, tuple[Baseline, Measured]]] = {}
    for base, each in measured:
        grouped.setdefault((base.kind, base.name), {})[base.task] = (base, each)
    found = []
    for kind in ("floor", "ceiling"):
        for (of_kind, name), of in grouped.items():
            if of_kind == kind:
                by_task = {task: each for task, (_, each) in of.items()}
                says = "; ".join(dict.fromkeys(base.says for base, _ in of.values()))
                found.append(
                    Entry(
                        name=name, kind=of_kind, says=says, tone=0, measured=by_task,
                        scores=scores_of_all(by_task, resamples=resamples),
                    )
                )  # fmt: skip
    return found


def _shown(
    benchmark: Benchmark, answered: Sequence[Answered], tasks: Sequence[str], wishes: Wishes
) -> list[Shown]:  # fmt: skip
    found = []
    for task in tasks:
        for each in answered:
            if task in each.entry.measured:
                if wishes.say is not None and wishes.examples:
                    wishes.say(f"examples of {each.entry.name}")
                made = examples(
                    task, benchmark.items[task], each.predictions, each=wishes.examples, thumbnail=wishes.thumbnail
                )
                if made:
                    found.append(Shown(task=task, entry=each.entry, examples=tuple(made)))
    return found


def _prompts(items: Mapping[str, Sequence[Row]], tasks: Sequence[str]) -> list[tuple[str, int, Row]]:
    return [(task, len({row.prompt_hash for row in items[task]}), items[task][0]) for task in tasks if items[task]]


# ------------------------------------------------------------------------------------------------------- leaderboard


def board_lines(report: Report, *, set: str = "") -> list[BoardLine]:
    """A line for each system, floor and ceiling, scope and figure."""
    of = {each.entry.key: each for each in report.answered}
    lines = []
    for entry in report.entries:
        answered = of.get(entry.key)
        left = {task for task, done, count in answered.counts if done < count} if answered else frozenset()
        for scope, figures in entry.scores.items():
            for figure, each in figures.items():
                task, _ = task_and_own(figure)
                lines.append(
                    BoardLine(
                        set=set, part=report.part, task=task, figure=figure, scope=scope, system=entry.name,
                        kind=entry.kind, **each.as_json(),
                        items=report.manifest["files"][f"{report.part}/{task}.jsonl"]["items"],
                        partial=task in left, date=report.date, code=report.code,
                        predictions=answered.predictions.sha256 if answered else None,
                    )
                )  # fmt: skip
    return lines
