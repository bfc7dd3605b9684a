"""How good critiques are, without asking whether they sound like the expert's.

Verdict (is anything to be mended?), the points found beside the expert's, whether they say what to write instead, and
the closed loop: a fixed reviser carries the critique out, and the caption comes nearer to the expert's or does not.
BLEU is told for all items, for flawed ones and for right ones apart, since half of them want one fixed phrase.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from videolect.dataset.rows.row import Row
from videolect.evals.measures.caption import text_measures
from videolect.evals.measures.scores import Measure, Measured, f1, mean, percent
from videolect.metrics.intervals import ratio
from videolect.metrics.text import word_edits
from videolect.points.apply import apply_points
from videolect.points.match import constructive, match_points
from videolect.points.reading.critique import points_of
from videolect.record.critique import SENTINELS, Point, is_sentinel

FIGURES: Mapping[str, str] = {
    "bleu4": "BLEU-4 of all critiques, sacrebleu, 13a, cased",
    "flawed_bleu4": "BLEU-4 of critiques of flawed captions",
    "sentinel_bleu4": "BLEU-4 of critiques of right captions, where the sentinel is due",
    "verdict": "captions of which it says rightly whether edits are needed; 0-100",
    "verdict_flawed": "flawed captions of which it says that edits are needed; 0-100",
    "verdict_right": "right captions of which it says that none are; 0-100",
    "points_precision": "points that the expert also makes; 0-100",
    "points_recall": "points of the expert that it makes; 0-100",
    "points_f1": "harmonic mean of the points' precision and recall; 0-100",
    "constructive": "points that say what to write instead; 0-100",
    "loop_nearer": "captions that come nearer to the expert's when the critique is carried out by rule; 0-100",
    "loop_farther": "captions that move away from it; 0-100",
    "loop_gain": "share of the word edits between draft and final caption that it saves; 0-100, may be negative",
    "bleu4_sentence": "mean of the critiques' BLEU-4, in which always answering the sentinel scores high",
    "words_ratio": "words of the critiques for each word of the experts'",
}

Reviser = Callable[[str, str], str]
"""(draft, critique) -> the draft after the critique."""


def by_rule(draft: str, critique: str, sentinels: tuple[str, ...] = SENTINELS) -> str:
    """The fixed reviser: the points that can be read from the critique, carried out by rule."""
    return apply_points(draft, points_in(critique, draft, sentinels))[0]


def sentinels_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """What says that no edits are needed: the sentinel that these rows teach (``data rows --sentinel``), and the usual
    ones. The first is the rows' own, where there is one."""
    return tuple(dict.fromkeys([*(row.target for row in rows if row.sentinel), *SENTINELS]))


def measure(
    rows: Sequence[Row], texts: Mapping[str, str], *, reviser: Reviser | None = None, full: bool = True
) -> Measured:  # fmt: skip
    """Critique rows against what a system wrote for them. ``full``: also points and the closed loop.

    ``reviser``: by rule where it is None.
    """
    sentinels = sentinels_of(rows)
    finals = {row.triple_id: row.caption or "" for row in rows if row.what == "final"}
    rows = [row for row in rows if row.row_id in texts]
    wrote, wanted = [texts[row.row_id] for row in rows], [row.target for row in rows]
    flawed = np.array([row.what == "draft" for row in rows], np.bool_)
    found = [
        *text_measures(wrote, wanted, full=False),
        *text_measures(wrote, wanted, used=flawed, prefix="flawed_", full=False),
        *text_measures(wrote, wanted, used=~flawed, prefix="sentinel_", full=False),
    ]
    found = [measure for measure in found if measure.name in FIGURES]
    # A blank answer says neither that edits are needed nor that none are.
    right = np.array(
        [bool(text.strip()) and is_sentinel(text, sentinels) != bad for text, bad in zip(wrote, flawed, strict=True)],
        float,
    )
    found += [
        mean("verdict", right, figure=percent(ratio)),
        mean("verdict_flawed", right, flawed, figure=percent(ratio)),
        mean("verdict_right", right, ~flawed, figure=percent(ratio)),
    ]
    if full:
        found += _points(rows, wrote, flawed, sentinels)
        revise = reviser or (lambda draft, critique: by_rule(draft, critique, sentinels))
        found += _loop(rows, wrote, finals, flawed, revise)
    return Measured.of(rows, found)


def _points(rows: Sequence[Row], wrote: Sequence[str], flawed: Any, sentinels: tuple[str, ...]) -> list[Measure]:
    """What the system finds beside what the expert found, of flawed captions; of right ones every point is false."""
    counts = np.zeros((len(rows), 4))  # both, found, true, constructive
    for at, (row, text) in enumerate(zip(rows, wrote, strict=True)):
        draft = row.caption or ""
        found = points_in(text, draft, sentinels)
        true = points_in(row.target, draft, sentinels) if flawed[at] else ()
        both = len(match_points(found, true, draft).pairs) if found and true else 0
        counts[at] = both, len(found), len(true), sum(map(constructive, found))
    every = np.ones(len(rows), np.bool_)

    def of(name: str, above: int, *below: int) -> Measure:
        figure = percent(ratio) if len(below) == 1 else percent(f1)
        return Measure(name=name, stats=counts[:, [above, *below]], figure=figure, used=every)

    return [
        of("points_precision", 0, 1), of("points_recall", 0, 2), of("points_f1", 0, 1, 2), of("constructive", 3, 1),
    ]  # fmt: skip


@lru_cache(maxsize=50_000)
def points_in(critique: str, draft: str, sentinels: tuple[str, ...] = SENTINELS) -> tuple[Point, ...]:
    """The points of a critique; of a sentinel none. Kept, as every system and floor is held against the same experts'
    critiques, and the loop reads what the points' figures have read."""
    return () if is_sentinel(critique, sentinels) else points_of(critique, draft)


def _loop(
    rows: Sequence[Row], wrote: Sequence[str], finals: Mapping[str, str], flawed: Any, reviser: Reviser
) -> list[Measure]:
    at = [number for number, row in enumerate(rows) if flawed[number] and row.triple_id in finals]
    drafts = [rows[number].caption or "" for number in at]
    wanted = [finals[rows[number].triple_id] for number in at]
    revised = [reviser(draft, wrote[number]) for draft, number in zip(drafts, at, strict=True)]
    return loop_measures(len(rows), at, drafts, revised, wanted)


def loop_measures(
    count: int, at: Sequence[int], drafts: Sequence[str], revised: Sequence[str], wanted: Sequence[str]
) -> list[Measure]:
    """``at``: which of ``count`` items the captions belong to. Distance is the least number of word edits."""
    before, after = (np.asarray(word_edits(texts, wanted), float) for texts in (drafts, revised))
    used = np.zeros(count, np.bool_)
    used[list(at)] = True
    nearer, farther = np.zeros(count), np.zeros(count)
    nearer[list(at)], farther[list(at)] = after < before, after > before
    gain = np.zeros((count, 2))
    gain[list(at)] = np.stack([before - after, before], axis=1) if len(at) else np.zeros((0, 2))
    return [
        mean("loop_nearer", nearer, used, figure=percent(ratio)),
        mean("loop_farther", farther, used, figure=percent(ratio)),
        Measure(name="loop_gain", stats=gain, figure=percent(ratio), used=used),
    ]
