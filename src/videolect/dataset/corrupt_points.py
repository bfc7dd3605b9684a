"""Corruption of single points: false values, false points, points left out, points without their mends.

Right is what the experts said: a mend that they asked for, and a claim that their final caption kept. A false value has
to claim something else than the right one and than the draft, as far as the lexicon reads it; beyond the lexicon it has
to be other words. How it is known stands beside each change.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from videolect.dataset.corrupt_values import Change, CorruptRule, Evidence, LeftOut, Tools
from videolect.dataset.corrupt_words import Exchange, falsified
from videolect.language.claims import Claim, claims_of
from videolect.language.spec import Spec
from videolect.metrics.opposites import Opposites, opposites_of
from videolect.record.checks import content_hash
from videolect.record.critique import Point
from videolect.record.instructions import wanted_words
from videolect.record.triple import Triple

FEW = "it has fewer points than are to be changed"
NO_FALSE = "no false words are known for enough of its points"
_TRIED = 8
"""Mends of other sources that are tried for one point."""
Said = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Made:
    """Corrupted points, what was changed, and of how many."""

    points: tuple[Point, ...]
    changes: tuple[Change, ...]
    n: int


class Mends:
    """The mends of all triples by what they are about, for words that another source's expert wrote."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        found: dict[tuple[str, str, str], set[tuple[str, str, str, str]]] = defaultdict(set)
        for triple in triples:
            for judged in triple.points:
                if words := mend_of(judged.point):
                    lot = content_hash(f"{triple.triple_id}/{judged.point.id}")
                    found[_about(triple, judged.point)].add((lot, words, triple.triple_id, triple.source_id))
        self._by = {about: sorted(mends) for about, mends in found.items()}

    def others(self, triple: Triple, point: Point, lot: str) -> Iterator[tuple[str, str]]:
        """(words, triple) of other sources' mends of the same topic, aspect and kind, from a place drawn by lot."""
        mends = self._by.get(_about(triple, point), [])
        start = bisect_left(mends, (lot, "", "", ""))
        tried = 0
        for _, words, lender, source in (*mends[start:], *mends[:start]):
            if source == triple.source_id:
                continue
            yield words, lender
            tried += 1
            if tried == _TRIED:
                return


def _about(triple: Triple, point: Point) -> tuple[str, str, str]:
    return triple.aspect, point.topic or point.primitive or "", point.kind


def mend_of(point: Point) -> str:
    """What a replacement or an insertion asks to be written; empty for all else."""
    return wanted_words(point.instruction) if point.kind in ("replace", "insert") else ""


@lru_cache(maxsize=4096)
def _claims(text: str, spec: Spec) -> tuple[Claim, ...]:
    return claims_of(text, spec)


def _said(text: str, spec: Spec) -> Said:
    return frozenset((claim.primitive, claim.state) for claim in _claims(text, spec))


@lru_cache(maxsize=4)
def _opposites(spec: Spec) -> Opposites:
    return opposites_of(spec.primitives)


def _plain(words: str) -> str:
    return " ".join(words.lower().split()).strip(" .,;:!?")


def _evidence(spec: Spec, right: Said, wrong: Said, draft: Said, *, claimed: bool = True) -> Evidence | None:
    """How it is known that ``wrong`` is false; None where it may be right, or is what the draft said.

    ``claimed``: whether the lexicon reads something in the words that were exchanged; then the same claims are the same
    meaning, said in other words.
    """
    if wrong == right:
        return "words" if right == draft or not claimed else None
    if wrong == draft:
        return None
    gone, come = right - wrong, wrong - right
    pairs = [pairs for _, pairs in _opposites(spec).kinds()]
    if any((each.get(name, ""), state) in come for each in pairs for name, state in gone):
        return "opposite"
    return "claims"


# ---------------------------------------------------------------------------------------------------------- inaccurate


