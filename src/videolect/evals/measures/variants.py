"""What different kinds of critique are worth: figures of each beside what training on it gave.

A variant is a set of critiques of the same drafts (the experts', a model's, corrupted ones) and the captions that a
reviser made with them. Each is measured as a critic is, and its recorded revisions as a closed loop of their own. Where
a training result is published for it, the figures are ranked beside it: a figure of merit for critiques should order
them as training does. With so few variants a rank correlation is a hint and no proof; it is told with their number.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from videolect.dataset.authors.triples import WORST
from videolect.dataset.authors.triples import Variant as Recorded
from videolect.dataset.corruption.values import original_id
from videolect.dataset.rows.row import Row
from videolect.evals.measures import critique
from videolect.evals.measures.scores import POOLED, RESAMPLES, Measure, Measured, as_json, mean, percent, scores_of
from videolect.metrics.intervals import Estimate, ratio
from videolect.metrics.ranking import spearman
from videolect.metrics.text import bleu_counts, corpus_bleu
from videolect.record.critique import is_sentinel
from videolect.record.triple import Triple

FIGURES: Mapping[str, str] = {
    **{
        name: says
        for name, says in critique.FIGURES.items()
        if name.startswith(("points", "construct", "loop", "words"))
    },
    "flawed_bleu4": critique.FIGURES["flawed_bleu4"],
    "reversed": "critiques of flawed captions that say no edits are needed; 0-100",
    "recorded_nearer": "captions that the recorded reviser brought nearer to the expert's; 0-100",
    "recorded_farther": "captions that it moved away; 0-100",
    "recorded_gain": "share of the word edits between draft and final that it saved; 0-100, may be negative",
    "recorded_bleu4": "BLEU-4 of the recorded revisions against the final captions",
}

PUBLISHED: Mapping[str, tuple[float, float, float]] = {
    "blind_model_critique": (10.9, 44.5, 21.1),
    "video_model_critique": (12.7, 62.0, 26.2),
    "replacement_error_critique": (12.1, 47.1, 21.9),
    "deletion_error_critique": (12.5, 56.6, 28.7),
    "nonconstructive_critique": (13.4, 67.2, 32.9),
    "no_check": (14.8, 73.1, 35.7),
    "with_check": (18.2, 89.8, 41.7),
}
"""Caption BLEU-4, reward accuracy, critique BLEU-4 after training on critiques of each kind: the ablation of arXiv
2604.21718. That its "inaccurate" is the replacement variant and its "incomplete" the deletion variant follows from
how they were made; insertion and worst caption have no published row."""
OUTCOMES = ("caption", "reward", "critique")


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """Critiques of one kind, by triple."""

    name: str
    critiques: Mapping[str, str]
    revised: Mapping[str, str] = field(default_factory=dict)
    """By triple: what a reviser made of draft and critique, where that was kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """Figures of each variant, and how they rank beside training."""

    figures: Mapping[str, Mapping[str, Estimate]]
    """Variant -> figure -> estimate, pooled."""
    ranks: Mapping[str, Mapping[str, float]]
    """Figure -> outcome of training -> Spearman's rank correlation over the variants that have both."""
    ranked: tuple[str, ...]
    """The variants that were ranked."""

    def as_json(self) -> dict[str, Any]:
        """Rounded to six digits; null where there is no figure."""
        return {
            "variants": as_json(self.figures), "ranks": {
                figure: {name: round(value, 6) if value == value else None for name, value in of.items()}
                for figure, of in self.ranks.items()
            },
            "ranked": list(self.ranked),
        }  # fmt: skip


def of_authors(recorded: Iterable[Recorded], triples: Sequence[Triple]) -> list[Variant]:
    """The authors' seven variants as they are filed, and the experts' critiques before and after the review.

    What another model wrote after an error, and what was made of a draft that has changed since, is left out. Without
    the check means: what the annotator wrote, where a reviewer rejected it.
    """
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    revised: dict[str, dict[str, str]] = defaultdict(dict)
    for each in recorded:
        if each.status == "success" and not each.fallback and not each.stale:
            if each.critique:
                texts[each.variant][each.triple_id] = each.critique
            after = each.bad_caption if each.variant == WORST else each.revised_caption
            if after:
                revised[each.variant][each.triple_id] = after
    sampled = {name for of in texts.values() for name in of}
    human = [each for each in triples if each.triple_id in sampled and each.kind == "revised" and each.critique]
    before = [each for each in human if each.verdict == "approved" or (each.same_draft and each.rejected_critique)]
    return [
        *(Variant(name=name, critiques=texts[name], revised=revised[name]) for name in sorted({*texts, *revised})),
        Variant(
            name="no_check",
            critiques={each.triple_id: each.rejected_critique or each.critique or "" for each in before},
            revised={e.triple_id: e.rejected_post_caption for e in before if e.rejected_post_caption},
        ),
        Variant(name="with_check", critiques={each.triple_id: each.critique or "" for each in human}),
    ]


