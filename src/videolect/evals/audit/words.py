"""The automatic part of an audit: what the linter finds in captions, what they claim at all, and whether it is so.

Whether these counts say anything of what people say is measured too: rank correlations with people's ratings. They are
told whatever they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from videolect.evals.audit.people import Item, by_dataset, mean_of
from videolect.language.claims import Claim, claims_of
from videolect.language.lint import lint
from videolect.language.spec import Spec
from videolect.metrics.bleu import Floats
from videolect.metrics.claims import column, judge, precision
from videolect.metrics.intervals import bootstrap, bootstrap_figure, divided, ratio
from videolect.metrics.ranking import mid_ranks, spearman
from videolect.record.audit import RATED

ASPECTS = tuple(name for name in RATED if name != "overall")


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One caption, read."""

    item: Item
    words: int
    lint: Mapping[str, int]
    """Kind -> findings."""
    claims: tuple[Claim, ...]
    by_aspect: Mapping[str, int]
    """Aspect -> different claims; a primitive that several aspects speak of counts in each."""
    claimed: int
    """Different claims in all."""


def read_words(items: Sequence[Item], spec: Spec) -> list[Words]:
    """The captions read; items without one are left out."""
    return [_read(item, item.caption, spec) for item in items if item.caption is not None and item.caption.strip()]


def _read(item: Item, caption: str, spec: Spec) -> Words:
    kinds, claims = _texts(caption, spec)
    different = {(claim.primitive, claim.state) for claim in claims}
    by_aspect = Counter(
        aspect
        for primitive, _ in different
        if primitive in spec.primitives
        for aspect in spec.primitives[primitive].aspects
    )
    return Words(
        item=item, words=len(caption.split()), lint=kinds, claims=claims, by_aspect=by_aspect, claimed=len(different)
    )


@lru_cache(maxsize=20_000)
def _texts(caption: str, spec: Spec) -> tuple[Mapping[str, int], tuple[Claim, ...]]:
    found = Counter(finding.kind for finding in lint(caption, lexicon=spec.lexicon))
    return dict(sorted(found.items())), claims_of(caption, spec.lexicon)


def automatic_figures(
    items: Sequence[Item], spec: Spec, states: Mapping[str, Mapping[str, bool]] | None = None, *, resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """``lint``, ``claims`` (by data set and ``pooled``), ``correlation``.

    ``states``: clip -> primitive -> state; with them ``claims`` says how much of what is asserted is so.
    """
    read = read_words(items, spec)
    how = {"resamples": resamples, "seed": seed}
    of = {each.item.dataset: [one for one in read if one.item.dataset == each.item.dataset] for each in read}
    scopes = {name: of[name] for name in by_dataset([each.item for each in read])}
    return {
        "captions": len(read),
        "lint": {
            "per_dataset": {name: _lint(some, **how) for name, some in scopes.items()}, "pooled": _lint(read, **how)
        },
        "claims": {
            "per_dataset": {name: _claims(some, spec, states, **how) for name, some in scopes.items()},
            "pooled": _claims(read, spec, states, **how),
        },
        "correlation": correlations(read, **how),
    }  # fmt: skip


def _lint(read: Sequence[Words], **how: int) -> dict[str, Any]:
    """Findings a caption and a hundred words, the share of captions without any, and how many of each kind."""
    if not read:
        return {"captions": 0}
    counts = [sum(each.lint.values()) for each in read]
    sources = [each.item.source_id for each in read]
    by_words = np.array([[100 * count, each.words] for count, each in zip(counts, read, strict=True)], np.float64)
    kinds: Counter[str] = Counter()
    for each in read:
        kinds.update(each.lint)
    return {
        "captions": len(read),
        "per_caption": mean_of([(each.item, n) for each, n in zip(read, counts, strict=True)], **how),
        "per_100_words": bootstrap(by_words, sources, ratio, **how).as_json(),
        "clean": mean_of([(each.item, float(n == 0)) for each, n in zip(read, counts, strict=True)], **how),
        "kinds": dict(sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))),
    }


