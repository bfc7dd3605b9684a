"""Seeds for which a wish comes true, tried one after another. The glossary takes the most telling of several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from videolect.errors import BadInput
from videolect.language.spec import Spec
from videolect.stage.clips import Clip, clip_of
from videolect.stage.orders import Aim, Job, Order
from videolect.stage.truth import Truth
from videolect.stage.truth.measure import AXES, Measured

Found = tuple[Clip, Truth, Aim | None]
"""A clip with its truth, and the aim that came true, if one did."""

_TRIES = {"glossary": 14, "exam": 12, "bench": 8, "train": 8}
"""Of each aim."""
_CHOICE = 5
"""Of so many clips that show a primitive the glossary has the most telling one."""
_BESIDE = 3
"""So many wishes for a look-alike are tried with the same seed."""


def found_together(spec: Spec, jobs: Sequence[Job], order: Order) -> list[Found | str]:
    """For each what ``found_for`` finds; the two of a glossary's pair with one seed, if that can be.

    With one seed place, people and lens are the same, and nothing differs but what the two are to tell apart.
    """
    if order.set != "glossary" or len(jobs) != 2:
        return [found_for(spec, job, order) for job in jobs]
    shown, beside = jobs
    found = _most_telling(spec, shown, order, beside)
    if isinstance(found, str):
        return [found, found_for(spec, beside, order)]
    clip, other = found
    return [clip, other if other is not None else found_for(spec, beside, order)]


def found_for(spec: Spec, job: Job, order: Order) -> Found | str:
    """The first attempt for which an aim comes true, of a glossary the most telling; else, in train and bench, the last
    possible clip; else why not.
    """
    if order.set == "glossary":
        telling = _most_telling(spec, job, order, None)
        return telling if isinstance(telling, str) else telling[0]
    spare: tuple[Clip, Truth] | None = None
    why = "nothing was drawn"
    for aim, seed in _attempts(job, order):
        made = _attempt(spec, aim, seed, order)
        if isinstance(made, str):
            why = made
            continue
        clip, truth, _ = made
        if _shows(truth, aim):
            return clip, truth, aim
        spare, why = (clip, truth), f"the attempts showed {aim.primitive} as {truth.states[aim.primitive]}"
    if order.set in ("train", "bench") and spare is not None:
        return *spare, None
    return why


def _most_telling(spec: Spec, job: Job, order: Order, beside: Job | None) -> tuple[Found, Found | None] | str:
    """The best of the first clips that show it, with what comes out beside it for the same seed."""
    best: tuple[float, Found, Found | None] | None = None
    hits, why = 0, "nothing was drawn"
    for number, aim in enumerate(job.aims):
        for seed in _seeds(job, order, number):
            made = _attempt(spec, aim, seed, order)
            if isinstance(made, str) or not _shows(made[1], aim):
                why = made if isinstance(made, str) else f"the attempts showed it as {made[1].states[aim.primitive]}"
                continue
            other = None if beside is None else _beside(spec, beside, aim, seed, order)
            score = _telling(*made[1:]) + (other[1] if other is not None else 0.0)
            if best is None or score > best[0]:
                best = score, (*made[:2], aim), None if other is None else other[0]
            hits += 1
            if hits == _CHOICE:
                break
        if best is not None:
            return best[1], best[2]
    return why


def _beside(spec: Spec, job: Job, shown: Aim, seed: int, order: Order) -> tuple[Found, float] | None:
    """What is taken for it, in the same place with the same seed, and how telling that is."""
    for aim in [aim for aim in job.aims if aim.where == shown.where][:_BESIDE]:
        made = _attempt(spec, aim, seed, order)
        if not isinstance(made, str) and _shows(made[1], aim):
            return (*made[:2], aim), _telling(*made[1:])
    return None


def _attempts(job: Job, order: Order) -> list[tuple[Aim, int]]:
    return [(aim, seed) for number, aim in enumerate(job.aims) for seed in _seeds(job, order, number)]


def _seeds(job: Job, order: Order, number: int) -> list[int]:
    """Of the attempts at its aim of that number."""
    return [job.seed + 7919 * attempt + 104_729 * number for attempt in range(_TRIES[order.set])]


def _attempt(spec: Spec, aim: Aim, seed: int, order: Order) -> tuple[Clip, Truth, Measured] | str:
    """A clip and its truth, or why there is none. One whose record contradicts itself is never taken."""
    try:
        clip = clip_of(aim.wish, seed, order.format, aim.where)
    except BadInput as error:
        return error.message
    measured = clip.measured()
    truth = clip.truth(spec, measured)
    if any(True for _ in spec.check_answers(truth.record)):
        return "its record contradicts itself"
    return clip, truth, measured


def _shows(truth: Truth, aim: Aim) -> bool:
    return truth.states[aim.primitive] is aim.state and (aim.also is None or truth.states[aim.also] is True)


def _telling(truth: Truth, measured: Measured) -> float:
    """How plainly one sees what happens: things near by, somebody to look at all the time, and much that moves."""
    seen = 0.0 if truth.main is None else float((measured.visible[truth.main] > 0.6).mean())
    moved = sum(max(measured.totals(axis)) for axis in AXES)
    return min(1.2, 4 / float(np.median(measured.near))) + 1.5 * seen + 1.5 * min(0.6, moved)
