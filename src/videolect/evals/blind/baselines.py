"""Floors and ceilings: what needs no skill, and what people reach against each other. They stand in every report.

Floors of captions: one of another clip, and the draft handed in unchanged. Of rewards: the longer caption wins, and a
classifier that reads the text without looking. Of critiques: always the sentinel, and the right verdict with somebody
else's critique. Ceilings: what the annotator wrote, measured against the reviewer who rejected it and wrote anew.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from videolect.dataset.rows.row import Row
from videolect.evals.benchmark import Benchmark
from videolect.evals.blind import judges
from videolect.evals.measures import critique
from videolect.evals.measures.scores import RESAMPLES, Measured, Scores
from videolect.evals.measures.system import measure_task, scores_of_all
from videolect.evals.predictions import ANSWERED
from videolect.evals.states import Known

READER = "blind_words"
"""The floor of rewards that has learnt from words: what a reward is above it, it owes to more than the text."""
BLIND_REWARDS = ("longer_wins", "more_characters_win", READER)
"""The floors of rewards that look at the two texts and at nothing else."""

Items = Mapping[str, Sequence[Row]]
"""Task -> rows of one part."""
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """Answers that nobody thought about, or that people gave."""

    name: str
    kind: Literal["floor", "ceiling"]
    task: str
    says: str
    """One sentence for the report."""
    texts: Mapping[str, str] = field(default_factory=dict)
    yes: Mapping[str, float] = field(default_factory=dict)
    probabilities: bool = False
    """Whether the scores of a reward mean something beside 0.5."""


def baselines(
    items: Items, train: Items | None = None, *, tasks: Sequence[str] = ANSWERED, seed: int = 0
) -> list[Baseline]:
    """Those of the tasks for which the items suffice. ``train``: rows of other sources, from which the blind classifier
    learns."""
    found = [
        *(_of_captions(items, seed) if "caption" in tasks else ()),
        *(_of_rewards(items.get("yes_no", ()), (train or {}).get("yes_no", ()), seed) if "yes_no" in tasks else ()),
        *(_of_critiques(items, seed) if "critique" in tasks else ()),
    ]
    return [each for each in found if each.texts or each.yes]


def measure(baseline: Baseline, items: Items, known: Known | None = None, *, full: bool = True) -> Measured:
    """The baseline measured as any system is."""
    return measure_task(
        baseline.task, items[baseline.task], texts=baseline.texts, yes=baseline.yes, known=known, full=full,
        probabilities=baseline.probabilities,
    )  # fmt: skip


def score_baselines(
    benchmark: Benchmark, tasks: Sequence[str], *, resamples: int = RESAMPLES, full: bool = True, say: Say | None = None
) -> list[tuple[Baseline, Scores]]:  # fmt: skip
    """All floors and ceilings of these tasks."""
    return [
        (each, scores_of_all({each.task: measured}, resamples=resamples))
        for each, measured in measure_baselines(benchmark, tasks, full=full, say=say)
    ]


def measure_baselines(
    benchmark: Benchmark, tasks: Sequence[str], *, full: bool = True, say: Say | None = None
) -> list[tuple[Baseline, Measured]]:
    """The measures of all floors and ceilings of these tasks."""
    found = []
    for each in baselines(benchmark.items, benchmark.train, tasks=tasks):
        if say is not None:
            say(f"{each.task}: {each.name}")
        found.append((each, measure(each, benchmark.items, benchmark.known, full=full)))
    return found


def _of_captions(items: Items, seed: int) -> list[Baseline]:
    rows = items.get("caption", ())
    drafts = drafts_of(items)
    rejected = {
        row.triple_id: row.rejected or "" for row in items.get("preference", ()) if row.what == "final>rejected"
    }
    return [
        Baseline(
            name="random_caption", kind="floor", task="caption",
            says="the final caption of another source, of the same aspect",
            texts=_of_others(rows, lambda row: row.target, seed),
        ),
        Baseline(
            name="copy_draft", kind="floor", task="caption", says="the draft as it was, of all captions",
            texts={row.row_id: drafts.get(row.triple_id, row.target) for row in rows} if drafts else {},
        ),
        Baseline(
            name="annotator_against_reviewer", kind="ceiling", task="caption",
            says="the annotator's caption where a reviewer rejected it and wrote another",
            texts={row.row_id: rejected[row.triple_id] for row in rows if row.triple_id in rejected},
        ),
    ]  # fmt: skip


def drafts_of(items: Items) -> dict[str, str]:
    """Triple -> its draft, where any row tells it."""
    found = {row.triple_id: row.caption or "" for row in items.get("critique", ()) if row.what == "draft"}
    found |= {row.triple_id: row.caption or "" for row in items.get("yes_no", ()) if row.what == "draft"}
    return found | {
        row.triple_id: row.rejected or "" for row in items.get("preference", ()) if row.what == "final>draft"
    }


def _of_rewards(rows: Sequence[Row], train: Sequence[Row], seed: int) -> list[Baseline]:
    if not rows:
        return []
    learnt = "other sources of the training part" if judges.teaches(train) else "the other sources, fold by fold"
    return [
        Baseline(
            name="longer_wins", kind="floor", task="yes_no", says="the caption of more words scores higher",
            yes=judges.longer_wins(rows),
        ),
        Baseline(
            name="more_characters_win", kind="floor", task="yes_no",
            says="the caption of more characters scores higher", yes=judges.longer_wins(rows, characters=True),
        ),
        Baseline(
            name=READER, kind="floor", task="yes_no", probabilities=True,
            says=f"TF-IDF of 1-3 words and logistic regression, which never sees the film; learnt from {learnt}",
            yes=judges.blind_yes(rows, train, seed=seed),
        ),
    ]  # fmt: skip


def _of_critiques(items: Items, seed: int) -> list[Baseline]:
    rows = items.get("critique", ())
    sentinel = critique.sentinels_of(rows)[0]
    flawed = [row for row in rows if row.what == "draft"]
    others = _of_others(flawed, lambda row: row.target, seed)
    rejected = {
        row.triple_id: row.rejected or "" for row in items.get("preference", ()) if row.what == "critique>rejected"
    }
    return [
        Baseline(
            name="always_sentinel", kind="floor", task="critique", says="that no edits are needed, of every caption",
            texts={row.row_id: sentinel for row in rows},
        ),
        Baseline(
            name="perfect_verdict_random_critique", kind="floor", task="critique",
            says="the right verdict, and the critique of another source's caption of the same aspect",
            texts={row.row_id: others.get(row.row_id, sentinel) for row in rows} if flawed else {},
        ),
        Baseline(
            name="annotator_against_reviewer", kind="ceiling", task="critique",
            says="the annotator's critique where a reviewer rejected it and wrote another of the same draft",
            texts={row.row_id: rejected[row.triple_id] for row in flawed if row.triple_id in rejected},
        ),
    ]  # fmt: skip


def _of_others(rows: Sequence[Row], text: Callable[[Row], str], seed: int) -> dict[str, str]:
    """Each row's text by another source of its aspect; of a row without such a neighbour none."""
    by_aspect: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_aspect[row.aspect].append(row)
    found = {}
    for group in by_aspect.values():
        mixed = sorted(group, key=lambda row: _mix(row.row_id, seed))
        for at, row in enumerate(mixed):
            others = (mixed[(at + step) % len(mixed)] for step in range(1, len(mixed)))
            other = next((each for each in others if each.source_id != row.source_id), None)
            if other is not None:
                found[row.row_id] = text(other)
    return found


def _mix(name: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}\0{name}".encode(), digest_size=8).digest()