def of_triples(name: str, triples: Iterable[Triple]) -> Variant:
    """Corrupted triples as a variant."""
    found = [triple for triple in triples if triple.critique]
    return Variant(
        name=name, critiques={original_id(each): each.critique or "" for each in found},
        revised={original_id(each): each.post_caption for each in found},
    )  # fmt: skip


def study(
    rows: Sequence[Row],
    variants: Sequence[Variant],
    *,
    published: Mapping[str, tuple[float, float, float]] = PUBLISHED,
    resamples: int = RESAMPLES,
) -> Study:
    """``rows``: critique rows of drafts and finals. Only flawed drafts are looked at: all variants have those."""
    figures = {}
    for variant in variants:
        measured = _measure(rows, variant)
        if pooled := scores_of(measured, resamples=resamples).get(POOLED):
            figures[variant.name] = pooled
    ranked = tuple(name for name in figures if name in published)
    ranks: dict[str, dict[str, float]] = {}
    for figure in FIGURES:
        # A variant without a single point has no precision: it is not ranked by it.
        having = [name for name in ranked if figure in figures[name] and not math.isnan(figures[name][figure].value)]
        if len(having) >= 3:
            values = [figures[name][figure].value for name in having]
            ranks[figure] = {
                outcome: spearman(values, [published[name][at] for name in having])
                for at, outcome in enumerate(OUTCOMES)
            }
    return Study(figures=figures, ranks=ranks, ranked=ranked)


def _measure(rows: Sequence[Row], variant: Variant) -> Measured:
    """The variant as a critic of the drafts, and its recorded revisions. A worst caption has only these."""
    finals = {row.triple_id: row.caption or "" for row in rows if row.what == "final"}
    if not variant.critiques:
        flawed = [row for row in rows if row.what == "draft" and row.triple_id in variant.revised]
        return Measured.of(flawed, _recorded(flawed, variant, finals))
    flawed = [row for row in rows if row.what == "draft" and row.triple_id in variant.critiques]
    texts = {row.row_id: variant.critiques[row.triple_id] for row in flawed}
    wanted = {row.triple_id for row in flawed}
    found = critique.measure(
        [*flawed, *(row for row in rows if row.what == "final" and row.triple_id in wanted)], texts
    )
    sentinels = critique.sentinels_of(rows)
    reversed_ = np.array([is_sentinel(texts[row.row_id], sentinels) for row in flawed], float)
    kept = tuple(measure for measure in found.measures if measure.name in FIGURES)
    return Measured(
        measures=(*kept, mean("reversed", reversed_, figure=percent(ratio)), *_recorded(flawed, variant, finals)),
        aspects=found.aspects, groups=found.groups, ids=found.ids,
    )  # fmt: skip


def _recorded(flawed: Sequence[Row], variant: Variant, finals: Mapping[str, str]) -> list[Measure]:
    at = [n for n, row in enumerate(flawed) if row.triple_id in variant.revised and row.triple_id in finals]
    if not at:
        return []
    drafts = [flawed[n].caption or "" for n in at]
    revised = [variant.revised[flawed[n].triple_id] for n in at]
    wanted = [finals[flawed[n].triple_id] for n in at]
    loop = critique.loop_measures(len(flawed), at, drafts, revised, wanted)
    renamed = [
        Measure(name=m.name.replace("loop", "recorded"), stats=m.stats, figure=m.figure, used=m.used) for m in loop
    ]
    used = np.zeros(len(flawed), np.bool_)
    used[at] = True
    stats = np.zeros((len(flawed), 10))
    stats[at] = bleu_counts(revised, wanted).stats("sacrebleu")
    bleu = Measure(name="recorded_bleu4", stats=stats, figure=lambda s: corpus_bleu(s, "sacrebleu"), used=used)
    return [*renamed, bleu]