def inaccurate(triple: Triple, points: Sequence[Point], rule: CorruptRule, tools: Tools, mends: Mends) -> Made:
    """k mends replaced by false ones."""
    draft = triple.pre_caption or ""
    right, applied, _ = tools.carry_out(draft, points)
    able = [point for point in points if mend_of(point) and point.id in applied]
    wanted = rule.count(len(able))
    if wanted > len(able):
        raise LeftOut(FEW, f"{len(able)} mends")
    chosen: dict[str, tuple[Point, Change]] = {}
    for point in sorted(able, key=lambda each: rule.rank(triple, each.id)):
        if len(chosen) == wanted:
            break
        if found := _false_for(triple, point, points, right, rule, tools, mends):
            chosen[point.id] = found
    if len(chosen) < wanted:
        raise LeftOut(NO_FALSE)
    made = tuple(chosen[point.id][0] if point.id in chosen else point for point in points)
    _, carried, _ = tools.carry_out(draft, made)
    if carried != applied:
        raise LeftOut("its false points cannot be carried out together")
    return Made(made, tuple(chosen[point.id][1] for point in points if point.id in chosen), len(able))


def _false_for(
    triple: Triple, point: Point, points: Sequence[Point], right: str, rule: CorruptRule, tools: Tools, mends: Mends
) -> tuple[Point, Change] | None:  # fmt: skip
    draft, mend = triple.pre_caption or "", mend_of(point)
    without, _, _ = tools.carry_out(draft, [each for each in points if each is not point])
    said_right, said_without = _said(right, tools.spec), _said(without, tools.spec)
    lot = rule.rank(triple, point.id)
    swaps = [(each.words, None, _claimed(right, mend, each, tools.spec)) for each in falsified(mend, lot)]
    weaker: tuple[Point, Change] | None = None
    others = [(words, lender, True) for words, lender in mends.others(triple, point, lot)]
    for words, lender, claimed in (*swaps, *others):
        if _plain(words) in (_plain(mend), _plain(point.words), ""):
            continue
        false = replace(point, instruction=words)
        text, applied, _ = tools.carry_out(draft, [false if each is point else each for each in points])
        if point.id not in applied or text in (right, without):
            continue
        evidence = _evidence(tools.spec, said_right, _said(text, tools.spec), said_without, claimed=claimed)
        if evidence is not None:
            change = Change(
                what="falsified", point=point.id, before=mend, after=words, evidence=evidence, source=lender
            )  # fmt: skip
            if evidence != "words":
                return false, change
            weaker = weaker or (false, change)
    return weaker


def _claimed(right: str, mend: str, exchange: Exchange, spec: Spec) -> bool:
    """Whether the exchanged words are among those with which the right text claims something; True where not known."""
    start = right.lower().find(mend.lower())
    if start < 0 or right.lower().find(mend.lower(), start + 1) >= 0:
        return True
    start += exchange.at
    end = start + len(exchange.was)
    return any(claim.start < end and start < claim.end for claim in _claims(right, spec))


# ------------------------------------------------------------------------------------------------------------ spurious


def spurious(triple: Triple, text: str, points: Sequence[Point], rule: CorruptRule, tools: Tools) -> Made:
    """k false points added about what ``text`` says rightly: claims that the final caption keeps, then other words."""
    base, applied, _ = tools.carry_out(text, points)
    wanted = rule.count(max(1, len(points)))
    added: list[tuple[Point, Change]] = []
    made = tuple(points)
    for point, evidence in _false_points(triple, text, points, base, rule, tools):
        if len(added) == wanted:
            break
        if any(_touch(point, other) for other, _ in added):
            continue
        more = _placed(made, replace(point, id=_free(made)))
        _, carried, _ = tools.carry_out(text, more)
        if len(carried) != len(applied) + len(added) + 1:
            continue
        made, known = more, {each.id for each in made}
        new = next(each for each in made if each.id not in known)
        added.append(
            (new, Change(what="added", point=new.id, before=new.words, after=new.instruction, evidence=evidence))
        )
    if len(added) < wanted:
        raise LeftOut("too little of it can be called wrong")
    return Made(made, tuple(change for _, change in added), len(points))


