"""Corruption of a critique or a caption as a whole: of another film, before the check, wrong from end to end."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from videolect.dataset.corruption.model import MOST_COMMON, content_words
from videolect.dataset.corruption.values import Change, CorruptRule, LeftOut, Made, Tools, verdict_of
from videolect.dataset.corruption.words import inverted
from videolect.language.claims import claims_of
from videolect.language.spec import Spec
from videolect.points.reading.critique import points_of
from videolect.record.checks import content_hash
from videolect.record.critique import Point
from videolect.record.triple import Triple

_LOOKED_AT = 6
"""Captions of other sources, of which the one with the fewest claims in common is taken."""


class Lenders:
    """The triples by aspect, for whoever needs the words of another source."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._triples = list(triples)
        for at, triple in enumerate(self._triples):
            found[triple.aspect].append((content_hash(triple.triple_id), at))
        self._by = {aspect: sorted(each) for aspect, each in found.items()}

    def others(self, triple: Triple, lot: str) -> Iterator[Triple]:
        """Triples of the same aspect and another source, from a place drawn by lot."""
        lenders = self._by.get(triple.aspect, [])
        start = bisect_left(lenders, (lot, 0))
        for step in range(len(lenders)):
            _, at = lenders[(start + step) % len(lenders)]
            if self._triples[at].source_id != triple.source_id:
                yield self._triples[at]


def blind(triple: Triple, text: str, rule: CorruptRule, tools: Tools, lenders: Lenders) -> tuple[Made | str, Change]:
    """A critique that knows nothing of this film: another source's. Its points, or its words where it has none."""
    for lender in lenders.others(triple, rule.rank(triple, "lender")):
        words = (lender.critique or "").strip()
        if verdict_of(lender) or not words or words == (triple.critique or "").strip():
            continue
        change = Change(what="exchanged", before=triple.critique, after=words, source=lender.triple_id)
        points = tuple(judged.point for judged in lender.points)
        if not points and tools.read_points:
            points = points_of(words, lender.pre_caption or "")
        if not points:
            return words, change
        return Made(tuple(_moved(point, text) for point in points), (change,), len(points)), change
    raise LeftOut("no other source has a critique of this aspect")


def _moved(point: Point, text: str) -> Point:
    """The point on another text: on the same words where they stand there once, else at its end or nowhere."""
    point = replace(point, start_frame=None, end_frame=None)
    if point.words.strip() and text.count(point.words) == 1:
        start = text.index(point.words)
        return replace(point, start=start, end=start + len(point.words))
    if point.kind == "insert":
        return replace(point, start=len(text), end=len(text), words="")
    return replace(point, kind="remark", start=None, end=None, words="", instruction=point.sentence)


def rejected_version(triple: Triple) -> tuple[str, str]:
    """(critique, caption) as they were before the review. LeftOut where a review changed nothing."""
    if triple.verdict != "corrected":
        raise LeftOut("its review changed nothing")
    if triple.same_draft is not True:
        raise LeftOut("the rejected version criticises another draft")
    critique, caption = (triple.rejected_critique or "").strip(), (triple.rejected_post_caption or "").strip()
    if not critique or not caption:
        raise LeftOut("the rejected version was not kept")
    if critique == triple.critique and caption == triple.post_caption:
        raise LeftOut("its review changed nothing")
    return critique, triple.rejected_post_caption or ""


def worst(triple: Triple, rule: CorruptRule, tools: Tools, lenders: Lenders) -> tuple[str, Change, dict[str, int]]:
    """A caption that is wrong from end to end, and how much it still has in common with the right one."""
    right = _asserted(triple.post_caption, tools.spec)
    if rule.worst == "inverted":
        text, count = inverted(triple.post_caption)
        kept = right & _asserted(text, tools.spec)
        if not count or (right and len(kept) * 2 > len(right)):
            raise LeftOut("too little of its caption can be inverted")
        source = None
    else:
        looked_at: list[tuple[int, int, Triple]] = []
        for number, lender in enumerate(lenders.others(triple, rule.rank(triple, "lender"))):
            common = right & _asserted(lender.post_caption, tools.spec)
            if len(common) * 2 <= len(right) and not _alike(triple.post_caption, lender.post_caption):
                looked_at.append((len(common), number, lender))
            if number + 1 == _LOOKED_AT:
                break
        if not looked_at:
            raise LeftOut("no other source has a caption of this aspect that is wrong here")
        _, _, lender = min(looked_at, key=lambda each: each[:2])
        text, source, count = lender.post_caption, lender.triple_id, 0
        kept = right & _asserted(text, tools.spec)
    change = Change(what="exchanged", before=triple.post_caption, after=text, source=source)
    return text, change, {"claims": len(right), "claims_kept": len(kept), "phrases_inverted": count}


def _alike(right: str, other: str) -> bool:
    """Whether most of the words that carry the right caption's meaning stand in the other one."""
    words = content_words(right)
    return len(words & content_words(other)) > MOST_COMMON * len(words)


def _asserted(text: str, spec: Spec) -> frozenset[str]:
    return frozenset(claim.primitive for claim in claims_of(text, spec.lexicon) if claim.state == "asserted")
