"""Captions by what they claim, against what is known of their clips: right, made up, left out, and turned round.

The claims are those that ``language.claims_of`` reads. What is said and not known of the clip is told apart (``open``)
and enters no rate. Recall is over what a caption of its aspect is expected to say: primitives that the specification
gives to the aspect, that the lexicon can read in words, and that are not so for an ordinary clip of which every
question has its neutral answer (the policy leaves those out). docs/primitive-benchmark.md has the formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from videolect.dataset.rows.row import Row
from videolect.evals.measures.scores import Measure, Measured
from videolect.evals.states import Known
from videolect.language.claims import claims_of
from videolect.language.spec import Spec, load_spec
from videolect.metrics import claims as counted
from videolect.metrics.claims import column
from videolect.metrics.intervals import divided
from videolect.metrics.opposites import opposites_of

Floats = NDArray[np.float64]
Figure = Callable[[Floats], Floats]

FIGURES: Mapping[str, str] = {
    "claims_precision": "of what is asserted and known, the share that is so",
    "claims_hallucination": "the rest of it: asserted and not so",
    "claims_recall": "of what is so and to be said, the share that is asserted",
    "claims_omission": "of what is so and to be said, the share of which nothing is said",
    "claims_f1": "harmonic mean of precision and recall",
    "claims_denied": "of what is denied and known, the share that is not so indeed",
    "claims_open": "of what is asserted, the share of which nothing is known",
    "claims_made": "primitives that a caption asserts, on average; a number",
    "claims_left_right": "precision of claims with a left or a right",
    "claims_left_right_swapped": "of these, the share that is the mirror of what is so",
    "claims_start_end": "precision of claims about the start or the end",
    "claims_start_end_swapped": "of these, the share that is so at the other end",
    "claims_order": "precision of claims with an order, such as from high to low",
    "claims_order_swapped": "of these, the share that is so in the reverse order",
}
"""What each figure is; 0-100 unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What of a specification the figures need."""

    sayable: Mapping[str, frozenset[str]]
    """Aspect -> what its captions are expected to say."""
    left_right: frozenset[str]
    start_end: frozenset[str]
    order: frozenset[str]


def measure(rows: Sequence[Row], texts: Mapping[str, str], known: Known, spec: Spec) -> Measured:
    """Caption rows against the states of their clips; those without an answer are left out."""
    rows = [row for row in rows if row.row_id in texts]
    return Measured.of(rows, measures(rows, [texts[row.row_id] for row in rows], known, spec))


def with_claims(of: Measured, rows: Sequence[Row], texts: Mapping[str, str], known: Known | None) -> Measured:
    """The measures of captions and those of their claims, by the shipped specification.

    Without states it is what it was.
    """
    if known is None or not of.ids:
        return of
    by_id = {row.row_id: row for row in rows}
    chosen = [by_id[name] for name in of.ids]
    more = measures(chosen, [texts[name] for name in of.ids], known, load_spec())
    return replace(of, measures=(*of.measures, *more))


def measures(rows: Sequence[Row], captions: Sequence[str], known: Known, spec: Spec) -> list[Measure]:
    """One caption for each row. A caption belongs to a figure where it has anything to count for it."""
    reading = _reading(spec)
    every, left_right, start_end, order = _counts(
        rows, captions, known, spec, reading, (None, reading.left_right, reading.start_end, reading.order)
    )
    asserted = ("right", "hallucinated", "open")
    return [
        _measure("claims_precision", every, counted.precision, ("right", "hallucinated")),
        _measure("claims_hallucination", every, counted.hallucination_rate, ("right", "hallucinated")),
        _measure("claims_recall", every, counted.recall, ("sayable",)),
        _measure("claims_omission", every, counted.omission_rate, ("sayable",)),
        _measure("claims_f1", every, counted.f1, ("right", "hallucinated", "sayable")),
        _measure("claims_denied", every, counted.denied_accuracy, ("denied_right", "denied_wrong")),
        _measure("claims_open", every, _share("open", asserted), asserted),
        _made(every, [row.video_id in known.clips for row in rows]),
        _measure("claims_left_right", left_right, counted.precision, ("right", "hallucinated")),
        _swapped("claims_left_right_swapped", left_right, "mirrored"),
        _measure("claims_start_end", start_end, counted.precision, ("right", "hallucinated")),
        _swapped("claims_start_end_swapped", start_end, "swapped_ends"),
        _measure("claims_order", order, counted.precision, ("right", "hallucinated")),
        _swapped("claims_order_swapped", order, "swapped_order"),
    ]


def _counts(
    rows: Sequence[Row], captions: Sequence[str], known: Known, spec: Spec, reading: _Reading,
    slices: Sequence[Collection[str] | None],
) -> list[Floats]:  # fmt: skip
    """For each slice the counts of each caption: [captions, columns]. All 0 where nothing is known of the clip."""
    found = [np.zeros((len(rows), len(counted.COLUMNS))) for _ in slices]
    pairs = opposites_of(spec.primitives)
    for aspect in dict.fromkeys(row.aspect for row in rows):
        at = [n for n, row in enumerate(rows) if row.aspect == aspect and row.video_id in known.clips]
        said = [claims_of(captions[n], spec.lexicon) for n in at]
        states = [known.clips[rows[n].video_id] for n in at]
        cells = counted.judge(said, states, reading.sayable.get(aspect, frozenset()), pairs)
        for table, only in zip(found, slices, strict=True):
            table[at] = cells.stats(only)
    return found


def _measure(name: str, stats: Floats, figure: Figure, needs: Sequence[str]) -> Measure:
    used = sum((column(stats, each) for each in needs), np.zeros(len(stats))) > 0
    return Measure(name=name, stats=stats * used[:, None], figure=lambda sums: 100 * figure(sums), used=used)


def _swapped(name: str, stats: Floats, what: str) -> Measure:
    return _measure(name, stats, _share(what, ("right", "hallucinated")), ("right", "hallucinated"))


def _share(of: str, among: Sequence[str]) -> Figure:
    def figure(sums: Floats) -> Floats:
        return divided(column(sums, of), sum((column(sums, each) for each in among), np.zeros(sums.shape[:-1])))

    return figure


def _made(stats: Floats, known: Sequence[bool]) -> Measure:
    used = np.array(known, np.bool_)
    made = column(stats, "right") + column(stats, "hallucinated") + column(stats, "open")
    return Measure(
        name="claims_made", stats=np.stack([made * used, used.astype(np.float64)], axis=1), used=used,
        figure=lambda sums: divided(sums[..., 0], sums[..., 1]),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- what is to be said


def sayable(spec: Spec, aspect: str) -> frozenset[str]:
    """What a caption of this aspect is expected to say where it is so."""
    return _reading(spec).sayable.get(aspect, frozenset())


_READINGS: dict[str, _Reading] = {}


def _reading(spec: Spec) -> _Reading:
    if spec.hash not in _READINGS:
        neutral = {field.id: field.neutral for field in spec.fields if field.neutral is not None}
        ordinary = {name for name, state in spec.derive(neutral).items() if state}
        words = spec.claimable - ordinary
        pairs = opposites_of(spec.primitives)
        _READINGS[spec.hash] = _Reading(
            sayable={
                aspect.id: frozenset(name for name in words if aspect.id in spec.primitives[name].aspects)
                for aspect in spec.aspects
            },
            left_right=frozenset(name for name in pairs.mirror if {"left", "right"} & {*name.split("_")}),
            start_end=frozenset(pairs.end), order=frozenset(pairs.order),
        )  # fmt: skip
    return _READINGS[spec.hash]
