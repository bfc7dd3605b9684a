"""What people say in an audit of captions: means with intervals per data set and auditor, failures, agreement.

An item counts once, however many people audited it: its rating is the mean of theirs. Intervals are bootstraps over the
films that clips were cut from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from videolect.metrics.agreement import alpha_stats, ordinal_alpha
from videolect.metrics.intervals import bootstrap, mean_stats, ratio
from videolect.oversight.audit import Audit
from videolect.record.audit import FAILURES, LEAST, MOST, RATED

UNNAMED = "unnamed"
"""Failures of spans that are marked without one: in files of others."""

_SCALE = range(LEAST, MOST + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One caption, and what one person said of it; ``auditor`` None and no ratings: nobody has yet."""

    dataset: str
    id: str
    video_id: str
    source_id: str
    caption: str | None
    auditor: str | None = None
    ratings: Mapping[str, int]
    """Of the six those that were given."""
    spans: tuple[Mapping[str, Any], ...] = ()
    """``start``, ``end``, ``words``, ``failure`` (or None), ``exact``: whether the words stand there."""
    critique: str = ""

    @property
    def complete(self) -> bool:
        """Whether all six are given."""
        return len(self.ratings) == len(RATED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A caption with all that was said of it."""

    dataset: str
    id: str
    video_id: str
    source_id: str
    caption: str | None
    said: tuple[Judged, ...]

    def rating(self, name: str) -> float | None:
        """The mean of what people gave; None where nobody gave any."""
        given = [each.ratings[name] for each in self.said if name in each.ratings]
        return sum(given) / len(given) if given else None


def judged(audit: Audit) -> list[Judged]:
    """The answers of an audit in a workspace, and its items that have none yet."""
    found: dict[int, list[Judged]] = {}
    for (number, who), act in sorted(audit.answers.items()):
        spans = tuple(
            {"start": each.start, "end": each.end, "words": each.words, "failure": each.failure, "exact": True}
            for each in act.spans
        )
        ratings = {name: getattr(act.ratings, name) for name in RATED}
        found.setdefault(number, []).append(
            _of(audit, number, auditor=who, ratings=ratings, spans=spans, critique=act.critique)
        )
    return [
        each
        for number in range(1, len(audit.items) + 1)
        for each in found.get(number) or [_of(audit, number, ratings={})]
    ]


def _of(audit: Audit, number: int, **said: Any) -> Judged:
    item = audit.items[number - 1]
    return Judged(
        dataset=item.dataset, id=item.id, video_id=item.video_id, source_id=item.source_id, caption=item.caption, **said
    )


def items_of(rows: Iterable[Judged]) -> list[Item]:
    """The captions with what was said of each, in the order in which they come."""
    found: dict[tuple[str, str], list[Judged]] = {}
    for row in rows:
        found.setdefault((row.dataset, row.id), []).append(row)
    return [_item(said) for said in found.values()]


def _item(said: Sequence[Judged]) -> Item:
    first = said[0]
    return Item(
        dataset=first.dataset, id=first.id, video_id=first.video_id, source_id=first.source_id, caption=first.caption,
        said=tuple(said),
    )  # fmt: skip


def people_figures(items: Sequence[Item], *, resamples: int = 1000, seed: int = 0) -> dict[str, Any]:
    """``per_dataset``, ``pooled``, ``auditors`` and ``agreement``; figures as ``Estimate.as_json``."""
    how = {"resamples": resamples, "seed": seed}
    per_dataset = {name: _scope(of, **how) for name, of in by_dataset(items).items()}
    return {
        "per_dataset": per_dataset, "pooled": _scope(items, **how), "auditors": _auditors(items, **how),
        "agreement": _agreement(items, **how),
    }  # fmt: skip


def by_dataset(items: Sequence[Item]) -> dict[str, list[Item]]:
    """By name."""
    return {name: [each for each in items if each.dataset == name] for name in sorted({i.dataset for i in items})}


def mean_of(
    values: Sequence[tuple[Item, float | None]], *, resamples: int, seed: int
) -> dict[str, float | int | None] | None:
    """Mean over the items that have a value, with its interval; None where there is none."""
    there = [(item.source_id, value) for item, value in values if value is not None]
    if not there:
        return None
    sources, numbers = zip(*there, strict=True)
    return bootstrap(mean_stats(numbers), sources, ratio, resamples=resamples, seed=seed).as_json()


def _scope(items: Sequence[Item], **how: int) -> dict[str, Any]:
    said = [each for item in items for each in item.said]
    given = [each for each in said if each.ratings]
    spans = [span for each in said for span in each.spans]
    return {
        "items": len(items),
        "complete": sum(any(each.complete for each in item.said) for item in items),
        "answers": len(given),
        "spans": len(spans),
        "spans_exact": sum(bool(span["exact"]) for span in spans),
        "with_critique": sum(bool(each.critique.strip()) for each in said),
        **{name: mean_of([(item, item.rating(name)) for item in items], **how) for name in RATED},
        "failures": _failures(items, **how),
    }


def _failures(items: Sequence[Item], **how: int) -> dict[str, Any]:
    """Kind -> spans, and the share of answers to an item that mark it, as a mean over items."""
    counts = Counter(span["failure"] or UNNAMED for item in items for each in item.said for span in each.spans)
    found = {}
    named = any(counts[kind] for kind in FAILURES) or not counts[UNNAMED]  # where nobody named any, none is absent
    for kind in (*(FAILURES if named else ()), *([UNNAMED] if counts[UNNAMED] else [])):
        figure = mean_of([(item, _marked(item, kind)) for item in items], **how)
        found[kind] = {"spans": counts[kind], "items": figure}
    return found


def _marked(item: Item, kind: str) -> float | None:
    given = [each for each in item.said if each.ratings]
    marks = [any((span["failure"] or UNNAMED) == kind for span in each.spans) for each in given]
    return sum(marks) / len(marks) if marks else None


def _auditors(items: Sequence[Item], **how: int) -> dict[str, Any]:
    """Of each person: answers, means over them, and how far above the others on the items that both audited."""
    names = sorted({each.auditor for item in items for each in item.said if each.auditor is not None})
    return {name: _auditor(items, name, **how) for name in names}


def _auditor(items: Sequence[Item], who: str, **how: int) -> dict[str, Any]:
    mine = [(item, each) for item in items for each in item.said if each.auditor == who]
    return {
        "answers": len(mine),
        **{name: mean_of([(item, each.ratings.get(name)) for item, each in mine], **how) for name in RATED},
        "above_others": {
            name: mean_of([(item, _above(item, each, name)) for item, each in mine], **how) for name in RATED
        },
    }


def _above(item: Item, mine: Judged, name: str) -> float | None:
    others = [each.ratings[name] for each in item.said if each is not mine and name in each.ratings]
    return mine.ratings[name] - sum(others) / len(others) if others and name in mine.ratings else None


def _agreement(items: Sequence[Item], **how: int) -> dict[str, Any]:
    """Of the items that several people audited: alpha (ordinal), and the shares of pairs that are equal or within 1."""
    shared = [item for item in items if sum(bool(each.ratings) for each in item.said) > 1]
    found: dict[str, Any] = {"items": len(shared)}
    for name in RATED:
        units = [[each.ratings[name] for each in item.said if name in each.ratings] for item in shared]
        some = [(item, unit) for item, unit in zip(shared, units, strict=True) if len(unit) > 1]
        if some:
            found[name] = _agreeing([item.source_id for item, _ in some], [unit for _, unit in some], **how)
    return found


def _agreeing(sources: Sequence[str], units: Sequence[Sequence[int]], **how: int) -> dict[str, Any]:
    alpha: Callable[[Any], Any] = partial(ordinal_alpha, values=len(_SCALE))
    pairs = [[abs(one - other) for one, other in combinations(unit, 2)] for unit in units]
    share = {
        name: np.array([[sum(far <= most for far in of), len(of)] for of in pairs], np.float64)
        for name, most in (("equal", 0), ("within_one", 1))
    }
    return {
        "alpha": bootstrap(alpha_stats(units, _SCALE), sources, alpha, **how).as_json(),
        **{name: bootstrap(stats, sources, ratio, **how).as_json() for name, stats in share.items()},
    }
