"""Corruption of single points: false values, points left out, points without their mends.

Right is what the experts asked to be written. A false value has to claim something that neither it nor the draft
claims, as far as the lexicon reads it; beyond the lexicon it has to be other words. How it is known stands beside each
change.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from videolect.dataset.corruption.evidence import claims_in, evidence_of, said_in
from videolect.dataset.corruption.values import Change, CorruptRule, LeftOut, Made, Tools
from videolect.dataset.corruption.words import Exchange, falsified
from videolect.language.spec import Spec
from videolect.points.apply import apply_points
from videolect.record.checks import content_hash
from videolect.record.critique import Point
from videolect.record.instructions import wanted_words
from videolect.record.triple import Triple

FEW = "it has fewer points than are to be changed"
NO_FALSE = "no false words are known for enough of its points"
_TRIED = 8
"""Mends of other sources that are tried for one point."""


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
        """(words, triple) of other sources' mends of the same topic, aspect and kind, from a place drawn by lot.

        None for a point whose topic nobody told: another's words would be about something else.
        """
        mends = self._by.get(_about(triple, point), []) if point.topic or point.primitive else []
        start = bisect_left(mends, (lot, "", "", ""))
        tried = 0
        for step in range(len(mends)):
            _, words, lender, source = mends[(start + step) % len(mends)]
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


def _plain(words: str) -> str:
    return " ".join(words.lower().split()).strip(" .,;:!?")


# ---------------------------------------------------------------------------------------------------------- inaccurate


def inaccurate(triple: Triple, points: Sequence[Point], rule: CorruptRule, tools: Tools, mends: Mends) -> Made:
    """k mends replaced by false ones."""
    draft = triple.pre_caption or ""
    right, applied, _ = apply_points(draft, points)
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
    _, carried, _ = apply_points(draft, made)
    if carried != applied:
        raise LeftOut("its false points cannot be carried out together")
    return Made(made, tuple(chosen[point.id][1] for point in points if point.id in chosen), len(able))


def _false_for(
    triple: Triple, point: Point, points: Sequence[Point], right: str, rule: CorruptRule, tools: Tools, mends: Mends
) -> tuple[Point, Change] | None:  # fmt: skip
    draft, mend = triple.pre_caption or "", mend_of(point)
    without, _, _ = apply_points(draft, [each for each in points if each is not point])
    said_right, said_without = said_in(right, tools.spec), said_in(without, tools.spec)
    lot = rule.rank(triple, point.id)
    swaps = [(each.words, None, _claimed(right, mend, each, tools.spec)) for each in falsified(mend, lot)]
    weaker: tuple[Point, Change] | None = None
    others = [(words, lender, True) for words, lender in mends.others(triple, point, lot)]
    for words, lender, claimed in (*swaps, *others):
        if _plain(words) in (_plain(mend), _plain(point.words), ""):
            continue
        false = replace(point, instruction=words)
        text, applied, _ = apply_points(draft, [false if each is point else each for each in points])
        if point.id not in applied or text in (right, without):
            continue
        evidence = evidence_of(tools.spec, said_right, said_in(text, tools.spec), said_without, claimed=claimed)
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
    return any(claim.start < end and start < claim.end for claim in claims_in(right, spec))


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