def _claims(
    read: Sequence[Words], spec: Spec, states: Mapping[str, Mapping[str, bool]] | None, **how: int
) -> dict[str, Any]:
    """By aspect: claims a caption, the share of captions with any; with states also how much of it is so."""
    if not read:
        return {"captions": 0}
    found: dict[str, Any] = {
        "captions": len(read),
        "words": mean_of([(each.item, float(each.words)) for each in read], **how),
        "all": {"per_caption": mean_of([(each.item, float(each.claimed)) for each in read], **how)},
    }
    for aspect in (each.id for each in spec.aspects):
        found[aspect] = {
            "per_caption": mean_of([(each.item, float(each.by_aspect.get(aspect, 0))) for each in read], **how),
            "any": mean_of([(each.item, float(each.by_aspect.get(aspect, 0) > 0)) for each in read], **how),
        }
    if states is not None:
        _add_precision(found, read, spec, states, **how)
    return found


def _add_precision(
    found: dict[str, Any], read: Sequence[Words], spec: Spec, states: Mapping[str, Mapping[str, bool]], **how: int
) -> None:
    """What is asserted and can be judged, and the share of it that is so."""
    known = [each for each in read if each.item.video_id in states]
    found["labelled"] = len(known)
    if not known:
        return
    cells = judge([each.claims for each in known], [states[each.item.video_id] for each in known], ())
    sources = [each.item.source_id for each in known]
    for aspect in ("all", *(each.id for each in spec.aspects)):
        only = None if aspect == "all" else {p.id for p in spec.primitives.values() if aspect in p.aspects}
        stats = cells.stats(only)
        sums = stats.sum(axis=0)
        told = int(column(sums, "right") + column(sums, "hallucinated"))
        found[aspect] |= {
            "judged": told,
            "precision": bootstrap(stats, sources, precision, **how).as_json() if told else None,
        }


# ---------------------------------------------------------------------------------------------------- with people


def correlations(read: Sequence[Words], **how: int) -> list[dict[str, Any]]:
    """Spearman's correlation of each automatic count with a rating; ``within``: with the data sets' own levels off.

    Across data sets a correlation may only say that some of them have long captions which people like.
    """
    per_100 = [100 * sum(each.lint.values()) / max(1, each.words) for each in read]
    counts: dict[str, list[float]] = {
        "words": [float(each.words) for each in read],
        "lint": [float(sum(each.lint.values())) for each in read],
        "lint_per_100_words": per_100,
        "claims": [float(each.claimed) for each in read],
        **{f"claims_{aspect}": [float(each.by_aspect.get(aspect, 0)) for each in read] for aspect in ASPECTS},
    }
    pairs = [(name, "overall") for name in ("words", "lint", "lint_per_100_words", "claims")]
    pairs += [(f"claims_{aspect}", aspect) for aspect in ASPECTS]
    pairs += [("words", aspect) for aspect in ASPECTS]
    return [_correlated(name, counts[name], rated, read, **how) for name, rated in pairs]


def _correlated(name: str, counts: Sequence[float], rated: str, read: Sequence[Words], **how: int) -> dict[str, Any]:
    rows = [(count, given, each) for count, each in zip(counts, read, strict=True)
            if (given := each.item.rating(rated)) is not None]  # fmt: skip
    told: dict[str, Any] = {"automatic": name, "rating": rated, "n": len(rows)}
    if len(rows) < 2:
        return {**told, "value": None, "low": None, "high": None, "within": None}
    one, other = (np.array([row[side] for row in rows], np.float64) for side in (0, 1))
    sources = [each.item.source_id for _, _, each in rows]
    found = bootstrap_figure(sources, lambda at: spearman(one[at], other[at]), **how)
    datasets = [each.item.dataset for _, _, each in rows]
    sides = [_within(side, datasets) for side in (one, other)]
    stats = np.stack([sides[0] * sides[1], sides[0] ** 2, sides[1] ** 2], axis=-1)
    within = bootstrap(stats, sources, _cosine, **how)
    return {**told, **found.as_json(), "within": within.as_json()}


def _within(values: Floats, datasets: Sequence[str]) -> Floats:
    """Ranks inside each data set, from -1/2 to 1/2: taken once, not in each resample."""
    names = np.array(datasets)
    ranks = np.zeros(len(values))
    for name in set(datasets):
        here = names == name
        count = int(here.sum())
        ranks[here] = (mid_ranks(values[here]) - (count + 1) / 2) / count
    return ranks


def _cosine(sums: Floats) -> Floats:
    return divided(sums[..., 0], np.sqrt(sums[..., 1] * sums[..., 2]))