def _false_points(
    triple: Triple, text: str, points: Sequence[Point], base: str, rule: CorruptRule, tools: Tools
) -> Iterator[tuple[Point, Evidence]]:  # fmt: skip
    """Points that call right words wrong, by lot; those about claims first."""
    kept = _said(triple.post_caption, tools.spec) & _said(base, tools.spec)
    right = _said(base, tools.spec)
    spans = {
        (claim.start, claim.end, claim.primitive)
        for claim in _claims(text, tools.spec)
        if (claim.primitive, claim.state) in kept
    }
    claimed = sorted(spans, key=lambda span: rule.rank(triple, f"{span[0]}-{span[1]}"))
    sentences = [(start, end, None) for start, end in _sentences(text)]
    for start, end, primitive in (*claimed, *sorted(sentences, key=lambda span: rule.rank(triple, str(span[0])))):
        words = text[start:end]
        for each in falsified(words, rule.rank(triple, f"{start}-{end}")):
            # The exchanged phrase alone, so that a sentence is not written anew for one word.
            low, high, now = _narrow(words, each.words)
            if primitive is not None:
                low, high, now = 0, len(words), each.words
            span = (start + low, start + high)
            point = Point(
                id="x", kind="replace", start=span[0], end=span[1], words=text[span[0] : span[1]], instruction=now,
                primitive=primitive,
            )  # fmt: skip
            if any(_touch(point, other) for other in points) or not point.words or text.find(now, *span) == span[0]:
                continue
            false, carried, _ = tools.carry_out(text, [*points, replace(point, id=_free(points))])
            if len(carried) == 0 or false == base:
                continue
            said = _said(false, tools.spec)
            if primitive is None and said == right:
                yield point, "words"
            elif (evidence := _evidence(tools.spec, right, said, frozenset())) not in (None, "words"):
                yield point, evidence
                break


def _narrow(before: str, after: str) -> tuple[int, int, str]:
    """Where two texts differ, in whole words: [start, end) of the first, and what stands there in the second."""
    one, other = before.split(" "), after.split(" ")
    lead = 0
    while lead < min(len(one), len(other)) and one[lead] == other[lead]:
        lead += 1
    tail = 0
    while tail < min(len(one), len(other)) - lead and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    start = len(" ".join(one[:lead])) + (1 if lead else 0)
    words = " ".join(one[lead : len(one) - tail])
    return start, start + len(words), " ".join(other[lead : len(other) - tail])


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for part in text.split(". "):
        yield at, at + len(part)
        at += len(part) + 2


def _touch(one: Point, other: Point) -> bool:
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return False
    return one.start <= other.end and other.start <= one.end


def _free(points: Iterable[Point]) -> str:
    """An id that none of them has."""
    known, number = {point.id for point in points}, 1
    while f"x{number}" in known:
        number += 1
    return f"x{number}"


def _placed(points: Sequence[Point], new: Point) -> tuple[Point, ...]:
    """With the new one where it stands in the text, so that its place in the list does not give it away."""
    at = next((n for n, each in enumerate(points) if each.start is None or each.start > (new.start or 0)), len(points))
    return (*points[:at], new, *points[at:])


# ------------------------------------------------------------------------------------ incomplete, non-constructive


def incomplete(triple: Triple, points: Sequence[Point], rule: CorruptRule) -> Made:
    """k points removed; where that is all of them, what is left is the sentinel, which is the caller's to allow."""
    wanted = rule.count(len(points))
    if wanted > len(points):
        raise LeftOut(FEW, f"{len(points)} points")
    gone = {point.id for point in sorted(points, key=lambda each: rule.rank(triple, each.id))[:wanted]}
    changes = tuple(
        Change(what="removed", point=point.id, before=point.sentence) for point in points if point.id in gone
    )
    return Made(tuple(point for point in points if point.id not in gone), changes, len(points))


def non_constructive(triple: Triple, points: Sequence[Point], rule: CorruptRule) -> Made:
    """k points that say what is wrong and no longer what is right. A deletion, which is its own mend, only says
    that its words are wrong."""
    able = [point for point in points if point.instruction.strip() or point.kind == "delete"]
    wanted = rule.count(len(able))
    if wanted > len(able) or not able:
        raise LeftOut(FEW, f"{len(able)} mends")
    chosen = {point.id for point in sorted(able, key=lambda each: rule.rank(triple, each.id))[:wanted]}
    made = tuple(
        replace(point, kind="replace" if point.kind == "delete" else point.kind, instruction="")
        if point.id in chosen
        else point
        for point in points
    )
    changes = tuple(
        Change(what="emptied", point=old.id, before=old.sentence, after=new.sentence)
        for old, new in zip(points, made, strict=True)
        if old.id in chosen
    )
    return Made(made, changes, len(able))
